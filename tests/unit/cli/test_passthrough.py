"""Words that belong to a tool reach it as they are."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dunnage.cli import passthrough
from dunnage.config.places import Places
from dunnage.config.settings import Settings
from dunnage.containers.command import Command
from dunnage.errors import ContainerError

WORDS = ["-D", "--help", "--", "ps", "--", "-v", "a b", "", "--version", "$HOME", "*"]


@pytest.mark.parametrize("tool", ["docker", "podman"])
def test_every_word_arrives(dunnage: Callable, fake_tool: Callable, tool: str, dunnage_dir: Path) -> None:
    seen = fake_tool(tool)
    done = dunnage(tool, *WORDS)
    assert (done.returncode, done.stdout, done.stderr) == (9, "", "")
    assert [line for line in seen.read_text().splitlines() if line.startswith("word")] == [
        f"word {word}" for word in WORDS
    ]
    assert not dunnage_dir.exists(), "a daemon was started for a call that the cache has no part in"


def _run(monkeypatch: pytest.MonkeyPatch, prepare: passthrough.Prepare) -> Command:
    """What `run_tool` would execute."""
    executed: list[Command] = []

    def execute(argv: Sequence[str], env: dict[str, str]) -> int:
        executed.append(Command(tuple(argv), env))
        return 9

    monkeypatch.setattr(passthrough, "execute", execute)
    assert passthrough.run_tool("tool", ["run", "x"], prepare) == 9
    return executed[0]


def test_warnings_are_told_and_a_daemon_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dunnage_dir: Path
) -> None:
    def prepare(args: Sequence[str], environ: dict[str, str], places: Places, settings: Settings) -> Command:
        return Command(("tool", "more", *args), environ | {"MORE": "1"}, ("It rains.", "It pours."))

    command = _run(monkeypatch, prepare)
    assert command.argv == ("tool", "more", "run", "x")
    assert command.env["MORE"] == "1"
    assert capsys.readouterr().err == "dunnage: It rains.\ndunnage: It pours.\n"
    assert Places(dunnage_dir).host_socket.is_socket()


def test_trouble_runs_the_tool_as_it_was_called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def prepare(args: Sequence[str], environ: dict[str, str], places: Places, settings: Settings) -> Command:
        environ["SPOILT"] = "1"
        raise ContainerError("It rains.")

    command = _run(monkeypatch, prepare)
    assert command.argv == ("tool", "run", "x")
    assert "SPOILT" not in command.env
    assert capsys.readouterr().err == "dunnage: This command runs without the cache. It rains.\n"


def test_a_daemon_that_cannot_start_means_the_tool_as_it_was_called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dunnage_dir: Path
) -> None:
    dunnage_dir.write_text("a file in the way")

    def prepare(args: Sequence[str], environ: dict[str, str], places: Places, settings: Settings) -> Command:
        return Command(("tool", "-v", "into the void", *args), environ)

    assert _run(monkeypatch, prepare).argv == ("tool", "run", "x")
    assert "without the cache" in capsys.readouterr().err


def test_disabled_prepares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNNAGE_DISABLE", "1")

    def prepare(args: Sequence[str], environ: dict[str, str], places: Places, settings: Settings) -> Command:
        raise AssertionError

    assert _run(monkeypatch, prepare).argv == ("tool", "run", "x")


def test_verify_mode_as_a_setting_reaches_the_tool_but_starts_no_daemon(
    monkeypatch: pytest.MonkeyPatch, dunnage_dir: Path
) -> None:
    def prepare(args: Sequence[str], environ: dict[str, str], places: Places, settings: Settings) -> Command:
        return Command(("tool", *args), environ)

    dunnage_dir.with_suffix(".toml").write_text("verify = true\n")
    assert _run(monkeypatch, prepare).env["DUNNAGE_VERIFY"] == "1"
    assert not dunnage_dir.exists()
