"""Which client a container needs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from dunnage.config.settings import defaults
from dunnage.containers.arch import of_call, of_platform
from dunnage.containers.arguments import RunCall, read
from dunnage.containers.engines import ENGINES
from dunnage.errors import ClientMissing


class Engine:
    """Answers `image inspect` from a table, as an engine does, and keeps what it was asked."""

    def __init__(self, **images: str) -> None:
        self.images = images
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
        self.asked.append(tuple(argv))
        return self.images.get(argv[-1])


def call(words: str) -> RunCall:
    found = read(ENGINES["podman"], words.split())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("platform", "arch"),
    [
        ("linux/amd64", "x86_64"),
        ("linux/arm64", "aarch64"),
        ("linux/arm64/v8", "aarch64"),
        ("linux/arm/v7", "armv7"),
        ("linux/arm", "armv7"),
        ("arm64", "aarch64"),
        ("linux/386", "i686"),
        ("Linux/RISCV64", "riscv64"),
        ("linux/x86_64", "x86_64"),
    ],
)
def test_platforms_have_clients(platform: str, arch: str) -> None:
    assert of_platform(platform) == arch


@pytest.mark.parametrize("platform", ["linux/s390x", "windows/amd64", "linux/arm/v6", "linux/", ""])
def test_others_have_none(platform: str) -> None:
    with pytest.raises(ClientMissing):
        of_platform(platform)


def test_the_setting_wins() -> None:
    engine = Engine(image="amd64")
    settings = replace(defaults(), container_arch="riscv64")
    assert of_call("docker", call("run --platform linux/arm64 image"), {}, settings, ask=engine) == "riscv64"
    assert engine.asked == []


@pytest.mark.parametrize("option", ["--platform linux/arm64", "--platform=linux/arm64", "--arch arm64"])
def test_then_the_command_line(option: str) -> None:
    engine = Engine(image="amd64")
    assert of_call("podman", call(f"run {option} image"), {}, defaults(), ask=engine) == "aarch64"
    assert engine.asked == []


def test_of_two_platforms_the_last_counts() -> None:
    found = call("run --platform linux/arm64 --platform linux/386 image")
    assert of_call("podman", found, {}, defaults(), ask=Engine()) == "i686"


def test_then_dockers_own_default() -> None:
    environ = {"DOCKER_DEFAULT_PLATFORM": "linux/arm64"}
    assert of_call("docker", call("run image"), environ, defaults(), ask=Engine(image="amd64")) == "aarch64"
    assert of_call("podman", call("run image"), environ, defaults(), ask=Engine(image="amd64")) == "x86_64"


def test_then_the_image_which_is_asked_of_the_same_engine() -> None:
    engine = Engine(image="arm64")
    assert of_call("podman", call("--root /r run -it image sh"), {}, defaults(), ask=engine) == "aarch64"
    inspect = ("image", "inspect", "--format", "{{.Architecture}}", "image")
    assert engine.asked == [("podman", "--root", "/r", *inspect)]


def test_then_the_host() -> None:
    assert of_call("docker", call("run image"), {}, defaults(), ask=Engine(), host="aarch64") == "aarch64"
    assert of_call("docker", call("compose run web"), {}, defaults(), ask=Engine(), host="i686") == "i686"


def test_an_image_without_a_client_is_said() -> None:
    with pytest.raises(ClientMissing, match="s390x"):
        of_call("docker", call("run image"), {}, defaults(), ask=Engine(image="s390x"))
