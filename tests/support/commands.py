"""Running a program in a test, with an error that shows what it said."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 800
"""Only ever a hang; below pytest's own limit, so that the program's words are seen."""

LARGE_TIMEOUT_S = 3000
"""The same for what a large project takes where other work is on the machine."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program said and how it ended."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str

    def succeeded(self) -> "Ran":
        """Itself, or AssertionError with its last words."""
        assert self.returncode == 0, f"{self}"
        return self

    def __str__(self) -> str:
        return (
            f"`{' '.join(self.argv)}` exits {self.returncode}\n{self.stdout[-4000:]}\n{self.stderr[-8000:]}"
        )


def run(
    argv: Sequence[str | os.PathLike[str]],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    timeout_s: int = TIMEOUT_S,
) -> Ran:
    """Run to the end, whatever that is. Streams are decoded as dunnage decodes them."""
    words = [os.fspath(word) for word in argv]
    done = subprocess.run(
        words,
        env=None if env is None else dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout_s,
        check=False,
    )
    out, err = (stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr))
    return Ran(tuple(words), done.returncode, out, err)


def cache_dir() -> Path:
    """Where tests keep what is slow to make: DUNNAGE_TEST_CACHE, or below the checkout, where git does not look.

    Never by way of a link: cargo names what lies in such a cargo home by one path, and starts rustc in the other.
    """
    named = os.environ.get("DUNNAGE_TEST_CACHE", "")
    directory = Path(named) if named else Path(__file__).parents[2] / ".cache" / "tests"
    directory.mkdir(parents=True, exist_ok=True)
    return directory.resolve()
