"""The engine: one invocation, from its verdict to its outcome.

    parse ─▶ examine ─▶ look up ─▶ restore ─────────────▶ hit
      │         │          └─▶ compile ─▶ collect ─▶ exit ─▶ record ─▶ miss
      └─────────┴─▶ step aside ─▶ uncacheable

A miss that another session is compiling at this moment waits for it first, and looks up again (`engine.flight`).
Whoever does not wait looks into remotes (`engine.elsewhere`): what they have is promoted, and looked up again.
In verify mode what was found is not restored but compiled, too, and compared (`engine.verify`).

A failure of the cache on this way is a reason, never an error of the build: before the compiler ran the client runs
it by itself; afterwards the client ends as the compiler did.
"""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from dunnage.compilers.gnu.programs import SEARCHED
from dunnage.compilers.registry import language_of, parse, response_files
from dunnage.engine.account import name_of, with_family
from dunnage.engine.aside import leave, step_aside
from dunnage.engine.collect import Collected, collect
from dunnage.engine.early import EarlyStarts, Start
from dunnage.engine.examine import examine
from dunnage.engine.extras import Extras
from dunnage.engine.flight import Flight, FlightKey, Flights, flight_key
from dunnage.engine.launchers import place_launcher
from dunnage.engine.linked import NOTING
from dunnage.engine.listed import standing
from dunnage.engine.lookup import look_up
from dunnage.engine.nested import Nests, Telling, is_nested
from dunnage.engine.offered import Offered
from dunnage.engine.plausible import is_result
from dunnage.engine.portable import added_words
from dunnage.engine.questions import Questions
from dunnage.engine.recall import Recall
from dunnage.engine.record import KeepText, Recorder
from dunnage.engine.remotes import Remotes
from dunnage.engine.responses import read_response_files
from dunnage.engine.restore import restore
from dunnage.engine.runs import Runs
from dunnage.engine.subject import Missed, Subject
from dunnage.engine.verify import Expected, KeepReport, expect, is_wanted
from dunnage.errors import StoreError
from dunnage.keys.digests import Digests
from dunnage.keys.drivers import Drivers
from dunnage.keys.linker import Linkers
from dunnage.keys.native import NativeCpus
from dunnage.keys.toolchain import Toolchains
from dunnage.model.action import ActionResult
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import Outcome, Result
from dunnage.model.unit import Uncacheable, Unit
from dunnage.model.view import Run, View, ViewGone
from dunnage.store.store import Store

if TYPE_CHECKING:
    from dunnage.engine.tiers import Tiers

log = logging.getLogger(__name__)

_NOT_SHARED: Final = ("store-failed", "verified")
"""Misses whose result nobody waits for."""


@dataclass(frozen=True, slots=True)
class _Miss:
    """What has to be compiled; without a subject it is not stored."""

    subject: Subject | None
    missed: Missed
    expected: Expected | None = None
    """What verify mode compares it with."""
    early: Start | None = None
    """Who makes the subject's key, if that was not made yet when the compiler was started."""


class Engine:
    """Serves invocations. Safe for many threads: what is shared is the store, the memo, toolchains and flights."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], float] = time.time,
        clock_ns: Callable[[], int] = time.time_ns,
        keep_text: KeepText | None = None,
        keep_report: KeepReport = lambda *_: "",
        flights: Flights | None = None,
        tiers: "Tiers" = (),
    ) -> None:
        self._store = store
        self._keep_report = keep_report
        self._flights = flights or Flights()
        self._digests = Digests(store, clock_ns)
        self._recall = Recall(self._digests)
        self._toolchains = Toolchains(self._digests)
        self._drivers = Drivers(self._digests, SEARCHED)
        self._linkers = Linkers(self._digests)
        self._natives = NativeCpus()
        self._extras = Extras(clock_ns)
        self.remotes = Remotes(store, self._digests, tiers)
        self.offered = Offered(store, self.remotes)
        self._early = EarlyStarts(self._toolchains, self._extras, self._flights, allowed=not self.remotes)
        self._recorder = Recorder(store, self._digests, clock, keep_text, self._recall, self.remotes.keep)
        self.questions = Questions(self._toolchains, self._early)
        self._nests = Nests()
        self._runs = Runs(store, self._digests, self._flights, self._nests, clock, self._recall, self.remotes)

    def serve(self, view: View, invocation: Invocation, storing: Callable[[], None] = lambda: None) -> Result:
        """Bring one client to its end and say how that was. `storing` is called before the client is let go.

        Raises:
            ViewGone: the client went away or broke the rules before its compiler was done.
        """
        if invocation.payload:
            return self._runs.serve(view, invocation, storing)
        language = language_of(invocation.argv)
        if response_files(invocation.argv):
            contents = read_response_files(view, invocation.argv, invocation.cwd)
            if contents is None:
                return step_aside(view, Uncacheable("response-file"), name_of(invocation), language)
            invocation = replace(invocation, response_files=contents)
        verdict = parse(invocation)
        if isinstance(verdict, Uncacheable):
            return step_aside(view, verdict, name_of(invocation), language)
        telling = Telling()
        if is_nested(invocation.env):
            outer = self._nests.around(view.mount_namespace, invocation.env)
            if outer is None:
                return step_aside(view, Uncacheable("nested"), verdict.unit.name, language)
            telling = Telling(outer, invocation.pid)
        result = self._unit(view, verdict.unit, invocation, storing, telling)
        return with_family(result, verdict.unit, invocation.env)

    def _unit(
        self, view: View, unit: Unit, invocation: Invocation, storing: Callable[[], None], telling: Telling
    ) -> Result:
        started = time.perf_counter_ns()
        early = self._early.start(view, unit, invocation.env, self._store)
        if early is not None:
            try:
                begun = _Miss(early.subject, Missed("new"), early=early)
                return self._miss(view, unit, invocation.env, begun, storing, telling)
            finally:
                self._early.end(early)
        reason = "local"
        landings = self._flights.landings
        found = self._find(view, unit, invocation.env, telling)
        key, flight = self._take_off(found)
        if key is not None and flight is None:
            log.debug("%s waits for the session that compiles it", unit.name)
            reason = "shared"
            self._flights.follow(key, lambda: view.stat([unit.cwd]))
            found = self._find(view, unit, invocation.env, telling)
            _, flight = self._take_off(found)
        try:
            if flight is not None and reason == "local" and self._flights.landed_since(flight.key, landings):
                found = self._find(view, unit, invocation.env, telling)
                reason = "shared"
            if flight is not None and isinstance(found, _Miss) and self.remotes:
                found = self._promoted(view, unit, invocation.env, telling, found)
                reason = "remote"
            if isinstance(found, Uncacheable):
                return leave(view, unit, found, invocation.env, self._toolchains)
            if isinstance(found, _Miss):
                return self._miss(view, unit, invocation.env, found, storing, telling)
        finally:
            if flight is not None:
                self._flights.land(flight)
            if isinstance(found, _Miss) and found.expected is not None:
                found.expected.close()
        wall_us = (time.perf_counter_ns() - started) // 1000
        return Result(
            outcome=Outcome.HIT, reason=reason, language=unit.language, name=unit.name,
            wall_us=wall_us, saved_us=max(0, found.compile_us - wall_us),
        )  # fmt: skip

    def _promoted(
        self, view: View, unit: Unit, env: Mapping[str, str], telling: Telling, found: _Miss
    ) -> ActionResult | _Miss | Uncacheable:
        """What a remote has instead of a miss, if it has it in time."""
        if found.subject is None or found.expected is not None:
            return found
        missed = self.remotes.promote(view, found.subject, partial(is_result, unit=unit))
        if missed is None:
            return self._find(view, unit, env, telling)
        return replace(found, missed=missed) if missed.reason else found

    def _take_off(self, found: ActionResult | _Miss | Uncacheable) -> tuple[FlightKey | None, Flight | None]:
        """What a miss is equal to, and the lead if nobody has it; neither where a result could not be shared."""
        if not isinstance(found, _Miss) or found.subject is None or found.missed.reason in _NOT_SHARED:
            return None, None
        key = flight_key(found.subject, found.missed)
        return key, self._flights.lead(key)

    def _find(
        self, view: View, unit: Unit, env: Mapping[str, str], telling: Telling
    ) -> ActionResult | _Miss | Uncacheable:
        """The result that was restored, or why there is none."""
        subject: Subject | None = None
        try:
            toolchains = self._drivers if unit.language == "c" else self._toolchains
            examined = examine(
                view, unit, env, toolchains, self._linkers, self._store, self._extras, self._natives
            )
            if isinstance(examined, Uncacheable):
                return examined
            subject, path_sets = examined
            recall = None if is_wanted(env) else self._recall
            found = look_up(view, subject, path_sets, self._digests, self._store, recall)
            if isinstance(found, Missed):
                return _Miss(subject, found)
            known, result = found
            if is_wanted(env):
                expected = expect(known, result, self._store)
                if isinstance(expected, Missed):
                    return _Miss(subject, expected)
                return _Miss(subject, Missed("verified"), expected)
            telling.restored(subject, known.paths)
            missed = restore(view, subject, known, result, self._store)
            return result if missed is None else _Miss(subject, missed)
        except StoreError as error:
            log.warning("lookup of %s: %s", unit.name, error)
            return _Miss(subject, Missed("store-failed", str(error)))

    def _miss(
        self,
        view: View,
        unit: Unit,
        env: Mapping[str, str],
        found: _Miss,
        storing: Callable[[], None],
        telling: Telling,
    ) -> Result:
        """Compile, let the client go, and store what was made."""
        subject, missed = found.subject, found.missed
        if subject is not None:
            subject.standing = standing(view, unit)
        noting = NOTING if subject is not None and subject.linker is not None else ()
        observing = subject is not None and unit.observed
        adding = [*unit.added, *added_words(view, unit, env, self._toolchains, subject)]
        self.remotes.compiling()
        run = view.compile(noting, adding=adding, observing=observing)
        telling.compiled(subject, run.seen)
        collected: Collected | Missed
        if run.signal or run.code:
            collected = Missed("killed" if run.signal else "compile-failed", f"{run.signal or run.code}")
        elif subject is None:
            collected = missed
        elif subject.extra.changed(view):
            collected = Missed("input-changed", "an extra input appeared, or is gone")
        else:
            collected = collect(view, subject, run, self._digests)
        storing()
        # The compiler is done, and what it made is here: a client that left is no loss.
        with suppress(ViewGone):
            self._compare(view, found, collected)
            if unit.launcher and isinstance(collected, Collected):
                place_launcher(view, collected)
            view.exit(run)
        if found.early is not None and not isinstance(collected, Missed) and (unread := found.early.missed()):
            collected.close()
            collected = unread
        stored = self._store_away(subject, collected, view.mount_namespace)
        if found.expected is not None and subject is not None:
            missed = found.expected.conclude(subject, collected, stored, self._keep_report)
        else:
            missed = stored or missed
        result = _missed(unit, run, missed)
        return replace(result, entry=None if subject is None else subject.entry)

    def _compare(self, view: View, found: _Miss, collected: Collected | Missed) -> None:
        if found.expected is None or found.subject is None:
            return
        try:
            found.expected.compare(view, found.subject, collected, self._store)
        except (StoreError, OSError) as error:
            log.warning("%s cannot be verified: %s", found.subject.unit.name, error)

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
