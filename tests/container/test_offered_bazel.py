"""Real Bazel in a container without a network hits through the daemon, by way of a port there and of the socket.

The Bazel is this machine's, and so is everything that it stands on: an image of its own would be half a gigabyte.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import images
from support.bazel import OUT, Built, bazel_words, built, library_path, native_netty, shown
from support.bazel_project import make
from support.builds import Site, differences, dunnage_words, site
from support.commands import run
from support.offering import offered
from support.ports import free_port
from support.require import require

pytestmark = pytest.mark.docker

STRANGER = ("--user", "4321:4321", "--read-only", "--tmpfs", "/tmp:exec", "--cap-drop", "ALL")
OWN = "/tmp/own"
KEEP = f'"$@" && cp -rL {OWN}/{OUT}/*/bin /out/'
FORWARD = ("/dunnage/bin/dunnage-forward", "--")
BY_PORT = ("--remote_cache=http://127.0.0.1:8123/bazel",)
BY_SOCKET = ("--remote_cache=http://localhost/bazel", "--remote_proxy=unix:/dunnage/run/http")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    require("bazel")
    require("debian sources")
    make(tmp_path / "project")
    with site(tmp_path / "first", tmp_path / "project") as made:
        yield made.with_env(DUNNAGE_OFFER=f"127.0.0.1:{free_port()} containers")


def in_container(here: Site, *options: str, before: tuple[str, ...], cache: tuple[str, ...]) -> Built:
    """Build in a container that has nothing of Bazel's from an earlier one."""
    _, token = offered(here)
    out = here.directories.target
    out.chmod(0o777)
    netty = native_netty().parent
    parts = [Path("/usr"), Path("/etc/alternatives"), *Path("/etc").glob("java-*")]
    asked = (*cache, shown(token), "//:all")
    words = bazel_words(Path("/src"), Path(OWN), "test", *asked, jvm=(library_path(netty),))
    docker = [
        "docker", "run", "--rm", "--network", "none", *options, "--workdir", "/src", "-e", "HOME=/tmp", "-e", "USER=me",
        *(word for part in (*parts, netty) for word in ("-v", f"{part}:{part}:ro")),
        "-v", f"{here.directories.source}:/src:ro", "-v", f"{out}:/out",
        images.bookworm(), *before, "sh", "-c", KEEP, "sh", *words,
    ]  # fmt: skip
    said = run(dunnage_words(*docker), env=here.environ, cwd=here.directories.source).succeeded().stderr
    found = built(said, out / "bin")
    here.wipe()
    return found


def test_it_hits(here: Site) -> None:
    cold = in_container(here, before=FORWARD, cache=BY_PORT)
    assert cold.hits == 0
    assert cold.executed
    for before, cache in ((FORWARD, BY_PORT), ((), BY_SOCKET)):
        warm = in_container(here, *STRANGER, before=before, cache=cache)
        assert (warm.hits, warm.executed) == (cold.executed, 0)
        assert not differences(warm.files, cold.files)
