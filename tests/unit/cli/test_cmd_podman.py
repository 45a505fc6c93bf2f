"""`dunnage podman`: podman gets its own words, with our options behind `run`."""

from collections.abc import Callable
from pathlib import Path

from dunnage.config.places import Places


def test_podman_run_gets_our_options_first(dunnage: Callable, fake_tool: Callable, dunnage_dir: Path) -> None:
    seen = fake_tool("podman")
    done = dunnage("podman", "run", "--rm", "-e", "RUSTC_WRAPPER=mine", "rust:1", "cargo", "--", "--help")
    assert done.returncode == 9
    words = [line.removeprefix("word ") for line in seen.read_text().splitlines() if line.startswith("word ")]
    assert words[0] == "run"
    assert words[-7:] == ["--rm", "-e", "RUSTC_WRAPPER=mine", "rust:1", "cargo", "--", "--help"]
    assert "RUSTC_WRAPPER=/dunnage/bin/sccache" in words[1:-7]
    assert any(word.startswith(f"{Places(dunnage_dir).container_dir}:/dunnage/run") for word in words)
    assert Places(dunnage_dir).container_socket.is_socket()


def test_help_is_the_tools(dunnage: Callable, fake_tool: Callable) -> None:
    seen = fake_tool("podman")
    assert dunnage("podman", "--help").returncode == 9
    assert seen.read_text().splitlines()[0] == "word --help"
