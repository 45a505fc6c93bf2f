"""Real sccache and ccache hit through the daemon, over HTTP, and through its remote on another machine."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from support import images
from support.builds import Site, dunnage_words, site
from support.commands import run
from support.daemons import stop_daemons
from support.offering import offered
from support.ports import free_port
from support.require import require

SOURCES = 3


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A machine that offers its cache, with a remote behind it."""
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "remote").mkdir()
    for number in range(SOURCES):
        (project / f"f{number}.c").write_text(f"int f{number}(void) {{ return {number}; }}\n")
    with site(tmp_path / "first", project) as made:
        yield made.with_env(
            DUNNAGE_REMOTES=f"file://{tmp_path}/remote", DUNNAGE_REMOTE_WRITE="on",
            DUNNAGE_OFFER=f"127.0.0.1:{free_port()}",
        )  # fmt: skip


@pytest.fixture
def there(here: Site, tmp_path: Path) -> Iterator[Site]:
    """Another one, with an empty store and the same remote."""
    (tmp_path / "second.toml").touch()
    place = replace(here, dunnage=tmp_path / "second").with_env(DUNNAGE_OFFER=f"127.0.0.1:{free_port()}")
    yield place
    stop_daemons(place.dunnage)


def sccache(here: Site, own: Path) -> dict[str, int]:
    """Compile everything by an sccache that knows nothing but the daemon; its hits and misses."""
    url, token = offered(here)
    own.mkdir()
    env = {
        **_plain(own), "SCCACHE_WEBDAV_ENDPOINT": url, "SCCACHE_WEBDAV_TOKEN": token,
        "SCCACHE_SERVER_UDS": str(own / "sock"), "SCCACHE_ERROR_LOG": str(own / "log"),
    }  # fmt: skip
    program = images.sccache()
    try:
        for number in range(SOURCES):
            compiled = [str(program), "gcc", "-c", f"f{number}.c", "-o", f"{own}/f{number}.o"]
            run(compiled, env=env, cwd=here.directories.source).succeeded()
        said = run([program, "--show-stats", "--stats-format=json"], env=env).succeeded().stdout
    finally:
        run([program, "--stop-server"], env=env)
    stats = json.loads(said)["stats"]
    counts = {name: sum(stats[name]["counts"].values()) for name in ("cache_hits", "cache_misses")}
    return counts | {"errors": stats["cache_write_errors"]}


def ccache(here: Site, own: Path) -> dict[str, int]:
    """The same by a ccache without a local cache of its own."""
    url, token = offered(here)
    own.mkdir()
    env = {
        **_plain(own), "CCACHE_DIR": str(own / "cache"), "CCACHE_REMOTE_ONLY": "1",
        "CCACHE_REMOTE_STORAGE": f"{url}/ccache|layout=bazel|bearer-token={token}",
    }  # fmt: skip
    for number in range(SOURCES):
        compiled = ["ccache", "gcc", "-c", f"f{number}.c", "-o", f"{own}/f{number}.o"]
        run(compiled, env=env, cwd=here.directories.source).succeeded()
    said = run(["ccache", "--print-stats"], env=env).succeeded().stdout
    stats = {name: int(count) for name, count in (line.split("\t") for line in said.splitlines())}
    return {"cache_hits": stats["direct_cache_hit"] + stats["preprocessed_cache_hit"],
            "cache_misses": stats["cache_miss"], "errors": stats["remote_storage_error"]}  # fmt: skip


def _plain(home: Path) -> Mapping[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "SCCACHE_IDLE_TIMEOUT": "0"}


@pytest.mark.parametrize("tool", [sccache, ccache])
def test_it_hits_here_and_on_another_machine(here: Site, there: Site, tmp_path: Path, tool: object) -> None:
    assert callable(tool)
    require("gcc")
    require("ccache")
    assert tool(here, tmp_path / "one") == {"cache_hits": 0, "cache_misses": SOURCES, "errors": 0}
    assert tool(here, tmp_path / "two") == {"cache_hits": SOURCES, "cache_misses": 0, "errors": 0}
    here.dunnage_says("stop")
    assert tool(there, tmp_path / "three") == {"cache_hits": SOURCES, "cache_misses": 0, "errors": 0}
    objects = [(tmp_path / name / "f0.o").read_bytes() for name in ("one", "two", "three")]
    assert objects[0] == objects[1] == objects[2]


def test_an_address_that_is_taken_is_a_sentence(here: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        odd = here.with_env(DUNNAGE_OFFER=f"127.0.0.1:{taken.getsockname()[1]}")
        started = subprocess.run(
            dunnage_words("start"),
            env=odd.environ,
            cwd=odd.directories.source,
            capture_output=True,
            text=True,
            check=True,
        )
    assert "Nothing can be offered at 127.0.0.1:" in started.stderr
