"""What several test processes need and one of them makes: the others wait for it instead of making it beside it."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from support.commands import cache_dir

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Hold the lock of that name: nobody else on this machine who shares the tests' cache is in such a block."""
    place = cache_dir() / "locks"
    place.mkdir(parents=True, exist_ok=True)
    with (place / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def made_once(make: Callable[P, T]) -> Callable[P, T]:
    """A maker that looks first whether what it makes is there: one process at a time is in it."""

    @wraps(make)
    def alone(*args: P.args, **kwargs: P.kwargs) -> T:
        with one_at_a_time(f"{make.__module__}.{make.__qualname__}"):
            return make(*args, **kwargs)

    return alone
