"""`dunnage cross`: cross gets its own words, and our options in its variable."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.config.clients import host_arch
from dunnage.config.places import Places


def test_cross_gets_its_words_and_our_options(
    dunnage: Callable, fake_tool: Callable, dunnage_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_tool("docker")  # asked where its engine is, and has no answer
    seen = fake_tool("cross")
    monkeypatch.setenv("CROSS_CONTAINER_OPTS", "--network none")
    done = dunnage("cross", "build", "--target", "aarch64-unknown-linux-gnu", "--", "--help")
    assert done.returncode == 9
    lines = seen.read_text().splitlines()
    assert lines[:5] == [
        f"word {word}" for word in ("build", "--target", "aarch64-unknown-linux-gnu", "--", "--help")
    ]
    (options,) = (line for line in lines if line.startswith("CROSS_CONTAINER_OPTS="))
    assert "-e RUSTC_WRAPPER=/dunnage/bin/sccache" in options
    assert f"/clients/{host_arch()}:/dunnage/bin:ro" in options
    assert options.endswith(" --network none")
    assert Places(dunnage_dir).container_socket.is_socket()


def test_no_cross_is_127(dunnage: Callable, fake_tool: Callable) -> None:
    fake_tool("docker")
    done = dunnage("cross", "build")
    assert done.returncode == 127
    assert "There is no command cross." in done.stderr
