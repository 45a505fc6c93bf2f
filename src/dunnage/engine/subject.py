"""What a session finds out about a unit before it is compiled: lookup fills it in, restore and record build on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from dunnage import limits
from dunnage.engine.extra import NONE, Extra
from dunnage.keys.linker import Linker
from dunnage.keys.roots import Roots
from dunnage.keys.text import KeyText
from dunnage.keys.toolchain import Toolchain
from dunnage.keys.unit_key import unit_key, unit_text
from dunnage.model.digest import ActionKey, UnitKey
from dunnage.model.entry import Entry
from dunnage.model.path_set import PathSet
from dunnage.model.unit import Input, Unit
from dunnage.model.view import StatRecord


@dataclass(frozen=True, slots=True)
class Located:
    """A path set of an earlier run, with its paths at today's places."""

    paths: PathSet
    files: Sequence[str]
    absent: Sequence[str]
    listed: Sequence[str]
    places: Sequence[str]
    all: Sequence[str]
    """Every path of it: what one batch of stats asks for."""
    seed: bytes
    """The digest of the path set and the places of the roots."""

    @classmethod
    def at(cls, roots: Roots, paths: PathSet) -> "Located":
        """Find the places. Raises KeyError where a root is not known."""
        return _located(roots, paths)


@lru_cache(limits.LOCATED_MAX)
def _located(roots: Roots, paths: PathSet) -> Located:
    # Kept, because a C++ unit has nine hundred paths, and a build asks for them as often as it is cleaned.
    kinds = (paths.files, paths.absent, paths.listed, paths.places)
    files, absent, listed, places = (roots.absolute_all(kind) if kind else [] for kind in kinds)
    text = KeyText("located")
    for name, place in roots.places:
        text.add(name, place)
    for kind, texts in zip(("file", "absent", "listed", "place", "env"), (*kinds, paths.env), strict=True):
        text.add_all(kind, texts)
    return Located(paths, files, absent, listed, places, [*files, *absent, *listed, *places], text.digest())


@dataclass(slots=True, kw_only=True)
class Subject:
    """One unit with everything that its keys need."""

    unit: Unit
    env: Mapping[str, str]
    """The invocation's; of a unit of C and a run, with `PWD_HERE` where PWD names the directory (`keys.pwd`)."""
    toolchain: Toolchain
    linker: Linker | None = None
    roots: Roots
    inputs: Sequence[Input]
    """What the command line names, with the libraries found in its search directories, and extra inputs."""
    extra: Extra = NONE
    records: dict[str, StatRecord] = field(default_factory=dict)
    """Every path that was statted before the compiler ran, but those of `newest`."""
    newest: Sequence[StatRecord] | None = None
    """How everything in the newest path set stood, in the order of `Located.all`, if that was asked for; not in
    `records` before `engine.lookup` has found that it is no hit."""
    text: KeyText = field(init=False)
    """What the unit key is made from."""
    key: UnitKey = field(init=False)
    looked: ActionKey | None = None
    """The action key under the newest path set; None where there is none, or a file of it is not as it was."""
    standing: Mapping[str, StatRecord] = field(default_factory=dict)
    """What stood before the compiler ran where it leaves files that only it can name (`engine.listed`)."""
    entry: Entry | None = None
    """What is kept for explanations, once the result is stored."""

    def __post_init__(self) -> None:
        self.identify(self.toolchain)

    def identify(self, toolchain: Toolchain) -> None:
        """Make the key, with this toolchain."""
        self.toolchain = toolchain
        self.text = unit_text(self.unit, toolchain, self.roots, self.linker)
        self.key = unit_key(self.text)


@dataclass(frozen=True, slots=True)
class Missed:
    """Why there is no result: a row of the misses in `model.outcome`."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Where a found result stands in the store."""

    paths: PathSet
    action: ActionKey
    text: KeyText | None
    """What the action key was made from; None where it was recalled (`engine.recall`)."""
