#!/usr/bin/env python3
"""Shadow builds at length: random edits of real crates, each state built with dunnage and without, and compared.
Then the same for C and C++: as many edits again, each source compiled with dunnage and without.

`--edits 200` spreads that many over all projects, from a random seed unless one is given. `--replay 'PROJECT STEP …'`
plays the story that a failing run has printed, and `--shrink` looks for a shorter one that fails, too.
"""

import argparse
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from support.shadow.c_story import tell_c  # noqa: E402 - after the path is set
from support.shadow.c_subjects import C_SUBJECTS  # noqa: E402
from support.shadow.story import Story, draw, shrink, tell  # noqa: E402 - after the path is set
from support.shadow.subjects import SUBJECTS  # noqa: E402

SHARES = {"workspace": 4, "sys": 2, "semver": 4, "rustversion": 4, "hyperfine": 3, "ripgrep": 3}
"""How the edits of a night are spread: many where a state takes seconds."""


def stories(edits: int, seed: int, only: str | None) -> list[Story]:
    """All stories of a run."""
    shares = {only: 1} if only else SHARES
    whole = sum(shares.values())
    return [draw(name, seed, max(1, round(edits * share / whole))) for name, share in shares.items()]


def say(text: str) -> None:
    """One line, now."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def run(told: Sequence[Story], *, smaller: bool, scratch: Path) -> int:
    """Tell them all; 1 when a state differed."""
    status = 0
    for number, story in enumerate(told):
        ending = tell(story, scratch / str(number), say)
        if ending.wrong:
            status = 1
            say(f"DIFFERENT: {ending}")
            if smaller:
                say(f"shorter: {shrink(ending.story, scratch / 'shrink', say).command}")
        elif ending.counts is not None:
            counts = ending.counts
            say(
                f"{story.subject}: {len(story.steps)} edits, no difference; {ending.failed} states did not compile; "
                f"{counts.hits} hits, {counts.misses} misses, {counts.fallbacks} fallbacks"
            )
            status = status or int(counts.fallbacks > 0)
    return status


def run_c(edits: int, seed: int, scratch: Path) -> int:
    """Tell the stories of C; 1 when a state differed."""
    status = 0
    for name in C_SUBJECTS:
        ending = tell_c(name, seed, max(1, edits // len(C_SUBJECTS)), scratch / f"c-{name}", say)
        if ending.wrong or ending.counts is None:
            status = 1
            say(f"DIFFERENT: {ending}")
            continue
        counts = ending.counts
        say(
            f"{name}: {len(ending.told)} edits, no difference; {ending.failed} compilations failed; "
            f"{counts.hits} hits, {counts.misses} misses, {counts.fallbacks} fallbacks"
        )
        status = status or int(counts.fallbacks > 0)
    return status


def main(argv: Sequence[str]) -> int:
    """Play what was asked for."""
    parser = argparse.ArgumentParser(prog="shadow", description=__doc__)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--project", choices=SUBJECTS)
    parser.add_argument("--replay", metavar="STORY")
    parser.add_argument("--shrink", action="store_true")
    asked = parser.parse_args(argv)
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    if asked.replay:
        told = [Story.parse(asked.replay)]
    else:
        say(f"seed {seed}: make shadow SHADOW_EDITS={asked.edits} SHADOW_SEED={seed}")
        told = stories(asked.edits, seed, asked.project)
    with tempfile.TemporaryDirectory(prefix="shadow-") as scratch:
        status = run(told, smaller=asked.shrink, scratch=Path(scratch))
        if not (asked.replay or asked.project):
            status = run_c(asked.edits, seed, Path(scratch)) or status
        return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
