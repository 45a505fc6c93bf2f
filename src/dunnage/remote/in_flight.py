"""What is on its way to one remote at once: so many requests, and so many bytes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class InFlight:
    """Lets in whoever fits; one that is larger than all the room gets in when nobody else is there."""

    def __init__(self, requests_max: int, bytes_max: int) -> None:
        self._requests_max = requests_max
        self._bytes_max = bytes_max
        self._requests = 0
        self._bytes = 0
        self._changed = threading.Condition()

    @contextmanager
    def taking(self, size_bytes: int) -> Iterator[None]:
        """Wait for room, and give it back afterwards."""
        with self._changed:
            self._changed.wait_for(lambda: self._fits(size_bytes))
            self._requests += 1
            self._bytes += size_bytes
        try:
            yield
        finally:
            with self._changed:
                self._requests -= 1
                self._bytes -= size_bytes
                self._changed.notify_all()

    def _fits(self, size_bytes: int) -> bool:
        if self._requests >= self._requests_max:
            return False
        return self._requests == 0 or self._bytes + size_bytes <= self._bytes_max
