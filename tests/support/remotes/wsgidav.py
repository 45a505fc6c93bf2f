"""wsgidav, a WebDAV server that nobody here wrote, in an environment of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dunnage.remote.registry import open_backend
from support.remotes.place import Opener
from support.remotes.programs import Program, environment, listens
from support.remotes.waiting import free_port

PACKAGES = ("wsgidav==4.4.0", "cheroot==11.1.2")


_SETTINGS = """
host: 127.0.0.1
port: {port}
server: cheroot
server_args: {{numthreads: 20, request_queue_size: 128}}
provider_mapping: {{"/": "{base}/files"}}
simple_dc: {{user_mapping: {{"*": true}}}}
"""


@contextmanager
def wsgidav(base: Path) -> Iterator[Opener]:
    """With the collection `cache`, and nobody has to say who he is."""
    port = free_port()
    (base / "files/cache").mkdir(parents=True)
    (base / "wsgidav.yaml").write_text(_SETTINGS.format(port=port, base=base))
    argv = [environment("wsgidav", *PACKAGES) / "wsgidav", "--config", base / "wsgidav.yaml"]
    with Program(argv, base / "wsgidav.log", lambda: listens(port)).running():
        yield lambda: open_backend(f"http+dav://127.0.0.1:{port}/cache", {})
