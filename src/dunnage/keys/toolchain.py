"""Toolchain identity: contents, never version text alone.

A rustc's identity is made from the program itself, the drivers in front of it (`clippy-driver`), the libraries that
they load (`librustc_driver`, LLVM), and the standard library of the target. A compiler that was not seen before is
asked twice, `-vV` and `--print sysroot`; after that the identity holds as long as every file and directory that it was
made from has the same stat, which a session finds out with the one batch of stats that it makes anyway. One that has
told both to somebody already, by its own words, is not asked again (`Told`).

A rustup proxy answers differently for another directory, `RUSTUP_TOOLCHAIN`, or set of settings: what it decides by
joins the files that are watched, absent ones too.
"""

import posixpath
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Final, Protocol

from dunnage import limits
from dunnage.keys.bounded import remember
from dunnage.keys.digests import Digests, Reading, is_settled
from dunnage.keys.elf import Dynamic
from dunnage.keys.libraries import loaded_libraries, read_dynamic
from dunnage.keys.text import KeyText
from dunnage.model.digest import ToolchainId
from dunnage.model.unit import Unit
from dunnage.model.view import StatRecord, View, exists

_TOOLCHAINS_MAX: Final = 64
_DRIVER: Final = "librustc_driver"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """An identity, and what must not have changed for it to hold."""

    id: ToolchainId
    sysroot: str
    host: str
    watched: tuple[str, ...]
    records: tuple[StatRecord, ...]
    """One for each of `watched`."""
    version: str = ""
    """The first line of what the compiler says of itself: for people."""
    colors: bool = True
    """Whether it knows `-fdiagnostics-color` (gcc before 4.9 does not)."""
    commit: str = ""
    """The commit that the compiler was built from; empty where it does not know."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a compiler has told of itself, asked by somebody else."""

    about: str
    """Its answer to `-vV`."""
    sysroot: str
    target: str | None
    """What its units will be for; None for the host."""
    asked_ns: int
    """When it was first asked: it spoke of what is older than that."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a toolchain is remembered by."""

    namespace: int
    compiler: str
    drivers: tuple[str, ...]
    sysroot: str | None
    target: str | None
    selection: tuple[str | None, ...]


class Toolchains:
    """The toolchains that one daemon has met."""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests
        self._known: dict[_Place, Toolchain] = {}
        self._proxies: set[tuple[int, str]] = set()

    def recall(self, view: View, unit: Unit, env: Mapping[str, str]) -> Toolchain | None:
        """The toolchain that was found at this place before. The caller compares the watched stats."""
        return self._known.get(self._place(view, unit, env))

    def of_program(self, namespace: int, compiler: str) -> Toolchain | None:
        """A toolchain that is known to begin with this very program: of any target, but no proxy's."""
        for place, toolchain in reversed(self._known.items()):
            if place.namespace == namespace and place.compiler == compiler and not place.drivers:
                return None if place.selection else toolchain
        return None

    def identify(self, view: View, unit: Unit, env: Mapping[str, str]) -> Toolchain | None:
        """Find out which toolchain a unit is compiled with; None if its files cannot be found.

        Raises:
            ViewGone: see `View`.
        """
        opened = self._opened(view, unit, env, ahead=True)
        return None if opened is None else self.conclude(opened)

    def open(self, view: View, unit: Unit, env: Mapping[str, str]) -> "Opened | None":
        """The first half of `identify`: all that has to be asked of the client. `conclude` is the other one.

        Raises:
            ViewGone: see `View`.
        """
        return self._opened(view, unit, env, ahead=False)

    def open_told(self, view: View, compiler: str, told: Told) -> "Opened | None":
        """`open` for the units of a compiler that need not be asked; None for a proxy, whose answer depends on more,
        and where something may have changed since it told.

        Raises:
            ViewGone: see `View`.
        """
        dynamic = read_dynamic(view, compiler)
        if dynamic is None or not _is_compiler(dynamic):
            return None
        programs = [compiler]
        looked = _made_of(view, told, programs, loaded_libraries(view, programs), programs, None)
        if looked is None or len(looked.files) > limits.AHEAD_FILES_MAX:
            return None
        records = view.stat(looked.watched)
        if not all(is_settled(record, told.asked_ns) for record in records if exists(record)):
            return None
        place = _Place(view.mount_namespace, compiler, (), None, told.target, ())
        return self._open(view, looked, records, place)

    def is_of(self, opened: "Opened", view: View, unit: Unit, env: Mapping[str, str]) -> bool:
        """Whether a unit is compiled with the toolchain that was opened, as far as its place tells."""
        return self._place(view, unit, env) == opened.place

    def conclude(self, opened: "Opened") -> Toolchain | None:
        """Read what was opened, and remember the toolchain; None if a file is not what it was. To be called once."""
        text = KeyText("toolchain")
        text.add("version", opened.about)
        sysroot = opened.unread.sysroot
        for path, digest in zip(opened.files, opened.read(), strict=True):
            if digest is None:
                return None
            text.add_digest(
                path.removeprefix(sysroot) if path.startswith(sysroot) else posixpath.basename(path), digest
            )
        found = replace(opened.unread, id=ToolchainId(text.digest()))
        remember(self._known, opened.place, found, _TOOLCHAINS_MAX)
        return found

    def _place(self, view: View, unit: Unit, env: Mapping[str, str]) -> _Place:
        is_proxy = (view.mount_namespace, unit.compiler) in self._proxies
        names = ("RUSTUP_TOOLCHAIN", "RUSTUP_HOME", "HOME")
        selection = (unit.cwd, *map(env.get, names)) if is_proxy else ()
        return _Place(
            view.mount_namespace, unit.compiler, tuple(unit.drivers), unit.sysroot, unit.target, selection
        )

    def _opened(self, view: View, unit: Unit, env: Mapping[str, str], *, ahead: bool) -> "Opened | None":
        """What a unit's toolchain is made of, open; None if that cannot be found. `ahead`: read its libraries while the
        client asks.
        """
        dynamic = read_dynamic(view, unit.compiler)
        if dynamic is None:
            return None
        named = [unit.compiler, *unit.drivers]
        programs = list(named)
        sysroot = ""
        decided: list[str] = []
        if not _is_compiler(dynamic):
            self._proxies.add((view.mount_namespace, unit.compiler))
            sysroot = _sysroot(view, unit.compiler)
            programs.append(f"{sysroot}/bin/rustc")
            decided = _rustup_files(unit.cwd, env)
        libraries = loaded_libraries(view, programs)
        if not any(_DRIVER in library for library in libraries):
            return None
        # Driver and LLVM are read while the client starts rustc, which takes as long.
        with self._digests.reading_ahead(view, libraries) if ahead else nullcontext():
            about = _answer(view, [unit.compiler, "-vV"])
            sysroot = sysroot or _sysroot(view, unit.compiler)
        told = Told(about, sysroot, unit.target, 0)
        looked = _made_of(view, told, programs, libraries, named, unit.sysroot, decided)
        if looked is None:
            return None
        return self._open(view, looked, view.stat(looked.watched), self._place(view, unit, env))

    def _open(self, view: View, looked: "_Looked", records: Sequence[StatRecord], place: _Place) -> "Opened":
        about = looked.about
        unread = Toolchain(
            ToolchainId(b""), looked.sysroot, looked.host, tuple(looked.watched), tuple(records),
            version=about.partition("\n")[0], commit=_said(about, "commit-hash").replace("unknown", ""),
        )  # fmt: skip
        read = self._digests.of_later(view, looked.files, records[: len(looked.files)])
        return Opened(unread, about, looked.files, place, read)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a toolchain is made of."""

    about: str
    sysroot: str
    host: str
    files: Sequence[str]
    """Those whose contents count."""
    watched: Sequence[str]
    """They, and then whatever else the answer depends on."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A toolchain whose files are open and not read yet."""

    unread: Toolchain
    """All but its id."""
    about: str
    files: Sequence[str]
    place: _Place
    read: Reading


def _is_compiler(dynamic: Dynamic) -> bool:
    """Whether a program is rustc itself, and no proxy in front of it."""
    return any(name.startswith(_DRIVER) for name in dynamic.needed)


def _made_of(
    view: View,
    told: Told,
    programs: Sequence[str],
    libraries: Sequence[str],
    named: Sequence[str],
    sysroot: str | None,
    decided: Sequence[str] = (),
) -> "_Looked | None":
    """What the toolchain of these programs is made of; `named` are those that a command line names. `sysroot`: where
    the standard library is, if not in the compiler's own.
    """
    host = _said(told.about, "host")
    if not told.sysroot.startswith("/") or not host:
        return None
    directories, standard = _standard_library(view, sysroot or told.sysroot, host, told.target)
    # A name that leads elsewhere now: toolchains that share files share their stats, but no directory.
    directories += dict.fromkeys(map(posixpath.dirname, named))
    files = [*programs, *libraries, *standard]
    return _Looked(told.about, told.sysroot, host, files, [*files, *decided, *directories])


def _answer(view: View, argv: Sequence[str]) -> str:
    run = view.ask(argv)
    return (run.stdout or b"").decode("utf-8", "surrogateescape") if run.code == 0 and run.signal == 0 else ""


def _said(about: str, name: str) -> str:
    """What `-vV` says of one thing, empty where it says nothing."""
    return next((line[len(name) + 2 :] for line in about.splitlines() if line.startswith(f"{name}: ")), "")


def _sysroot(view: View, compiler: str) -> str:
    return _answer(view, [compiler, "--print", "sysroot"]).strip()


def _standard_library(view: View, sysroot: str, host: str, target: str | None) -> tuple[list[str], list[str]]:
    """Directories and files of the target's standard library, and of the host's code generators."""
    triple = host if target is None else target.rsplit("/", 1)[-1].removesuffix(".json")
    base = f"{sysroot}/lib/rustlib"
    queue = [f"{base}/{triple}/lib", f"{base}/{host}/codegen-backends"]
    directories: list[str] = []
    files: list[str] = []
    while queue:
        directory = queue.pop(0)
        directories.append(directory)
        for entry in view.entries(directory) or ():
            (queue if entry.is_dir else files).append(f"{directory}/{entry.name}")
    return directories, sorted(files)


def _rustup_files(cwd: str, env: Mapping[str, str]) -> list[str]:
    """What a rustup proxy decides by. Source: the rustup book, "Overrides"."""
    home = env.get("RUSTUP_HOME") or f"{env.get('HOME', '')}/.rustup"
    files = [f"{home}/settings.toml", f"{home}/toolchains"]
    directory = cwd.rstrip("/")
    while True:
        files += (f"{directory}/rust-toolchain.toml", f"{directory}/rust-toolchain")
        if not directory:
            return files
        directory = directory.rpartition("/")[0]


class Watched(Protocol):
    """What was made from files that have to stay as they are: a toolchain, a linker."""

    @property
    def records(self) -> tuple[StatRecord, ...]:
        """The stats of the watched files, absent ones too."""


def still_holds(identity: Watched | None, records: Sequence[StatRecord]) -> bool:
    """Whether all watched files have the stats that they had. A directory's stamp shows added and removed files."""
    return identity is None or tuple(records) == identity.records
