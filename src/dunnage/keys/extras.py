"""Which files the globs of extra inputs stand for, seen through a view, and what shows that this has not changed.

Wildcards go neither into hidden directories (unless they say so), nor into a target directory, nor into one that calls
itself a cache (`CACHEDIR.TAG`, as cargo marks its own), nor through links to directories. What is named plainly is
taken whatever it is; a directory named plainly stands for everything that wildcards would find in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from posixpath import normpath
from stat import S_ISDIR
from typing import Final, Protocol

from dunnage import limits
from dunnage.config.globs import ANY_DEPTH, is_wild, parse_glob, part_matches
from dunnage.model.view import Entry, StatRecord, exists, is_regular

_TAG: Final = "CACHEDIR.TAG"


class TooMuch(Exception):
    """There is more than is looked at, or something that cannot be looked at."""


class Files(Protocol):
    """What is needed of a view."""

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        """See `View`."""

    def entries(self, path: str) -> list[Entry] | None:
        """See `View`."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What globs stand for."""

    files: tuple[tuple[str, str], ...] = ()
    """Names as the globs have them, and paths; by name."""
    watched: tuple[str, ...] = ()
    """Paths that tell whether `files` still holds: directories that were listed, and what was no file."""
    records: tuple[StatRecord, ...] = ()
    """How these stood before they were looked at."""
    problem: str = ""
    """Why `files` is not all."""


def walk(files: Files, base: str, globs: Sequence[str], target: str = "") -> Walk:
    """Find what globs stand for. `base` is the directory of relative ones, `target` the target directory.

    Raises:
        ViewGone.
    """
    walker = _Walker(files, base, normpath(target) if target else "")
    problem = ""
    try:
        for text in globs:
            walker.walk(text)
    except TooMuch as error:
        problem = str(error)
    return Walk(
        tuple(sorted(walker.found.items())),
        tuple(walker.watched),
        tuple(walker.watched.values()),
        problem,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A directory to be looked at for the parts of a glob from `index` on, or what may be a file."""

    name: str
    """A directory's has a slash at the end, or is empty for the base."""
    index: int
    named: bool
    """No wildcard led here."""


@dataclass(slots=True)
class _Walker:
    files: Files
    base: str
    target: str
    watched: dict[str, StatRecord] = field(default_factory=dict)
    listed: dict[str, Sequence[Entry]] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)

    def path(self, name: str) -> str:
        """Where a name is. Never normalised: `a/../b` is not `b` where `a` is a link."""
        return name if name.startswith("/") else f"{self.base}/{name}"

    def walk(self, text: str) -> None:
        glob = parse_glob(text)
        self.follow(glob.parts, [_Place("/" if glob.absolute else "", 0, named=True)])

    def follow(self, parts: Sequence[str], places: Sequence[_Place]) -> None:
        """Level by level, so that a level's stats are one question."""
        seen: set[_Place] = set()
        for _ in range(limits.EXTRA_DEPTH_MAX):
            if not places:
                return
            self.look([place for place in places if is_wild(parts[place.index])])
            further: list[_Place] = []
            candidates: list[_Place] = []
            for place in places:
                self.step(parts, place, further, candidates)
            self.judge(candidates)
            places = [place for place in dict.fromkeys(further) if place not in seen]
            seen.update(places)
        raise TooMuch(f"directories nest more than {limits.EXTRA_DEPTH_MAX} deep")

    def look(self, places: Sequence[_Place]) -> None:
        """Stat, then list: what changes in between shows in the next stat."""
        paths = dict.fromkeys(self.path(place.name) for place in places)
        unknown = [path for path in paths if path not in self.listed]
        for path, record in zip(unknown, self.files.stat(unknown), strict=True):
            self.watched[path] = record
            if not _is_directory(record):
                self.listed[path] = ()
                continue
            if len(self.listed) >= limits.EXTRA_DIRECTORIES_MAX:
                raise TooMuch(f"more than {limits.EXTRA_DIRECTORIES_MAX} directories")
            entries = self.files.entries(path)
            if entries is None:
                raise TooMuch(f"{path} cannot be listed")
            self.listed[path] = entries

    def step(
        self, parts: Sequence[str], place: _Place, further: list[_Place], candidates: list[_Place]
    ) -> None:
        """Go on by one part: to directories in `further`, to what may be files in `candidates`."""
        part, following = parts[place.index], place.index + 1
        is_last = following == len(parts)
        entries = self.listed.get(self.path(place.name))
        if not is_wild(part):
            if entries is not None and part != ".." and all(entry.name != part for entry in entries):
                return  # the directory is watched
            if is_last:
                candidates.append(_Place(place.name + part, place.index, named=True))
            else:
                further.append(_Place(f"{place.name}{part}/", following, place.named))
            return
        assert entries is not None  # `look` has seen to it
        if not place.named and any(entry.name == _TAG for entry in entries):
            return
        deep = part == ANY_DEPTH
        if deep and not is_last:  # no directory at all
            self.step(parts, _Place(place.name, following, place.named), further, candidates)
        for entry in entries:
            if not part_matches("*" if deep else part, entry.name):
                continue
            name = place.name + entry.name
            if not entry.is_dir:
                if is_last:
                    candidates.append(_Place(name, place.index, named=False))
            elif (deep or not is_last) and not self.is_target(name):
                further.append(_Place(f"{name}/", place.index if deep else following, named=False))

    def judge(self, candidates: Sequence[_Place]) -> None:
        """Keep the files, and what is in a directory that was named plainly."""
        paths = [self.path(place.name) for place in candidates]
        for place, path, record in zip(candidates, paths, self.files.stat(paths), strict=True):
            if is_regular(record):
                self.found[place.name] = path
                if len(self.found) > limits.EXTRA_FILES_MAX:
                    raise TooMuch(f"more than {limits.EXTRA_FILES_MAX} files")
            elif place.named and _is_directory(record):
                self.follow((ANY_DEPTH,), [_Place(f"{place.name}/", 0, named=True)])
            else:
                self.watched[path] = record

    def is_target(self, name: str) -> bool:
        return bool(self.target) and normpath(self.path(name)) == self.target


def _is_directory(record: StatRecord) -> bool:
    return exists(record) and S_ISDIR(int.from_bytes(record[4:8], "little"))
