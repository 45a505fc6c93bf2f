"""A crew: as many threads as there are jobs at once, each used again."""

import threading
import weakref

from dunnage.daemon.crew import Crew

WAIT_S = 60  # only ever a hang


class Work:
    """A job that says who does it, and ends when it is let."""

    def __init__(self) -> None:
        self.begun, self.let = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None

    def __call__(self) -> None:
        self.thread = threading.current_thread()
        self.begun.set()
        assert self.let.wait(WAIT_S)


def begun(crew: Crew, count: int) -> list[Work]:
    jobs = [Work() for _ in range(count)]
    for job in jobs:
        crew.do(job)
    assert all(job.begun.wait(WAIT_S) for job in jobs)
    return jobs


def ended(crew: Crew, jobs: list[Work]) -> set[threading.Thread]:
    """Let them end, and wait until their threads wait for the next."""
    threads = {job.thread for job in jobs if job.thread is not None}
    for job in jobs:
        job.let.set()
    while crew.idle < len(threads):
        pass
    return threads


def test_as_many_at_once_as_there_are_jobs() -> None:
    crew = Crew("test")
    jobs = begun(crew, 64)
    assert len(ended(crew, jobs)) == 64


def test_a_thread_that_is_done_takes_the_next_job() -> None:
    crew = Crew("test")
    first = ended(crew, begun(crew, 3))
    again = begun(crew, 3)
    assert ended(crew, again) == first
    more = begun(crew, 4)
    assert len(ended(crew, more) - first) == 1
    assert {thread.name for thread in first} == {"test"}


def test_a_job_that_is_done_is_let_go() -> None:
    crew = Crew("test")
    jobs = begun(crew, 1)
    gone = weakref.ref(jobs[0])
    ended(crew, jobs)
    del jobs
    assert gone() is None


def test_a_thread_that_nobody_wants_ends_and_the_next_job_gets_a_new_one() -> None:
    crew = Crew("test", patience_s=0)
    jobs = begun(crew, 2)
    threads = [job.thread for job in jobs]
    for job in jobs:
        job.let.set()
    for thread in threads:
        assert thread is not None
        thread.join(WAIT_S)
        assert not thread.is_alive()
    assert crew.idle == 0
    [job] = begun(crew, 1)
    assert job.thread not in threads
    job.let.set()


def test_many_callers_with_impatient_threads_lose_no_job() -> None:
    crew = Crew("test", patience_s=0)
    done = threading.Semaphore(0)

    def call() -> None:
        for _ in range(200):
            crew.do(done.release)

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(WAIT_S)
    assert all(done.acquire(timeout=WAIT_S) for _ in range(8 * 200))
