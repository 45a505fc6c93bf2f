"""What a person does with a project, one cargo command after the other, at one place: without dunnage, cold, and
warm after a wipe, and there each command once more, with nothing to do. Everything that compilers leave is compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.builds import Counts, Site, differences
from support.tools import Host

COMMANDS: Sequence[Sequence[str]] = (
    ("build",),
    ("test", "--no-run"),
    ("check",),
    ("clippy",),
    ("build", "--release"),
)
"""In one target directory: what an earlier command made serves the later ones, as on any day."""

NOT_STORED = {
    "compile-failed": "build scripts try whether what needs an unstable feature compiles; it is never meant to",
    "run-wrote": "the build script of rustix 1.1.2 leaves a file in /tmp (later ones remove it)",
}
"""What is done each time, and why."""


@dataclass(slots=True)
class Stages:
    """What was seen of it."""

    unlike: dict[str, list[str]] = field(default_factory=dict)
    """Stage and command → files that are not as without dunnage."""
    counted: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Stage → outcome → reason → how often, since the stage began."""
    compiled: dict[str, Counts] = field(default_factory=dict)
    """The same by language."""
    compiled_again: dict[str, list[str]] = field(default_factory=dict)
    """Command → what it compiled when it was given for the second time."""


def play(here: Site, commands: Sequence[Sequence[str]] = COMMANDS) -> Stages:
    """All of it. A command that fails is an AssertionError with what it said."""
    seen = Stages()
    plain: dict[str, Mapping[str, str]] = {}
    for stage in ("plain", "cold", "warm"):
        here.wipe()
        for command in commands:
            name, words = " ".join(command), (*command, "--locked", "--offline")
            built = here.build(Host(), cache=stage != "plain", cargo=words)
            built.ran.succeeded()
            if stage == "plain":
                plain[name] = built.files
            elif unlike := differences(plain[name], built.files):
                seen.unlike[f"{stage} {name}"] = unlike
            if stage == "warm" and (again := here.build(Host(), cargo=words).compiled):
                seen.compiled_again[name] = again
        if stage != "plain":
            seen.compiled[stage] = here.counts()
            seen.counted[stage] = {r: n for r, n in seen.compiled[stage].all["reasons"].items() if n}
    return seen


def check_hits(cold: Counts, warm: Counts) -> None:
    """All that was stored or found at first hits. C is compiled within runs of build scripts: where those are replayed,
    nobody asks for it.
    """
    again = sum(n for reason, n in cold.all["reasons"]["miss"].items() if reason in NOT_STORED)
    asked = cold.ended("hit") + cold.ended("miss") - again
    assert warm.ended("hit") == asked, (cold.all["languages"], warm.all["languages"])
    assert warm.all["languages"]["c"]["miss"] == 0, warm.all["languages"]


def check(seen: Stages) -> None:
    """Everything hits, everything is what it is without dunnage, and a second time nothing is done."""
    cold, warm = seen.counted["cold"], seen.counted["warm"]
    assert set(cold) <= {"miss", "hit"}, f"some unit is not cached: {cold}"
    assert set(cold["miss"]) <= {"new", *NOT_STORED}, cold
    assert warm.get("miss", {}) == {reason: n for reason, n in cold["miss"].items() if reason != "new"}, warm
    check_hits(seen.compiled["cold"], seen.compiled["warm"])
    assert seen.unlike == {}
    assert seen.compiled_again == {}
