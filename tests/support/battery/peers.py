"""The peers of the battery: those that PyPI has, in the record's versions, in an environment of their own."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.contestants import Contestant, call
from bench.peers import Sccache, Zccache
from support.once import made_once

PEERS = ("sccache", "zccache")


@made_once
def install(cache: Path, versions: Mapping[str, str]) -> Path:
    """The programs of an environment with these versions, made once. CalledProcessError when that fails."""
    wanted = [f"{name}=={versions[name]}" for name in PEERS]
    environment = cache / "-".join(("peers", *wanted))
    complete = environment / "complete"
    if not complete.exists():
        call(sys.executable, "-m", "venv", "--clear", environment)
        call(environment / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *wanted)
        complete.touch()
    return environment / "bin"


def newest() -> dict[str, str]:
    """The versions that PyPI offers today."""
    found = {}
    for name in PEERS:
        said = call(sys.executable, "-m", "pip", "index", "versions", name, "--disable-pip-version-check")
        found[name] = said.split("(")[1].split(")")[0]
    return found


class Peers:
    """All of them, each with a daemon that serves case after case: every case stands at a place of its own."""

    def __init__(self, programs: Path, base: Path) -> None:
        self._programs, self._base = programs, base
        self._running: dict[str, tuple[Contestant, dict[str, str]]] = {}
        self._stores = 0

    @contextmanager
    def serving(self, name: str, *, own: bool = False) -> Iterator[tuple[Mapping[str, str], Path]]:
        """The variables that make cargo use a peer, and where its store is; `own`: one for this block alone."""
        if own:
            peer, store = self._contestant(name), self._store(name)
            try:
                yield peer.start(store), store
            finally:
                peer.stop()
            return
        if name not in self._running:
            peer = self._contestant(name)
            self._running[name] = peer, peer.start(self._store(name))
        yield self._running[name][1], self._base

    def close(self) -> None:
        """End their daemons."""
        for peer, _ in self._running.values():
            peer.stop()
        self._running.clear()

    def _contestant(self, name: str) -> Contestant:
        program = self._programs / name
        return Sccache(program) if name == "sccache" else Zccache(program)

    def _store(self, name: str) -> Path:
        self._stores += 1
        store = self._base / f"{name}-{self._stores}"
        store.mkdir(parents=True)
        return store
