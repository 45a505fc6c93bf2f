"""Whether an engine is on this machine."""

from collections.abc import Mapping, Sequence

import pytest

from dunnage.containers.arguments import read
from dunnage.containers.endpoint import elsewhere
from dunnage.containers.engines import ENGINES

CONTEXTS = {"far": "ssh://somebody@far", "near": "unix:///var/run/docker.sock"}


def contexts(argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """`docker context inspect`, with `near` as the context in use."""
    name = argv[-1] if argv[-1] in CONTEXTS else "near"
    return CONTEXTS[environ.get("DOCKER_CONTEXT", name)]


def silent(argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
    return None


def where(tool: str, words: str, environ: Mapping[str, str]) -> str:
    call = read(ENGINES[tool], [*words.split(), "run", "image"])
    assert call is not None
    return elsewhere(tool, call.global_options, environ, ask=contexts)


@pytest.mark.parametrize(
    ("tool", "words", "environ"),
    [
        ("docker", "", {}),
        ("docker", "-H unix:///x.sock", {"DOCKER_HOST": "tcp://far:1"}),
        ("docker", "--context near", {"DOCKER_HOST": "tcp://far:1"}),
        ("docker", "", {"DOCKER_HOST": "unix:///x.sock", "DOCKER_CONTEXT": "far"}),
        ("podman", "", {}),
        ("podman", "", {"DOCKER_HOST": "tcp://far:1"}),
        ("podman", "--url unix:///x.sock", {}),
        ("nerdctl", "-H tcp://far", {}),
    ],
)
def test_here(tool: str, words: str, environ: dict[str, str]) -> None:
    assert where(tool, words, environ) == ""


@pytest.mark.parametrize(
    ("tool", "words", "environ", "place"),
    [
        ("docker", "-H tcp://far:1", {}, "tcp://far:1"),
        ("docker", "", {"DOCKER_HOST": "ssh://far"}, "ssh://far"),
        ("docker", "-c far", {}, "ssh://somebody@far"),
        ("docker", "", {"DOCKER_CONTEXT": "far"}, "ssh://somebody@far"),
        ("podman", "--url ssh://far", {}, "ssh://far"),
        ("podman", "-r", {}, "another machine"),
        ("podman", "--connection vm", {}, "vm"),
        ("podman", "", {"CONTAINER_HOST": "tcp://far"}, "tcp://far"),
    ],
)
def test_there(tool: str, words: str, environ: dict[str, str], place: str) -> None:
    assert where(tool, words, environ) == place


def test_an_engine_that_does_not_answer_counts_as_here() -> None:
    assert elsewhere("docker", (), {}, ask=silent) == ""
