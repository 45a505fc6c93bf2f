"""Real sccache and ccache in a container without a network hit through the daemon, each by its own counters.

Every run has a container of its own, so nothing is left of a local cache. The second one is another user's, too.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import images, podman
from support.builds import Site, dunnage_words, site
from support.commands import Ran, run

pytestmark = pytest.mark.docker

SOURCES = 3
WITHOUT_NETWORK = ("--network", "none")
STRANGER = ("--user", "4321:4321", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL")
FORWARD = ("/dunnage/bin/dunnage-forward", "--")
OF_SCCACHE = ("sccache --show-stats --stats-format=json", "sccache --stop-server >/dev/null")


@dataclass(frozen=True, slots=True)
class Tool:
    """One that caches compiles, and how it comes to the daemon."""

    compiler: str
    before: tuple[str, ...]
    """Words in front of the command."""
    after: tuple[str, ...]
    """Commands after the compiles, the first of which says what was counted."""
    env: Mapping[str, str]

    def counted(self, said: str) -> dict[str, int]:
        """Hits, misses and errors."""
        if self.compiler == "sccache":
            stats = json.loads(said)["stats"]
            hits, misses = (sum(stats[name]["counts"].values()) for name in ("cache_hits", "cache_misses"))
            return {"hits": hits, "misses": misses, "errors": stats["cache_write_errors"]}
        stats = {name: int(count) for name, count in (line.split("\t") for line in said.splitlines())}
        hits = stats["direct_cache_hit"] + stats["preprocessed_cache_hit"]
        return {"hits": hits, "misses": stats["cache_miss"], "errors": stats["remote_storage_error"]}


TOOLS = {
    "sccache": Tool("sccache", FORWARD, OF_SCCACHE, {
        "SCCACHE_WEBDAV_ENDPOINT": "http://127.0.0.1:8123", "SCCACHE_WEBDAV_TOKEN": "{token}",
    }),
    "ccache": Tool("/usr/bin/ccache", FORWARD, ("/usr/bin/ccache --print-stats",), {
        "CCACHE_REMOTE_STORAGE": "http://127.0.0.1:8123/ccache|layout=bazel|bearer-token={token}",
    }),
    "new ccache": Tool("ccache", (), ("ccache --print-stats",), {
        "CCACHE_REMOTE_STORAGE": "crsh:/dunnage/run/ccache",
    }),
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    project = tmp_path / "project"
    project.mkdir()
    for number in range(SOURCES):
        (project / f"f{number}.c").write_text(f"int f{number}(void) {{ return {number}; }}\n")
    with site(tmp_path / "first", project) as made:
        yield made.with_env(DUNNAGE_OFFER="containers")


def compiled(here: Site, tool: Tool, *options: str, engine: str = "docker") -> Ran:
    """Compile everything in a container; what it says last is what was counted."""
    token_file = here.dunnage / "offer-token"
    token = token_file.read_text().strip() if token_file.exists() else ""
    compiles = [f"{tool.compiler} gcc -c f{number}.c -o /out/f{number}.o" for number in range(SOURCES)]
    script = " && ".join((*compiles, *tool.after))
    image = images.with_ccache() if tool.compiler.startswith("/") else images.bookworm()
    image = podman.image(image) if engine == "podman" else image
    variables = {"HOME": "/tmp"} | {name: text.format(token=token) for name, text in tool.env.items()}
    here.directories.target.chmod(0o777)
    words = [
        engine, "run", "--rm", *WITHOUT_NETWORK, *options, "--workdir", "/src",
        *(word for name, value in variables.items() for word in ("-e", f"{name}={value}")),
        "-v", f"{here.directories.source}:/src:ro", "-v", f"{here.directories.target}:/out",
        "-v", f"{images.sccache()}:/usr/local/bin/sccache:ro", "-v", f"{images.new_ccache()}:/usr/local/bin/ccache:ro",
        image, *tool.before, "sh", "-c", script,
    ]  # fmt: skip
    env = here.environ | podman.environment()
    return run(dunnage_words(*words), env=env, cwd=here.directories.source)


def objects(here: Site) -> list[bytes]:
    found = [path.read_bytes() for path in sorted(here.directories.target.glob("*.o"))]
    assert len(found) == SOURCES
    here.wipe()
    return found


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        *(("docker", name) for name in TOOLS),
        pytest.param("podman", "sccache", marks=pytest.mark.podman),
        pytest.param("podman", "new ccache", marks=pytest.mark.podman),
    ],
)
def test_it_hits(here: Site, engine: str, name: str) -> None:
    tool = TOOLS[name]
    here.dunnage_says("start")
    cold = compiled(here, tool, engine=engine).succeeded()
    assert tool.counted(cold.stdout) == {"hits": 0, "misses": SOURCES, "errors": 0}
    made = objects(here)
    warm = compiled(here, tool, *STRANGER, engine=engine).succeeded()
    assert tool.counted(warm.stdout) == {"hits": SOURCES, "misses": 0, "errors": 0}
    assert objects(here) == made
    assert (cold.stderr, warm.stderr) == ("", "")


@pytest.mark.parametrize("name", TOOLS)
def test_where_nothing_is_offered_builds_go_on(here: Site, name: str) -> None:
    tool = TOOLS[name]
    ran = compiled(here.with_env(DUNNAGE_OFFER=""), tool).succeeded()
    counted = tool.counted(ran.stdout)
    assert (counted["hits"], counted["misses"]) == (0, SOURCES)
    assert len(objects(here)) == SOURCES
    assert ran.stderr.count("nobody offers a cache at /dunnage/run/http") == bool(tool.before)
