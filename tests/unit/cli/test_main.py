"""The list of commands, their help letter by letter, and the way in."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dunnage import __version__
from dunnage.cli import main as entry
from dunnage.cli.main import COMMANDS, cli, main
from support.golden import assert_golden

OWN_HELP = [name for name in COMMANDS if name not in {"cross", "docker", "podman"}]


def _help(*words: str) -> str:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(cli, [*words, "--help"], prog_name="dunnage")
    assert result.exit_code == 0
    return result.stdout


def test_help() -> None:
    assert_golden(_help(), "text/help.txt")


@pytest.mark.parametrize("name", OWN_HELP)
def test_help_of_a_command(name: str) -> None:
    assert_golden(_help(name), f"text/help-{name}.txt")


@pytest.mark.parametrize("name", ["cross", "docker", "podman"])
def test_help_of_a_command_whose_help_is_the_tools(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    context = click.Context(command, info_name=f"dunnage {name}", terminal_width=80)
    assert_golden(command.get_help(context) + "\n", f"text/help-{name}.txt")


def test_every_command_is_one_line_of_the_list() -> None:
    listed = re.findall(r"^  ([a-z]+)  +\S", _help().partition("Commands:")[2], re.MULTILINE)
    assert listed == list(COMMANDS)
    assert "..." not in _help().partition("Commands:")[2]


def test_every_command_has_a_file_and_every_file_is_a_command() -> None:
    files = {path.stem.removeprefix("cmd_") for path in Path(entry.__file__).parent.glob("cmd_*.py")}
    assert files == set(COMMANDS)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dunnage {__version__}\n"


def test_no_command_shows_the_help_as_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rnu"]) == 2
    assert "rnu" in capsys.readouterr().err


def test_words_come_from_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["anything", "--version"])
    assert main() == 0
    assert capsys.readouterr().out == f"dunnage {__version__}\n"


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dunnage", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"dunnage {__version__}\n"


# --- start-up time: one careless import is a tenth of a second ----------------------------------------------

HEAVY = (
    "rich",
    "asyncio",
    "sqlite3",
    "blake3",
    "platformdirs",
    "tomllib",
    "difflib",
    "subprocess",
    "logging",
)


def _loaded(statement: str) -> set[str]:
    """The modules that a statement adds to a fresh interpreter."""
    script = f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["dunnage.cli.main", *(f"dunnage.cli.cmd_{name}" for name in COMMANDS)])
def test_nothing_heavy(module: str) -> None:
    loaded = _loaded(f"import {module}")
    assert module in loaded
    assert not loaded.intersection(HEAVY)


def test_the_list_of_commands_imports_none_of_them() -> None:
    assert not [name for name in _loaded("import dunnage.cli.main") if name.startswith("dunnage.cli.cmd_")]


def test_stats_are_drawn_without_rich() -> None:
    statement = (
        "from dunnage.report import documents, text; from dunnage.report.style import Style; "
        "text.stats(documents.stats({}), Style(80, True)); text.status(documents.status({'version': '1', "
        "'store': '', 'socket': '', 'container_socket': '', 'log': ''}), Style(80, True), 0.0)"
    )
    assert not _loaded(statement).intersection(HEAVY)
