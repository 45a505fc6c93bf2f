"""Many requests at once: a bounded crew of threads that all callers of a backend share, none of them crowded out."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from dunnage import limits
from dunnage.errors import RemoteUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class Crew:
    """Threads, made when they are first needed."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(limits.REMOTE_PARALLEL_MAX, thread_name_prefix="remote")
        self._closed = False

    def each(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """`function` of each item, in the order of the items. The first error ends all, and nothing runs on behind it.

        A call hands over as many items as there are threads, and another as soon as one is done: so a call with a few
        items waits for a few of a call with thousands.
        """
        if self._closed:
            raise RemoteUnavailable("The remote was closed.")
        if len(items) == 1:
            return [function(items[0])]
        return self._spread(function, items)

    def _spread(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        under_way: dict[Future[Result], int] = {}
        results: dict[int, Result] = {}
        try:
            for index, item in enumerate(items):
                if len(under_way) == limits.REMOTE_PARALLEL_MAX:
                    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    results.update((under_way.pop(future), future.result()) for future in done)
                under_way[self._threads.submit(function, item)] = index
            results.update((index, future.result()) for future, index in under_way.items())
        except (CancelledError, RuntimeError) as error:
            # Both come of `close`: from a future that had not begun, and from `submit`.
            if not self._closed:
                raise
            raise RemoteUnavailable("The remote was closed.") from error
        finally:
            _end(under_way)
        return [results[index] for index in range(len(items))]

    def close(self) -> None:
        """Begin nothing more, and let go of what is under way."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)


def _end(futures: Iterable[Future[Result]]) -> None:
    left = [future for future in futures if not future.cancel()]
    wait(left)
