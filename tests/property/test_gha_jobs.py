"""Jobs of one repository, whatever happens to its cache: never a wrong byte, never another failure than a RemoteError,
and as soon as nothing happens any more, everything hits.
"""

import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dunnage.errors import RemoteError
from dunnage.remote.gha.backend import GhaBackend
from support.remotes.gha_jobs import Unit, job, opened, times
from support.remotes.gha_service import gha_service

UNITS = [Unit(f"unit {number}", 50 * 4**number) for number in range(6)]
SOME = st.sets(st.sampled_from(UNITS), min_size=1)
LANES = st.sampled_from(["lane=one", "lane=two&restore=one"])


class Jobs(RuleBasedStateMachine):
    """Up to two jobs at once, in two lanes, and a cache that loses and damages what it likes."""

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        directory = Path(tempfile.mkdtemp())
        self.stack.callback(shutil.rmtree, directory)
        self.fake = self.stack.enter_context(gha_service(directory / "storage"))
        self.jobs: list[GhaBackend] = []

    @precondition(lambda self: len(self.jobs) < 2)
    @rule(options=LANES)
    def a_job_begins(self, options: str) -> None:
        self.jobs.append(self.stack.enter_context(opened(self.fake, options)))

    @precondition(lambda self: self.jobs)
    @rule(which=st.integers(0, 1), wanted=SOME)
    def it_builds(self, which: int, wanted: set[Unit]) -> None:
        backend = self.jobs[which % len(self.jobs)]
        for unit in sorted(wanted, key=lambda each: each.size):
            with suppress(RemoteError):
                if not unit.is_in(backend):
                    unit.put(backend)

    @precondition(lambda self: self.jobs)
    @rule(which=st.integers(0, 1))
    def it_saves(self, which: int) -> None:
        with suppress(RemoteError):
            self.jobs[which % len(self.jobs)].flush()

    @precondition(lambda self: self.jobs)
    @rule()
    def it_ends(self) -> None:
        self.jobs.pop(0).close()

    @rule(which=st.integers(0, 20))
    def something_is_evicted(self, which: int) -> None:
        keys = self.fake.keys()
        if keys:
            self.fake.evict(keys[which % len(keys)])

    @rule(which=st.integers(0, 20), at=st.floats(0, 1, exclude_max=True), cut=st.booleans())
    def something_is_damaged(self, which: int, at: float, cut: bool) -> None:
        numbers = sorted(self.fake.storage.sizes)
        if numbers:
            number = numbers[which % len(numbers)]
            data = bytearray(self.fake.storage.path(number).read_bytes())
            place = int(at * len(data))
            data[place : place + 1] = bytes(byte ^ 0x10 for byte in data[place : place + 1])
            self.fake.storage.path(number).write_bytes(data[:place] if cut else data)
            self.fake.storage.sizes[number] = place if cut else len(data)

    @rule(count=st.integers(1, 3))
    def it_is_busy(self, count: int) -> None:
        self.fake.knobs.retry_after = "0"
        self.fake.knobs.busy = times([True] * count)

    @rule(cut=st.integers(0, 5000))
    def connections_break(self, cut: int) -> None:
        broken = times([True] * 2)
        self.fake.knobs.truncate = lambda count: cut if broken() else None

    def teardown(self) -> None:
        for backend in self.jobs:
            backend.close()
        self.fake.knobs.busy = lambda method: False
        self.fake.knobs.truncate = lambda count: None
        for options in ("lane=one", "lane=two&restore=one"):
            self._mending(options)
            hits, requests = job(self.fake, UNITS, options)
            assert hits == len(UNITS)
            assert requests <= 10
        self.stack.close()

    def _mending(self, options: str) -> None:
        """A job that compiles what is absent. Where the manifest is damaged it is told once."""
        with opened(self.fake, options) as backend:
            with suppress(RemoteError):
                backend.check()
            for unit in UNITS:
                if not unit.is_in(backend):
                    unit.put(backend)
            backend.flush()


TestJobs = Jobs.TestCase
TestJobs.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
