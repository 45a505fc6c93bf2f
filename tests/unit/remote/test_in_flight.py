"""How many are let in at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from dunnage.remote.in_flight import InFlight


def most_at_once(flight: InFlight, sizes: list[int]) -> tuple[int, int]:
    """The most requests and the most bytes that were in at one time."""
    lock, now, most = threading.Lock(), [0, 0], [0, 0]

    def one(size: int) -> None:
        with flight.taking(size):
            with lock:
                now[0] += 1
                now[1] += size
                most[:] = [max(pair) for pair in zip(most, now, strict=True)]
            for _ in range(200):
                threading.Event().wait(0)
            with lock:
                now[0] -= 1
                now[1] -= size

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, sizes))
    return most[0], most[1]


def test_no_more_requests_than_fit() -> None:
    assert most_at_once(InFlight(3, 10**9), [1] * 60)[0] <= 3


def test_no_more_bytes_than_fit() -> None:
    assert most_at_once(InFlight(100, 50), [20] * 60)[1] <= 50


def test_one_that_is_too_large_goes_alone() -> None:
    assert most_at_once(InFlight(100, 50), [200] * 20) == (1, 200)


def test_room_comes_back_after_a_failure() -> None:
    flight = InFlight(1, 1)
    for _ in range(3):
        try:
            with flight.taking(1):
                raise ValueError
        except ValueError:
            pass
