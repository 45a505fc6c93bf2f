"""podman with Docker's images: nothing is pulled, and nothing is asked of the machine that it may forbid."""

import os
from pathlib import Path

from support.commands import cache_dir, run
from support.once import made_once

CONTAINERS_CONF = """\
[containers]
# podman would raise these to more than a machine with low hard limits allows ("error setting rlimit type 7").
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
pids_limit = 0
"""


@made_once
def environment() -> dict[str, str]:
    """What podman needs in its environment beside the usual."""
    file = cache_dir() / "containers.conf"
    if not file.exists() or file.read_text() != CONTAINERS_CONF:
        file.write_text(CONTAINERS_CONF)
    return {"CONTAINERS_CONF": str(file)}


@made_once
def image(name: str) -> str:
    """The name under which podman has the image that Docker calls `name`; moved over where it is older or absent."""
    env = os.environ | environment()
    local = f"localhost/{name}"
    wanted = run(["docker", "image", "inspect", "--format", "{{.Id}}", name]).succeeded().stdout.strip()
    had = run(["podman", "image", "inspect", "--format", "{{.Id}}", local], env=env).stdout.strip()
    if had.removeprefix("sha256:") != wanted.removeprefix("sha256:"):
        archive = Path(cache_dir()) / "moving.tar"
        try:
            run(["docker", "save", "--output", archive, name]).succeeded()
            run(["podman", "load", "--quiet", "--input", archive], env=env).succeeded()
        finally:
            archive.unlink(missing_ok=True)
    return local
