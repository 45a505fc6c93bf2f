"""A Redis server of a test's own, in memory only."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dunnage.remote.registry import open_backend
from support.remotes.place import Opener
from support.remotes.programs import Program, listens
from support.remotes.waiting import free_port


class RedisServer:
    """One server, at a port and at a socket."""

    def __init__(self, base: Path, *words: str) -> None:
        """`words`: more of its settings."""
        self.port = free_port()
        self.socket = base / "redis.sock"
        argv = [
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket),
            "--save", "", "--appendonly", "no", "--dir", str(base), *words,
        ]  # fmt: skip
        self.program = Program(argv, base / "redis.log", lambda: listens(self.port))
        self.url = f"redis://127.0.0.1:{self.port}"


@contextmanager
def redis(base: Path) -> Iterator[Opener]:
    """Over TCP."""
    server = RedisServer(base, "--maxmemory", "512mb", "--maxmemory-policy", "allkeys-lru")
    with server.program.running():
        yield lambda: open_backend(server.url, {})


@contextmanager
def redis_socket(base: Path) -> Iterator[Opener]:
    """Over its socket, in another database, with a password, and everything for an hour."""
    server = RedisServer(base, "--requirepass", "secret")
    url = f"redis+unix://{server.socket}?db=3&prefix=team:&ttl_s=3600"
    with server.program.running():
        yield lambda: open_backend(url, {"REDISCLI_AUTH": "secret"})
