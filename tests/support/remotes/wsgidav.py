"""wsgidav, a WebDAV server that nobody here wrote, in an environment of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dunnage.remote.registry import open_backend
from support.remotes.place import Opener
from support.remotes.programs import Program, environment, listens
from support.remotes.waiting import free_port

PACKAGES = ("wsgidav==4.4.0", "cheroot==11.1.2")


@contextmanager
def wsgidav(base: Path) -> Iterator[Opener]:
    """With the collection `cache`, and nobody has to say who he is."""
    port = free_port()
    (base / "files/cache").mkdir(parents=True)
    program = environment("wsgidav", *PACKAGES) / "wsgidav"
    argv = [
        program,
        "--host=127.0.0.1",
        f"--port={port}",
        f"--root={base}/files",
        "--auth=anonymous",
        "--server=cheroot",
    ]

    with Program(argv, base / "wsgidav.log", lambda: listens(port)).running():
        yield lambda: open_backend(f"http+dav://127.0.0.1:{port}/cache", {})
