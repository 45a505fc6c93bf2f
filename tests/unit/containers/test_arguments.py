"""Where the options of `run` begin, and which image is meant."""

import pytest

from dunnage.containers.arguments import Option, RunCall, read
from dunnage.containers.engines import ENGINES, Engine

DOCKER, PODMAN, NERDCTL = (ENGINES[name] for name in ("docker", "podman", "nerdctl"))


@pytest.mark.parametrize(
    ("words", "before", "image"),
    [
        ("run rust:1 cargo build", "run", "rust:1"),
        ("run --rm -it -v /a:/b -w /b rust:1 run x", "run", "rust:1"),
        ("run -itv /a:/b rust:1", "run", "rust:1"),
        ("run -itv/a:/b rust:1", "run", "rust:1"),
        ("run -e=A=1 --name=x --privileged rust:1", "run", "rust:1"),
        ("run --rm=false rust:1", "run", "rust:1"),
        ("run --rm -- rust:1 -v", "run", "rust:1"),
        ("run --an-option-of-tomorrow value rust:1", "run", "rust:1"),
        ("create --name x rust:1", "create", "rust:1"),
        ("container run rust:1", "container run", "rust:1"),
        ("container create -t rust:1", "container create", "rust:1"),
        ("--context far run rust:1", "--context far run", "rust:1"),
        ("-H tcp://x:1 -D --tlscacert f run rust:1", "-H tcp://x:1 -D --tlscacert f run", "rust:1"),
        ("--log-level=debug run rust:1", "--log-level=debug run", "rust:1"),
        ("-lerror run rust:1", "-lerror run", "rust:1"),
        ("compose run --rm build cargo build", "compose run", None),
        ("compose -f run.yml --profile run -p x run web", "compose -f run.yml --profile run -p x run", None),
        ("run", "run", None),
        ("run --rm", "run", None),
        ("run -v", "run", None),
    ],
)
def test_the_place_behind_the_subcommand_is_found(words: str, before: str, image: str | None) -> None:
    call = read(DOCKER, words.split())
    assert call is not None
    assert words.split()[: call.options_at] == before.split()
    assert call.image == image


@pytest.mark.parametrize(
    "words",
    [
        "",
        "ps -a",
        "build -t run .",
        "exec -it run sh",
        "image inspect run",
        "container ls",
        "container",
        "compose up",
        "compose create",
        "compose -f run",
        "--context run",
        "start run",
        "--help",
        "-- ps",
    ],
)
def test_everything_else_is_no_run(words: str) -> None:
    assert read(DOCKER, words.split()) is None


def read_words(engine: Engine, words: str) -> RunCall | None:
    return read(engine, words.split())


def test_each_engine_has_options_of_its_own() -> None:
    assert read_words(NERDCTL, "-n k8s.io -a sock run rust:1") is not None
    assert read_words(PODMAN, "-r --url u run rust:1") is not None
    assert read_words(DOCKER, "-r --url u run rust:1") is None


def test_a_root_file_system_is_no_image() -> None:
    call = read_words(PODMAN, "run --rootfs /tree sh")
    assert call is not None
    assert call.image is None


def test_options_are_kept_with_their_values() -> None:
    call = read_words(DOCKER, "-D --host h run -it -u 1:1 --platform=linux/arm64 rust:1 --platform no")
    assert call is not None
    assert call.global_words == ("-D", "--host", "h")
    assert call.global_options == (Option("-D", ""), Option("--host", "h"))
    assert call.run_options == (
        Option("-i", ""),
        Option("-t", ""),
        Option("-u", "1:1"),
        Option("--platform", "linux/arm64"),
    )
