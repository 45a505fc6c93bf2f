"""The one place where errors become sentences and exit codes.

A `DunnageError` says one sentence and its hint. Anything unexpected leaves a report in the log directory, ready to be
sent, and says where. An interrupt is 130, as a shell has it.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import click

from dunnage import __version__
from dunnage.cli.output import complain
from dunnage.errors import DunnageError

EXIT_INTERRUPTED: Final = 130
EXIT_UNEXPECTED: Final = 70
"""EX_SOFTWARE of sysexits.h."""

REPORTS_MAX: Final = 20
"""Reports that are kept; older ones go when a new one comes."""

T = TypeVar("T")


def guarded(call: Callable[[], object], words: Sequence[str]) -> int:
    """Run a command line (`words`, for the report) and return its exit code."""
    try:
        code = call()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as abort:  # click's word for Ctrl-C and for the end of the input at a question
        if isinstance(abort.__cause__, EOFError):
            complain("There was no answer, so nothing was done.")
            return DunnageError.exit_code
        return EXIT_INTERRUPTED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except DunnageError as error:
        complain(str(error))
        return error.exit_code
    except Exception as error:  # noqa: BLE001 -- this is the boundary
        complain(unexpected(error, words))
        return EXIT_UNEXPECTED


def optional(call: Callable[[], T], words: Sequence[str]) -> T | None:
    """What `call` returns, or None with a sentence on stderr: a build must go on whatever happens to the cache."""
    try:
        return call()
    except DunnageError as error:
        complain(f"This command runs without the cache. {error}")
    except Exception as error:  # noqa: BLE001 -- a build is worth more than our pride
        complain(f"This command runs without the cache. {unexpected(error, words)}")
    return None


def unexpected(error: Exception, words: Sequence[str]) -> str:
    """Write a report about an error that nobody thought of; return the sentence about it."""
    from dunnage.config.places import Places

    what = f"Something unexpected happened: {type(error).__name__}: {error}."
    try:
        path = _write_report(_report(error, words), Places.find(os.environ).log_dir)
    except OSError as failed:
        return f"{what} No report could be written: {failed}."
    return f"{what} Please send the report {path}."


def _report(error: Exception, words: Sequence[str]) -> str:
    """What a maintainer asks first. Of the command line only its first word: the rest may hold secrets."""
    import platform
    import traceback

    facts = {
        "dunnage": __version__,
        "python": sys.version.replace("\n", " "),
        "system": platform.platform(),
        "command": f"dunnage {words[0]}" if words else "dunnage",
    }
    head = "".join(f"{name}: {value}\n" for name, value in facts.items())
    return f"{head}\n{''.join(traceback.format_exception(error))}"


def _write_report(text: str, directory: Path) -> Path:
    """A file of its own in `directory`, readable by the user only. Raises OSError."""
    import time

    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in sorted(directory.glob("report-*.txt"))[: -REPORTS_MAX + 1]:
        old.unlink(missing_ok=True)
    path = directory / f"report-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{os.getpid()}.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return path
