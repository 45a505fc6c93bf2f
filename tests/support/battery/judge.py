"""Building a case: plainly, for the truth, then with a cache at the same place, and saying what was seen."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.battery.case import BASE, Build, Case, Look
from support.battery.peers import Peers
from support.builds import Built, Site, differences, site
from support.commands import run
from support.tools import Directories, Host

_TIME = re.compile(r" in [0-9.]+m? ?[0-9.]*s$")

_NOT_ABOUT_THE_BUILD = ("Locking ", "Adding ", "process didn't exit successfully: ")
"""Beginnings of lines that cargo says about its lock file, and with the wrapper's own name in them."""

_RANDOM = re.compile(r"(rmeta|rustc)\w{6}/")
"""Directories of rustc's with names by chance."""


@dataclass(frozen=True, slots=True)
class Own(Host):
    """cargo, with a case's own opinion about incremental compilation."""

    own: tuple[tuple[str, str], ...] = ()

    def env(self, at: Directories) -> Mapping[str, str]:
        """A case's variables win."""
        return {**Host.env(self, at), **dict(self.own)}


@dataclass(frozen=True, slots=True)
class Seen:
    """One build and what its program printed."""

    built: Built
    printed: str
    again: Built | None

    @property
    def code(self) -> int:
        """cargo's exit code."""
        return self.built.ran.returncode

    @property
    def said(self) -> list[str]:
        """cargo's lines; their order is a matter of time."""
        lines = self.built.ran.stderr.splitlines()
        return sorted(
            _TIME.sub("", line) for line in lines if not line.strip().startswith(_NOT_ABOUT_THE_BUILD)
        )

    @property
    def names(self) -> set[str]:
        """The files in the target directory."""
        return {_RANDOM.sub(r"\1/", name) for name in self.built.files}

    @property
    def fresh(self) -> bool:
        """Whether a second build had nothing to do."""
        return self.again is not None and self.again.ran.returncode == 0 and self.again.compiled == []


class Stand:
    """The place where one case is built by everybody."""

    def __init__(self, case: Case, here: Site) -> None:
        self.case = case
        self.site = here
        self._before: set[str] = set()

    def truth(self) -> tuple[Seen, Seen]:
        """Both states, built without a cache."""
        return self.plain(self.case.a), self.plain(self.case.b)

    def plain(self, build: Build) -> Seen:
        """One state without a cache."""
        return self._build(build, self.site, cache=False)

    def dunnage(self, build: Build) -> Seen:
        """One state with dunnage."""
        return self._build(build, self.site, cache=True)

    def peer(self, build: Build, env: Mapping[str, str]) -> Seen:
        """One state with a peer, whose variables are given."""
        return self._build(build, self.site.with_env(**env), cache=False)

    @property
    def target(self) -> Path:
        """The target directory."""
        return self.site.directories.target

    def _build(self, build: Build, at: Site, *, cache: bool) -> Seen:
        self._write(build)
        self.site.wipe()
        base = str(self.site.directories.source.parent)
        env = {name: value.replace(BASE, base) for name, value in build.env.items()}
        cargo = [word.replace(BASE, base) for word in build.cargo]
        at, tool = at.with_env(**env), Own(tuple(env.items()))
        built = at.build(tool, cache=cache, cargo=cargo)
        printed, again = "", None
        if built.ran.returncode == 0:
            programs = [path for path in self.target.rglob("debug/app") if os.access(path, os.X_OK)]
            printed = "".join(run([program]).stdout for program in programs[:1])
            again = at.build(tool, cache=cache, cargo=cargo)
        return Seen(built, printed, again)

    def _write(self, build: Build) -> None:
        project = self.site.directories.source
        files = {**self.case.files, **build.files}
        for name in self._before - {name for name, text in files.items() if text is not None}:
            (project / name).unlink(missing_ok=True)
        for name, text in files.items():
            if text is not None:
                (project / name).parent.mkdir(parents=True, exist_ok=True)
                (project / name).write_text(text)
        self._before = {name for name, text in files.items() if text is not None}
        if build.prepare is not None:
            build.prepare(project)


@contextmanager
def stand(case: Case, base: Path) -> Iterator[Stand]:
    """A place for a case, with nothing in it yet."""
    project = base / "project"
    project.mkdir(parents=True)
    with site(base, project) as here:
        yield Stand(case, here)


def wrong_with_dunnage(case: Case, seen: Seen, truth: Seen) -> list[str]:
    """Everything in which a build with dunnage is not what it is without."""
    wrong = []
    if seen.code != truth.code:
        wrong.append(f"exit code {truth.code} became {seen.code}")
    if seen.printed != truth.printed:
        wrong.append(f"printed {seen.printed!r} and not {truth.printed!r}")
    if seen.said != truth.said:
        wrong.append(f"said {set(seen.said) ^ set(truth.said)}")
    if case.reproducible:
        wrong += [f"file {name}" for name in differences(truth.built.files, seen.built.files)]
    else:
        wrong += [f"file {name}" for name in sorted(truth.names ^ seen.names)]
    if seen.code == 0 and not seen.fresh:
        wrong.append("a second build compiles again")
    return wrong


def judge_peer(at: Stand, truth: tuple[Seen, Seen], peers: Peers, name: str) -> str:
    """How a peer does: `right`, `stale`, `lost` or `error`.

    It builds a twice before it comes to b: by the second time the first is stored, with whatever delay.
    """
    a, b = truth
    case = at.case
    with peers.serving(name, own=case.meddle is not None) as (env, store):
        verdicts = [verdict(case.look, at.peer(case.a, env), a) for _ in range(2)]
        if case.meddle is not None:
            case.meddle(at.target, store)
        verdicts.append(verdict(case.look, at.peer(case.b, env), b))
        if case.back:
            verdicts.append(verdict(case.look, at.peer(case.a, env), a))
    return next((said for said in verdicts if said != "right"), "right")


def verdict(look: Look, seen: Seen, truth: Seen) -> str:
    """One build against the truth, in the one thing that the case is about."""
    if seen.code != truth.code:
        return "error" if truth.code == 0 else "stale"
    if look is Look.FILES:
        return "lost" if truth.names - seen.names else "right"
    if look in _SUFFIXES:
        suffixes = _SUFFIXES[look]
        return "right" if _some(seen, suffixes) == _some(truth, suffixes) else "stale"
    if look is Look.SAID:
        return "right" if seen.said == truth.said else "stale"
    if look is Look.FRESH:
        return "right" if seen.fresh == truth.fresh else "stale"
    return "right" if seen.printed == truth.printed else "stale"


_SUFFIXES = {Look.LIBRARY: (".rlib", ".rmeta"), Look.DEP_INFO: (".d",)}


def _some(seen: Seen, suffixes: tuple[str, ...]) -> set[str]:
    """Digests of the files of a kind, whatever their modes."""
    return {f"{name} {told.split()[1]}" for name, told in seen.built.files.items() if name.endswith(suffixes)}
