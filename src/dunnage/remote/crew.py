"""Many requests at once: a bounded crew of threads that all callers of a backend share, none of them crowded out.

Not a `ThreadPoolExecutor`: Python ends no process before the threads of those are done, and one that reads from an NFS
server that is gone never is.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from queue import SimpleQueue
from typing import Any, TypeVar

from dunnage.errors import RemoteUnavailable
from dunnage.remote import limits

Item = TypeVar("Item")
Wanted = TypeVar("Wanted", bound=Hashable)
Result = TypeVar("Result")

_CLOSED = "The remote was closed."


class Crew:
    """Threads, made when they are first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[Any], Any], Any] | None] = SimpleQueue()
        self._threads = 0
        self._closed = False

    def each(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """`function` of each item, in the order of the items. The first error ends all, and nothing runs on behind it.

        A call hands over as many items as there are threads, and another as soon as one is done: so a call with a few
        items waits for a few of a call with thousands.
        """
        if self._closed:
            raise RemoteUnavailable(_CLOSED)
        if len(items) == 1:
            return [function(items[0])]
        return self._spread(function, items)

    def found(self, look: Callable[[Wanted], Result | None], items: Iterable[Wanted]) -> dict[Wanted, Result]:
        """Those of these items that are there, in their order, each with what `look` gives of it. `look` is asked once
        for each item, and gives None or False for what is not there.
        """
        wanted = list(dict.fromkeys(items))
        seen = zip(wanted, self.each(look, wanted), strict=True)
        return {item: result for item, result in seen if result is not None and result is not False}

    def _spread(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        under_way: dict[Future[Result], int] = {}
        results: dict[int, Result] = {}
        try:
            for index, item in enumerate(items):
                if len(under_way) == limits.REMOTE_PARALLEL_MAX:
                    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    results.update((under_way.pop(future), future.result()) for future in done)
                under_way[self._hand_over(function, item)] = index
            results.update((index, future.result()) for future, index in under_way.items())
        except CancelledError as error:
            raise RemoteUnavailable(_CLOSED) from error
        finally:
            _end(under_way)
        return [results[index] for index in range(len(items))]

    def _hand_over(self, function: Callable[[Item], Result], item: Item) -> Future[Result]:
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                raise RemoteUnavailable(_CLOSED)
            if self._threads < limits.REMOTE_PARALLEL_MAX:
                self._threads += 1
                threading.Thread(target=self._work, name=f"remote-{self._threads}", daemon=True).start()
            self._tasks.put((future, function, item))
        return future

    def _work(self) -> None:
        while task := self._tasks.get():
            future, function, item = task
            if self._closed:
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = function(item)
            except BaseException as error:  # noqa: BLE001  # It is raised again where it was asked for.
                future.set_exception(error)
            else:
                future.set_result(result)
            del task, future, function, item  # A thread that waits holds nothing of what it did last.

    def close(self) -> None:
        """Begin nothing more, and let go of what is under way."""
        with self._lock:
            self._closed = True
            for _ in range(self._threads):
                self._tasks.put(None)


def _end(futures: Iterable[Future[Result]]) -> None:
    """Take back what has not begun, and wait for the rest."""
    wait([future for future in futures if not future.cancel()])
