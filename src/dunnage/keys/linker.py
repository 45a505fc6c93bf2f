"""Linker identity: the driver, the programs that it starts, and what tells them how to link, by contents.

A driver that was not seen before is asked what it would do, `cc -v … -Wl,--dependency-file=/dev/null -Wl,--version`: it
names its programs and directories, and its linker refuses an option that it does not know, so one question tells who
links and whether that can be asked what it reads. After that the identity holds as long as everything that it was made
from has the same stat, and nothing has come to stand in front of it.

Rust's own linker is asked, too, where the toolchain has one: which of the two rustc takes is decided by rustc and by
words that are in the key already.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dunnage import limits
from dunnage.keys.bounded import remember
from dunnage.keys.digests import Digests
from dunnage.keys.libraries import loaded_libraries
from dunnage.keys.text import KeyText
from dunnage.keys.toolchain import Toolchain
from dunnage.model.unit import Link
from dunnage.model.view import Run, StatRecord, View, is_regular

_ELF: Final = b"\x7fELF"
_LINUX: Final = re.compile(r"-linux-(gnu|musl)")
_ASKED: Final = ("-Wl,--dependency-file=/dev/null", "-Wl,--version")
_NAMES: Final = ("real-ld", "collect-ld", "ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold", "collect2", "specs")
"""What a driver looks for in each of its directories."""
_ENVIRONMENT: Final = ("PATH", "COMPILER_PATH", "LIBRARY_PATH", "GCC_EXEC_PREFIX", "CCC_OVERRIDE_OPTIONS")


@dataclass(frozen=True, slots=True)
class Linker:
    """An identity, and what must not have changed for it to hold."""

    id: bytes
    search: tuple[str, ...]
    """Directories in which the linker looks for libraries and the driver for startup files, behind the user's."""
    watched: tuple[str, ...]
    records: tuple[StatRecord, ...]
    """One for each of `watched`."""


@dataclass(slots=True)
class _Said:
    """What a driver said of itself."""

    programs: dict[str, None]
    directories: dict[str, None]
    search: dict[str, None]


_Place = tuple[int, str, Link, tuple[str | None, ...]]


class Linkers:
    """The linkers that one daemon has met."""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests
        self._known: dict[_Place, Linker] = {}

    def recall(self, view: View, link: Link, toolchain: Toolchain, env: Mapping[str, str]) -> Linker | None:
        """The linker that was found for this link before. The caller compares the watched stats."""
        return self._known.get(_place(view, link, toolchain, env))

    def identify(self, view: View, link: Link, toolchain: Toolchain, env: Mapping[str, str]) -> Linker | str:
        """Find out what a unit is linked with, or the reason why that cannot be known.

        Raises:
            ViewGone: see `View`.
        """
        found = self._examine(view, link, toolchain, env)
        if isinstance(found, Linker):
            remember(self._known, _place(view, link, toolchain, env), found, limits.LINKERS_MAX)
        return found

    def forget(self, view: View, link: Link | None, toolchain: Toolchain, env: Mapping[str, str]) -> None:
        """Ask anew the next time: something that the linker was made from has changed."""
        if link is not None:
            self._known.pop(_place(view, link, toolchain, env), None)

    def _examine(self, view: View, link: Link, toolchain: Toolchain, env: Mapping[str, str]) -> Linker | str:
        if not _LINUX.search(toolchain.host):
            return "linker-unknown"
        own = f"{toolchain.sysroot}/lib/rustlib/{toolchain.host}/bin"
        candidates = _candidates(link.driver, own, env)
        records = view.stat(candidates)
        index = next((i for i, record in enumerate(records) if is_regular(record)), None)
        if index is None or not _is_program(view, candidates[index]):
            return "linker-unknown"
        driver = candidates[index]
        gcc_ld = f"{own}/gcc-ld/ld.lld"
        absent = candidates[:index]
        asked = [_ask(view, driver, link.words)]
        if is_regular(view.stat([gcc_ld])[0]):
            rusts = _ask(view, driver, (f"-B{own}/gcc-ld", "-fuse-ld=lld", *link.words))
            if rusts.code == 0 or b"-fuse-ld" not in (rusts.stderr or b""):
                asked.append(rusts)
        else:
            absent.append(gcc_ld)
        if any(run.code or run.signal or not run.stderr for run in asked):
            return "linker-not-asked"
        said = _Said({driver: None}, {}, {})
        for run in asked:
            _read(said, (run.stderr or b"").decode("utf-8", "surrogateescape"))
        if len(said.programs) < 2:  # the driver did not say what it starts
            return "linker-not-asked"
        said.search.update(dict.fromkeys(_built_in(view, list(said.programs))))
        programs = [*said.programs, f"{own}/rust-lld"] if len(asked) > 1 else [*said.programs]
        return self._identity(view, absent, programs, said, env)

    def _identity(
        self, view: View, absent: Sequence[str], programs: Sequence[str], said: _Said, env: Mapping[str, str]
    ) -> Linker | str:
        files = [*programs, *loaded_libraries(view, programs)]
        path = [part for part in env.get("PATH", "").split(":") if part.startswith("/")]
        directories = dict.fromkeys([*said.directories, *path])
        others = [f"{directory.rstrip('/')}/{name}" for directory in directories for name in _NAMES]
        others += [f"{programs[0]}.cfg", f"{programs[0].rpartition('/')[0]}/clang.cfg"]
        watched = [*files, *absent, *dict.fromkeys(others)]
        if len(watched) > limits.FILES_PER_PATH_SET_MAX:
            return "linker-unknown"
        records = view.stat(watched)
        text = KeyText("linker")
        for name, digest in zip(files, self._digests.of(view, files, records[: len(files)]), strict=True):
            if digest is None:
                return "linker-unknown"
            text.add_digest(name.rpartition("/")[2], digest)
        return Linker(text.digest(), tuple(said.search), tuple(watched), tuple(records))


def _place(view: View, link: Link, toolchain: Toolchain, env: Mapping[str, str]) -> _Place:
    same = Link(driver=link.driver, words=link.words)
    return view.mount_namespace, toolchain.sysroot, same, tuple(env.get(name) for name in _ENVIRONMENT)


def _candidates(driver: str, own: str, env: Mapping[str, str]) -> list[str]:
    """Where rustc looks for its linker: its own directories come first in the PATH that it sets."""
    if driver.startswith("/"):
        return [driver]
    places = [own, f"{own}/self-contained", *env.get("PATH", "").split(":")]
    return [f"{place}/{driver}" for place in places if place.startswith("/")]


def _is_program(view: View, path: str) -> bool:
    """Whether this is no script: what a script does nobody can tell."""
    descriptor = view.open([path])[0]
    if descriptor is None:
        return False
    try:
        return os.pread(descriptor, len(_ELF), 0) == _ELF
    finally:
        os.close(descriptor)


def _ask(view: View, driver: str, words: Sequence[str]) -> Run:
    return view.ask([driver, "-v", *words, *_ASKED])


def _read(said: _Said, text: str) -> None:
    """Programs, plug-ins, specs and directories from what a driver prints with `-v`; gcc and clang differ little."""
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if line.startswith(("Reading specs from /", "Configuration file: /")):
            said.programs[line[line.index("/") :]] = None
        elif equals and name in ("COMPILER_PATH", "LIBRARY_PATH"):
            into = said.directories if name == "COMPILER_PATH" else said.search
            into.update(dict.fromkeys(part.rstrip("/") for part in value.split(":") if part.startswith("/")))
        elif line.strip().startswith(("/", '"/')):
            _read_command(said, [word.strip('"') for word in line.split()])


def _read_command(said: _Said, words: Sequence[str]) -> None:
    said.programs[words[0]] = None
    said.directories[words[0].rpartition("/")[0]] = None
    for word, value in zip(words, [*words[1:], ""], strict=True):
        if word == "-plugin" and value.startswith("/"):
            said.programs[value] = None
        elif word.startswith("-plugin-opt=/") and word.endswith("/lto-wrapper"):
            said.programs[word.partition("=")[2]] = None
        elif word.startswith("-L/"):
            said.search[word[2:].rstrip("/")] = None


def _built_in(view: View, programs: Sequence[str]) -> list[str]:
    """Directories that are written into a linker: GNU ld shows them in its script, others have none."""
    found: list[str] = []
    for program in programs:
        if program.rpartition("/")[2].partition("-")[0] in ("ld", "ld.bfd") or program.endswith("-ld"):
            script = (view.ask([program, "--verbose"]).stdout or b"").decode("utf-8", "surrogateescape")
            found += re.findall(r'SEARCH_DIR\("=?(/[^"]*)"\)', script)
    return found
