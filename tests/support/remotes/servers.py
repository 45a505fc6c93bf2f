"""One machine that has built a small workspace, four servers that have all of it, and others that have nothing yet."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from support.builds import Built, Counts, Site, differences, site
from support.daemons import stop_daemons
from support.layered import UNITS, layered
from support.remotes.bazel_remote import BazelRemote
from support.remotes.http_fake import HttpFake
from support.remotes.reapi_server import ReapiServer, serving
from support.remotes.redis_server import RedisServer
from support.tools import Host

KINDS: Final = ("http", "redis", "reapi", "directory")

_BUILD: Final = ("build", "--offline", "--locked")
_OVERDUE_S_MAX: Final = 2.0
"""What a session may need to wake up where other work is on the machine; a wait that nobody ends is one of 30 s."""


@dataclass
class Servers:
    """Of each kind one."""

    first: Site
    plain: Built
    """What a plain build makes."""
    http: HttpFake
    bazel: BazelRemote
    """What that one keeps."""
    redis: RedisServer
    reapi: ReapiServer
    directory: Path

    def url(self, kind: str) -> str:
        """The remote of that kind."""
        return {
            "http": f"http://127.0.0.1:{self.http.port}",
            "redis": self.redis.url,
            "reapi": f"grpc://127.0.0.1:{self.reapi.port}",
            "directory": f"file://{self.directory}",
        }[kind]


@contextmanager
def filled(base: Path) -> Iterator[Servers]:
    """The servers, with what the first machine sent to all of them."""
    bazel, directory = BazelRemote(), base / "kept"
    directory.mkdir()
    # It keeps what it has when it is killed.
    redis = RedisServer(base, "--appendonly", "yes", "--appendfsync", "always")
    with ExitStack() as stack:
        first = stack.enter_context(site(base / "first", layered(base / "project")))
        http = stack.enter_context(HttpFake(bazel.answer).serving())
        stack.enter_context(redis.program.running())
        reapi = stack.enter_context(serving())
        plain = first.build(Host(), cache=False, cargo=_BUILD)
        plain.ran.succeeded()
        first.wipe()
        servers = Servers(first, plain, http, bazel, redis, reapi, directory)
        urls = " ".join(map(servers.url, KINDS))
        writing = first.with_env(DUNNAGE_REMOTES=urls, DUNNAGE_REMOTE_WRITE="on")
        writing.build(Host(), cargo=_BUILD).ran.succeeded()
        assert writing.counts().misses == UNITS
        assert writing.dunnage_says("stop").stdout.count(f"{UNITS} results") == len(KINDS)
        yield servers


@dataclass
class Machine:
    """A machine that has nothing yet, and one remote."""

    site: Site
    plain: Built

    def build(self, *words: str) -> dict[str, int]:
        """Build, which must go well and be right: how many units ended as a hit, or as what kind of miss."""
        built = self.site.build(Host(), cargo=(*_BUILD, *words))
        built.ran.succeeded()
        if not words:
            assert differences(self.plain.files, built.files) == []
        return _reasons(self.site.counts())

    def remote(self) -> dict[str, Any]:
        """What its daemon says of its remote. Nobody was held up beyond his deadline."""
        (told,) = json.loads(self.site.dunnage_says("stats", "--json").stdout)["remotes"]
        assert told["overdue_s"] < _OVERDUE_S_MAX
        return dict(told)


def _reasons(counts: Counts) -> dict[str, int]:
    assert (counts.fallbacks, counts.all["outcomes"]["uncacheable"]) == (0, 0), counts.all
    reasons = counts.all["reasons"]
    found = {name: number for outcome in ("hit", "miss") for name, number in reasons[outcome].items()}
    assert counts.hits + counts.misses == sum(found.values())
    return found


@contextmanager
def another(
    servers: Servers, base: Path, url: str, *, write: str = "off", jobs: int = 1
) -> Iterator[Machine]:
    """Another machine with the same checkout and target directory, and this remote."""
    base.mkdir(exist_ok=True)
    dunnage = base / "dunnage"
    dunnage.with_suffix(".toml").touch()
    servers.first.wipe()
    place = replace(servers.first, dunnage=dunnage).with_env(
        DUNNAGE_REMOTES=url, DUNNAGE_REMOTE_WRITE=write, CARGO_BUILD_JOBS=str(jobs)
    )
    try:
        yield Machine(place, servers.plain)
    finally:
        stop_daemons(dunnage)
