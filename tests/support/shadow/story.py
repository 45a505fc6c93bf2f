"""Stories: a project and a list of steps; how one is drawn, played, printed, read and made smaller."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from support.builds import Counts, site
from support.shadow.edits import play
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
    """A story of `count` steps. cargo does not see a twin of a module until everything is compiled again."""
    random = Random(f"{subject} {seed}")
    weights = SUBJECTS[subject].weights
    kinds = list(weights)
    steps: list[Step] = []
    while len(steps) < count:
        (kind,) = random.choices(kinds, [weights[kind] for kind in kinds])
        then = ("wipe",) if kind == "twin" and weights["wipe"] > 1 else ()
        steps += [Step(word, random.randrange(SEED_MAX)) for word in (kind, *then)]
    return Story(subject, tuple(steps[:count]))


def tell(story: Story, base: Path, said: Callable[[str], None] = lambda text: None) -> Ending:
    """Play a story from an empty store until something differs, or to its end. `said` hears of every state."""
    subject = SUBJECTS[story.subject]
    source = base / "project"
    cargo_home = subject.make(source)
    texts = read_sources(source)
    now = State(command=subject.scope.commands[0])
    sound: list[State] = []
    failed = 0
    with site(base, source, cargo_home=cargo_home) as here:
        place = Place(here)
        for number, step in enumerate((None, *story.steps)):
            if step is not None:
                before, now = now, play(texts, subject.scope, _history(sound, now, step), step)
                write_state(texts, before, now, source)
                if now.wiped != before.wiped:
                    place.wipe()
            pair = place.build(now)
            code = pair.plain.ran.returncode
            said(f"{story.subject}: {step or 'as it is'}: exit {code}, {len(pair.plain.files)} files")
            if wrong := pair.differences():
                return Ending(Story(story.subject, story.steps[:number]), tuple(wrong), failed, None)
            failed += code != 0
            if code == 0:
                sound.append(now)
        return Ending(story, (), failed, here.counts())


GOES_ON = 4
"""One edit in so many goes on with a state that does not compile; the others begin where all was well."""


def _history(sound: list[State], now: State, step: Step) -> list[State]:
    if not sound or sound[-1] == now or step.seed % GOES_ON == 0:
        return [*sound, now]
    return [*sound[:-1], replace(sound[-1], wiped=now.wiped)]


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
