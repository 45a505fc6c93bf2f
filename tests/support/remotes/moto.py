"""moto, a server of S3 that nobody here wrote, in an environment of its own. It looks at keys if it is told to."""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dunnage.remote.registry import open_backend
from support.remotes.place import Opener
from support.remotes.programs import Program, environment, listens
from support.remotes.waiting import free_port

PACKAGES = ("moto[server]==5.2.5",)
KEY = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}


class Moto:
    """One server, with a bucket `bucket` as long as it lives."""

    def __init__(self, base: Path, *, knows_nobody: bool = False) -> None:
        """`knows_nobody`: once the bucket is made, whoever asks is told that his key is none."""
        self.port = free_port()
        set_first = 'INITIAL_NO_AUTH_ACTION_COUNT=1 exec "$0" "$@"'
        first = ["sh", "-c", set_first] if knows_nobody else []
        server = environment("moto", *PACKAGES) / "moto_server"
        argv = [*first, server, "-H", "127.0.0.1", "-p", str(self.port)]
        self.program = Program(argv, base / "moto.log", lambda: listens(self.port))
        self.url = f"s3://bucket/pre/fix?endpoint=http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator["Moto"]:
        """For as long as the block lasts."""
        with self.program.running():
            self.make_bucket()
            yield self

    def make_bucket(self) -> None:
        """Make the bucket."""
        put = urllib.request.Request(f"http://127.0.0.1:{self.port}/bucket", method="PUT")
        urllib.request.urlopen(put).close()


@contextmanager
def moto(base: Path) -> Iterator[Opener]:
    """As a place."""
    with Moto(base).running() as server:
        yield lambda: open_backend(server.url, KEY)
