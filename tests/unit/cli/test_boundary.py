"""The boundary: every way to end has its exit code and its words, and nothing gets past it."""

from pathlib import Path

import click
import pytest

from dunnage import __version__, errors
from dunnage.cli.boundary import REPORTS_MAX, guarded, optional


def _raise(error: BaseException, cause: BaseException | None = None) -> None:
    raise error from cause


def _codes(tree: type[errors.DunnageError]) -> list[type[errors.DunnageError]]:
    return [tree, *(found for child in tree.__subclasses__() for found in _codes(child))]


def test_an_end_without_a_word_is_success() -> None:
    assert guarded(lambda: None, []) == 0
    assert guarded(lambda: 7, []) == 7
    assert guarded(lambda: _raise(click.exceptions.Exit(3)), []) == 3


@pytest.mark.parametrize("kind", _codes(errors.DunnageError), ids=lambda kind: kind.__name__)
def test_each_error_is_a_sentence_a_hint_and_a_code(
    kind: type[errors.DunnageError], capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(lambda: _raise(kind("It rains.")), []) == kind.exit_code
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"dunnage: It rains. {kind.hint}".rstrip() + "\n"


def test_usage_errors_of_click_are_clicks(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: _raise(click.UsageError("Not so.")), []) == 2
    assert "Not so." in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()], ids=["plain", "as click has it"])
def test_an_interrupt_is_130_and_says_nothing(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(lambda: _raise(error, KeyboardInterrupt()), []) == 130
    assert capsys.readouterr().err == ""


def test_the_end_of_the_input_is_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: _raise(click.Abort(), EOFError()), []) == 1
    assert "no answer" in capsys.readouterr().err


def test_the_unexpected_leaves_a_report(dunnage_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["docker", "run", "-e", "TOKEN=" + "secret"[::-1]]
    assert guarded(lambda: _raise(ZeroDivisionError("by zero")), words) == 70
    err = capsys.readouterr().err
    (path,) = (dunnage_dir / "log").glob("report-*.txt")
    assert err == (
        "dunnage: Something unexpected happened: ZeroDivisionError: by zero. "
        f"Please send the report {path}.\n"
    )  # fmt: skip
    report = path.read_text()
    assert f"dunnage: {__version__}\n" in report
    assert "command: dunnage docker\n" in report
    assert "Traceback (most recent call last)" in report
    assert "terces" not in report
    assert path.stat().st_mode & 0o777 == 0o600


def test_old_reports_go(dunnage_dir: Path) -> None:
    log = dunnage_dir / "log"
    log.mkdir(parents=True)
    for number in range(REPORTS_MAX + 5):
        (log / f"report-20200101-{number:06}-1.txt").touch()
    guarded(lambda: _raise(ZeroDivisionError()), [])
    kept = sorted(path.name for path in log.glob("report-*.txt"))
    assert len(kept) == REPORTS_MAX
    assert kept[0] == "report-20200101-000006-1.txt"
    assert not kept[-1].startswith("report-2020")


def test_where_no_report_can_be_written_the_sentence_says_so(
    dunnage_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dunnage_dir.write_text("a file in the way")
    assert guarded(lambda: _raise(ZeroDivisionError()), []) == 70
    assert "No report could be written" in capsys.readouterr().err


def test_what_is_optional_returns_its_value() -> None:
    assert optional(lambda: 5, ["run"]) == 5


def test_what_is_optional_never_stops_a_build(dunnage_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert optional(lambda: _raise(errors.ConfigError("It rains.")), ["run"]) is None
    assert capsys.readouterr().err.startswith(
        "dunnage: This command runs without the cache. It rains. `dunnage"
    )
    assert optional(lambda: _raise(ZeroDivisionError()), ["run"]) is None
    assert "without the cache. Something unexpected happened" in capsys.readouterr().err
    assert len(list((dunnage_dir / "log").glob("report-*.txt"))) == 1


def test_an_interrupt_is_not_optional() -> None:
    with pytest.raises(KeyboardInterrupt):
        optional(lambda: _raise(KeyboardInterrupt()), ["run"])
