"""Stories: a project and a list of steps; how one is drawn, played, printed, read and made smaller."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from support.builds import Counts, site
from support.shadow.edits import BREAKING, play
from support.shadow.state import State, Step, read_sources, write_state
from support.shadow.subjects import SUBJECTS
from support.shadow.twice import Place

SEED_MAX = 10_000
"""Seeds of steps stay short, so that a story fits on a line."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is done to one project."""

    subject: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return " ".join((self.subject, *map(str, self.steps)))

    @classmethod
    def parse(cls, text: str) -> "Story":
        """Read what `str` prints. ValueError when it is none."""
        subject, *words = text.split()
        if subject not in SUBJECTS:
            raise ValueError(f"{subject}: the projects are {', '.join(SUBJECTS)}")
        return cls(subject, tuple(Step.parse(word) for word in words))

    @property
    def command(self) -> str:
        """The command that plays it again."""
        return f"make shadow SHADOW_REPLAY='{self}'"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a story ended."""

    story: Story
    """As far as it was played."""
    wrong: tuple[str, ...]
    """What differed at its last step; empty when nothing did."""
    failed: int
    """How many states did not compile."""
    counts: Counts | None

    def __str__(self) -> str:
        lines = self.wrong[:30]
        return f"{len(self.wrong)} differences after the last step\n" + "\n".join(
            (*(f"  {line[:400]}" for line in lines), f"again: {self.story.command}")
        )


def draw(subject: str, seed: int, count: int) -> Story:
    """A story of `count` steps. A step that breaks the build is taken back, in most cases at once."""
    random = Random(f"{subject} {seed}")
    weights = SUBJECTS[subject].weights
    kinds = list(weights)
    steps: list[Step] = []
    while len(steps) < count:
        (kind,) = random.choices(kinds, [weights[kind] for kind in kinds])
        steps.append(Step(kind, random.randrange(SEED_MAX)))
        if kind in BREAKING and len(steps) < count:
            then = random.choices(("undo", "wipe"), (3, weights.get("wipe", 0) > 1))[0]
            steps.append(Step(then, random.randrange(SEED_MAX)))
            if then == "wipe" and len(steps) + 1 < count:
                steps += [Step("back", random.randrange(SEED_MAX))]
    return Story(subject, tuple(steps))


def tell(story: Story, base: Path, said: Callable[[str], None] = lambda text: None) -> Ending:
    """Play a story from an empty store until something differs, or to its end. `said` hears of every state."""
    subject = SUBJECTS[story.subject]
    source = base / "project"
    cargo_home = subject.make(source)
    texts = read_sources(source)
    history = [State(command=subject.scope.commands[0])]
    failed = 0
    with site(base, source, cargo_home=cargo_home) as here:
        place = Place(here)
        for number in range(len(story.steps) + 1):
            if number:
                history.append(play(texts, subject.scope, history, story.steps[number - 1]))
                write_state(texts, history[-2], history[-1], source)
                if history[-1].wiped != history[-2].wiped:
                    place.wipe()
            pair = place.build(history[-1])
            failed += pair.plain.ran.returncode != 0
            so_far = Story(story.subject, story.steps[:number])
            last = str(so_far.steps[-1]) if number else "as it is"
            said(f"{story.subject}: {last}: exit {pair.plain.ran.returncode}, {len(pair.plain.files)} files")
            if wrong := pair.differences():
                return Ending(so_far, tuple(wrong), failed, None)
        return Ending(story, (), failed, here.counts())


def shrink(story: Story, base: Path, said: Callable[[str], None] = lambda text: None) -> Story:
    """A shorter story that ends in a difference, too: steps are left out from the first on, as long as it does."""
    steps = list(story.steps)
    at = 0
    while at < len(steps):
        candidate = Story(story.subject, (*steps[:at], *steps[at + 1 :]))
        shutil.rmtree(base, ignore_errors=True)
        ending = tell(candidate, base)
        if ending.wrong:
            steps = list(ending.story.steps)
            said(f"{len(steps)} steps: {ending.story}")
        else:
            at += 1
    return Story(story.subject, tuple(steps))
