"""Building a project of the catalogue at a site, on the host or in a container, and looking at what came of it."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from support.builds import Counts, Site, differences, dunnage_words
from support.c_catalogue import CProject
from support.commands import Ran, run
from support.debian_sources import source_package
from support.require import require

_BUILT: Final = (b"\x7fELF", b"!<arch>\n")
"""How objects, programs and libraries begin, and archives."""


class Way(Protocol):
    """Where a line of shell is run, with and without dunnage."""

    def argv(self, here: Site, line: str, *, cache: bool) -> list[str]:
        """The words that run it in the sources' directory."""
        ...


@dataclass(frozen=True, slots=True)
class OnHost:
    """By `dunnage run --masquerade`: neither make nor configure is told anything."""

    def argv(self, here: Site, line: str, *, cache: bool) -> list[str]:
        words = ["env", "THE_CC=gcc", "THE_CXX=g++", "sh", "-ec", line]
        return dunnage_words("run", "--masquerade", "--", *words) if cache else words


@dataclass(frozen=True, slots=True)
class InContainer:
    """By `dunnage docker run`, which CMake hears of, and with the client in front of the compiler for all others."""

    image: str

    def argv(self, here: Site, line: str, *, cache: bool) -> list[str]:
        before = "/dunnage/bin/sccache " if cache else ""
        compilers = {"THE_CC": f"{before}gcc", "THE_CXX": f"{before}g++"}
        words = ["docker", "run", "--rm", "--network", "none", "--user", f"{os.getuid()}:{os.getgid()}"]
        words += ["-v", f"{here.directories.source}:/project", "-w", "/project"]
        words += [word for name, value in compilers.items() for word in ("-e", f"{name}={value}")]
        words += [self.image, "sh", "-ec", line]
        return dunnage_words(*words) if cache else words


def built(here: Site, project: CProject, way: Way, *, cache: bool) -> tuple[Mapping[str, str], Counts | None]:
    """Build from the sources alone: files by name, and what the build itself counted, its `ready` apart."""
    directory = here.directories.source
    directory.mkdir(exist_ok=True)
    for entry in directory.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    sources = source_package(project.package, patched=project.patched)
    shutil.copytree(sources, directory, symlinks=True, dirs_exist_ok=True)
    for line in project.ready:
        shell(here, way, line, cache=cache)
    if cache and project.ready:
        here.counts()
    for line in project.build:
        shell(here, way, line, cache=cache)
    return _files(directory), here.counts() if cache else None


def shell(here: Site, way: Way, line: str, *, cache: bool) -> Ran:
    """Run a line of shell, which must succeed."""
    argv = way.argv(here, line, cache=cache)
    return run(argv, env=here.environ, cwd=here.directories.source, timeout_s=here.timeout_s).succeeded()


def assert_all_hits(here: Site, project: CProject, way: Way) -> None:
    """Plainly, with an empty store, with a full one: the same bytes, no compiler for the last, and its tests pass."""
    for part in ("gcc", "g++", "make", "debian sources", *project.needs):
        require(part)
    plain, _ = built(here, project, way, cache=False)
    cold, first = built(here, project, way, cache=True)
    warm, second = built(here, project, way, cache=True)
    assert first is not None
    assert second is not None
    hits, misses = first.compiled("c")
    assert hits + misses >= project.compiles
    assert misses > 0.9 * (hits + misses)  # some compile one source twice, with the same words
    assert second.compiled("c") == (hits + misses, 0)
    assert any(name.endswith((".o", ".lo")) for name in plain)
    assert differences(plain, cold) == []
    assert differences(plain, warm) == []
    for line in project.check:
        shell(here, way, line, cache=False)


def _files(directory: Path) -> dict[str, str]:
    """Mode and digest of each object, archive, library and program. CMake's own, made to see what it has, are not."""
    found = {}
    for path in directory.rglob("*"):
        if path.is_file() and not path.is_symlink() and "CompilerId" not in str(path):
            data = path.read_bytes()
            if data.startswith(_BUILT):
                name = str(path.relative_to(directory))
                found[name] = f"{path.stat().st_mode:o} {hashlib.sha256(data).hexdigest()}"
    return found
