"""A crew of threads: results in order, few at once, the first error ends all."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dunnage.errors import RemoteFull, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.crew import Crew


def test_those_that_are_there() -> None:
    crew, asked = Crew(), []

    def look(name: str) -> bytes | None:
        asked.append(name)
        return None if "x" in name else name.encode()

    found = crew.found(look, ["b", "x", "a", "b", "", "x2"])
    assert list(found.items()) == [("b", b"b"), ("a", b"a"), ("", b"")]
    assert sorted(asked) == ["", "a", "b", "x", "x2"], "each once"
    assert set(crew.found(str.isdigit, ["1", "a", "2"])) == {"1", "2"}
    assert crew.found(look, []) == {}


def test_results_come_in_order() -> None:
    crew = Crew()
    assert crew.each(lambda number: number * 2, range(100)) == [number * 2 for number in range(100)]
    assert crew.each(str, [5]) == ["5"]
    assert crew.each(str, []) == []
    crew.close()


def test_one_is_done_by_whoever_asks() -> None:
    crew = Crew()
    assert crew.each(lambda _: threading.current_thread(), ["x"]) == [threading.current_thread()]


def test_few_at_once() -> None:
    crew, lock, at_once, most = Crew(), threading.Lock(), 0, 0
    all_there = threading.Barrier(limits.REMOTE_PARALLEL_MAX)

    def work(_: int) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        all_there.wait(10)
        with lock:
            at_once -= 1

    crew.each(work, range(limits.REMOTE_PARALLEL_MAX * 3))
    assert most == limits.REMOTE_PARALLEL_MAX
    crew.close()


def test_a_call_with_few_is_not_behind_one_with_many() -> None:
    crew, go_on, done = Crew(), threading.Event(), []

    def slow(number: int) -> None:
        go_on.wait(10)
        done.append(number)

    with ThreadPoolExecutor(2) as pool:
        many = pool.submit(crew.each, slow, range(1000))
        few = pool.submit(crew.each, lambda _: len(done), range(2))
        go_on.set()
        assert max(few.result()) < 500
        many.result()
    crew.close()


def test_the_first_error_ends_all_and_nothing_runs_on() -> None:
    crew, began, ended = Crew(), [], []

    def work(number: int) -> None:
        began.append(number)
        if number == 3:
            raise RemoteFull("no room")
        ended.append(number)

    with pytest.raises(RemoteFull):
        crew.each(work, range(1000))
    seen = len(began)
    assert sorted([*ended, 3]) == sorted(began)
    assert seen < 100
    crew.close()


def test_closed_while_at_work() -> None:
    crew, began, go_on = Crew(), threading.Event(), threading.Event()

    def work(_: int) -> None:
        began.set()
        go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(crew.each, work, range(100))
        assert began.wait(10)
        crew.close()
        go_on.set()
        with pytest.raises(RemoteUnavailable, match="closed"):
            waiting.result()
    with pytest.raises(RemoteUnavailable, match="closed"):
        crew.each(work, [1])
    crew.close()


def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    script = """
import threading
from dunnage.remote.crew import Crew
crew, began = Crew(), threading.Event()
hang = lambda _: began.set() or threading.Event().wait()
threading.Thread(target=crew.each, args=(hang, range(5)), daemon=True).start()
began.wait()
crew.close()
print("done")
"""
    words, environ = [sys.executable, "-c", script], {"PYTHONPATH": "src"}
    done = subprocess.run(words, env=environ, capture_output=True, timeout=20, check=False)
    assert done.stdout == b"done\n"


def test_an_error_of_another_kind_is_not_hidden() -> None:
    def broken(_: int) -> None:
        raise RuntimeError("ours")

    crew = Crew()
    with pytest.raises(RuntimeError, match="ours"):
        crew.each(broken, range(5))
    crew.close()
