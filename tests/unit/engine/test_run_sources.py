"""Sources that ask for the time."""

from pathlib import Path

import pytest

from dunnage import limits
from dunnage.engine.run_sources import asks_for_the_time, may_ask
from support.subjects import written
from support.units import LocalView


@pytest.mark.parametrize(
    ("name", "text", "asks"),
    [
        ("a.c", "char *d = __DATE__;", True),
        ("a.h", "#ifdef __TIME__", True),
        ("a.c", "int my__DATE__s;", False),
        ("a.c", "int x;", False),
        ("CMakeLists.txt", "string( timestamp NOW)", True),
        ("CMakeLists.txt", "set(TIMESTAMP 1)", False),
        ("a.c", "x" * (limits.INLINE_BYTES_MAX - 3) + " __DATE__ ", True),
    ],
)
def test_what_asks(tmp_path: Path, name: str, text: str, asks: bool) -> None:
    path = str(written(tmp_path / name, text))
    assert may_ask(path)
    assert asks_for_the_time(LocalView(), [path]) == (path if asks else None)


def test_what_is_gone_may_have_asked(tmp_path: Path) -> None:
    assert asks_for_the_time(LocalView(), [str(tmp_path / "gone.c")]) is not None


def test_what_is_not_searched() -> None:
    assert not may_ask("/usr/include/time.h")
    assert not may_ask("/c/data.bin")
