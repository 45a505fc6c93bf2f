"""A few requests at once: what one call to a backend may do beside itself."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from dunnage import limits

T = TypeVar("T")
R = TypeVar("R")


def each(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """What the function makes of each, in their order, `REMOTE_PARALLEL_MAX` at once.

    The first error is raised when what was begun has ended; what was not begun then never is.
    """
    if len(items) <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(min(limits.REMOTE_PARALLEL_MAX, len(items)), "reapi") as pool:
        futures = [pool.submit(function, item) for item in items]
        done, left = wait(futures, return_when=FIRST_EXCEPTION)
        for future in left:
            future.cancel()
        for future in done:
            future.result()
        return [future.result() for future in futures]
