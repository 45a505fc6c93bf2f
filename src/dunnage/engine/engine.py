"""The engine: one invocation, from its verdict to its outcome.

    parse ─▶ examine ─▶ look up ─▶ restore ─────────────▶ hit
      │         │          └─▶ compile ─▶ collect ─▶ exit ─▶ record ─▶ miss
      └─────────┴─▶ step aside ─▶ uncacheable

A failure of the cache on this way is a reason, never an error of the build: before the compiler ran the client runs
it by itself; afterwards the client ends as the compiler did.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from dunnage.compilers.registry import parse, response_files
from dunnage.engine.collect import Collected, collect
from dunnage.engine.examine import examine
from dunnage.engine.lookup import look_up
from dunnage.engine.record import KeepText, Recorder
from dunnage.engine.responses import read_response_files
from dunnage.engine.restore import restore
from dunnage.engine.subject import Missed, Subject
from dunnage.errors import StoreError
from dunnage.keys.digests import Digests
from dunnage.keys.toolchain import Toolchains
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import Outcome, Result
from dunnage.model.unit import Uncacheable, Unit
from dunnage.model.view import Run, View, ViewGone
from dunnage.store.store import Store

log = logging.getLogger(__name__)


class Engine:
    """Serves invocations. Safe for many threads: all that is shared is the store, the memo, and the toolchains."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], float] = time.time,
        clock_ns: Callable[[], int] = time.time_ns,
        keep_text: KeepText | None = None,
    ) -> None:
        self._store = store
        self._digests = Digests(store, clock_ns)
        self._toolchains = Toolchains(self._digests)
        self._recorder = Recorder(store, self._digests, clock, keep_text)

    def serve(self, view: View, invocation: Invocation, storing: Callable[[], None] = lambda: None) -> Result:
        """Bring one client to its end and say how that was. `storing` is called when the client has gone.

        Raises:
            ViewGone: the client went away or broke the rules before its compiler was done.
        """
        names = response_files(invocation.argv)
        if names:
            contents = read_response_files(view, names, invocation.cwd)
            if contents is None:
                return _step_aside(view, Uncacheable("response-file"))
            invocation = replace(invocation, response_files=contents)
        verdict = parse(invocation)
        if isinstance(verdict, Uncacheable):
            return _step_aside(view, verdict)
        return self._unit(view, verdict.unit, invocation, storing)

    def _unit(self, view: View, unit: Unit, invocation: Invocation, storing: Callable[[], None]) -> Result:
        started = time.perf_counter_ns()
        subject: Subject | None = None
        try:
            examined = examine(view, unit, invocation.env, self._toolchains, self._store)
            if isinstance(examined, Uncacheable):
                return _step_aside(view, examined, unit)
            subject, path_sets = examined
            found = look_up(view, subject, path_sets, self._digests, self._store)
            if not isinstance(found, Missed):
                known, result = found
                missed = restore(view, subject, known, result, self._store)
                if missed is None:
                    wall_us = (time.perf_counter_ns() - started) // 1000
                    return Result(
                        outcome=Outcome.HIT, reason="local", language=unit.language, name=unit.name,
                        wall_us=wall_us, saved_us=max(0, result.compile_us - wall_us),
                    )  # fmt: skip
            else:
                missed = found
        except StoreError as error:
            log.warning("lookup of %s: %s", unit.name, error)
            missed = Missed("store-failed", str(error))
        return self._miss(view, unit, subject, missed, storing)

    def _miss(
        self, view: View, unit: Unit, subject: Subject | None, missed: Missed, storing: Callable[[], None]
    ) -> Result:
        """Compile, let the client go, and store what was made."""
        run = view.compile()
        collected: Collected | Missed
        if run.signal or run.code:
            collected = Missed("killed" if run.signal else "compile-failed", f"{run.signal or run.code}")
        elif subject is None:
            collected = missed
        else:
            collected = collect(view, subject, run, self._digests)
        # The compiler is done, and what it made is here: a client that left is no loss.
        with suppress(ViewGone):
            view.exit(run)
        storing()
        stored = self._store_away(subject, collected, view.mount_namespace)
        return _missed(unit, run, stored or missed)

    def _store_away(
        self, subject: Subject | None, collected: Collected | Missed, namespace: int
    ) -> Missed | None:
        if isinstance(collected, Missed):
            return collected
        assert subject is not None  # nothing is collected without one
        try:
            return self._recorder.record(subject, collected, namespace)
        except StoreError as error:
            log.warning("storing %s: %s", subject.unit.name, error)
            return Missed("store-failed", str(error))


def _missed(unit: Unit, run: Run, missed: Missed) -> Result:
    return Result(
        outcome=Outcome.MISS, reason=missed.reason, language=unit.language, name=unit.name,
        detail=missed.detail, wall_us=run.wall_us,
    )  # fmt: skip


def _step_aside(view: View, verdict: Uncacheable, unit: Unit | None = None) -> Result:
    view.step_aside(verdict.reason)
    return Result(
        outcome=Outcome.UNCACHEABLE,
        reason=verdict.reason,
        detail=verdict.detail,
        name="" if unit is None else unit.name,
        language="rust" if unit is None else unit.language,
    )
