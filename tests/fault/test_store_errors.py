"""Every change on disk fails once, in each of several ways: StoreError and nothing else, and the store goes on."""

import errno
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from dunnage.errors import StoreError, StoreFull
from dunnage.store.store import Store
from support.store_steps import NAMES, scenario
from support.stores import ROOM, Clock, assert_whole

T = TypeVar("T")


class Failing:
    """Fails at the n-th change on disk, and only there."""

    def __init__(self, at: int, code: int) -> None:
        self.at = at
        self.code = code
        self.steps = 0

    def __call__(self, _: str) -> None:
        self.steps += 1
        if self.steps == self.at:
            raise OSError(self.code, "as the test wants it")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.ENOENT])
def test_the_nth_step_fails(tmp_path: Path, code: int) -> None:
    at = 0
    while True:
        at += 1
        failing = Failing(at, code)
        failures = in_spite_of(failing, tmp_path / str(at))
        if failing.steps < at:
            assert at > 60
            return
        assert len(failures) <= 1  # One step failed, so at most one call.
        if code == errno.ENOSPC:
            assert all(isinstance(error, StoreFull) for error in failures)


def in_spite_of(failing: Failing, directory: Path) -> list[StoreError]:
    """Do everything, each part again if it failed; what failed."""
    failures: list[StoreError] = []

    def insist(do: Callable[[], T]) -> T:
        try:
            return do()
        except StoreError as error:
            failures.append(error)
            return do()

    clock = Clock(time.time() + 10**6)
    store = insist(lambda: Store.open(str(directory), size_bytes_max=ROOM, clock=clock, step=failing))
    with closing(store):
        insist(lambda: scenario(store, lambda _: None))
        assert assert_whole(store, NAMES) == {"two"}
        assert insist(store.fsck).clean
    return failures
