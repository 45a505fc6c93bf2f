"""Runs of build scripts: what a launcher asks about, from its verdict to its outcome.

    parse ─▶ OUT_DIR empty? ─▶ look up ─▶ restore the tree ────────────────────▶ hit
      │             │             └─▶ run, observed ─▶ judge ─▶ collect ─▶ exit ─▶ record ─▶ miss
      └─────────────┴─▶ step aside ─▶ uncacheable

A run is a unit whose toolchain is the build script's own program, and whose inputs are all in its path set. Its result
is bound to the places of all its roots: what a program makes of a place cannot be seen in its outputs.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from dunnage.compilers.build_script import LANGUAGE, name_of, parse, traces_of_jobs
from dunnage.config.switches import is_replayed
from dunnage.engine.account import entry_of, with_family
from dunnage.engine.aside import step_aside
from dunnage.engine.flight import Flights, flight_key
from dunnage.engine.lookup import look_up
from dunnage.engine.nested import Nests, Outer, joined
from dunnage.engine.plausible import is_tree
from dunnage.engine.pwd import of_run
from dunnage.engine.recall import Recall
from dunnage.engine.remotes import Remotes
from dunnage.engine.run_inputs import RunInputs, run_inputs
from dunnage.engine.run_tree import Tree, collect_tree, is_untouched, restore_tree
from dunnage.engine.run_verdict import Facts, disqualified, temporary_places
from dunnage.engine.subject import Known, Located, Missed, Subject
from dunnage.engine.verify import is_wanted
from dunnage.errors import StoreError
from dunnage.keys.digests import Digests
from dunnage.keys.pwd import name_here, undecided, with_name
from dunnage.keys.roots import run_roots
from dunnage.keys.search import TextSearch
from dunnage.keys.toolchain import Toolchain
from dunnage.keys.unit_key import action_key, action_text
from dunnage.model.action import ActionResult
from dunnage.model.digest import DIGEST_BYTES, ToolchainId
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import Outcome, Result
from dunnage.model.path_set import PWD, PWD_HERE
from dunnage.model.unit import Uncacheable, Unit
from dunnage.model.view import Run, View, ViewGone, exists
from dunnage.store.store import Store
from dunnage.wire.seen_parse import SeenError, parse_seen

log = logging.getLogger(__name__)


class Runs:
    """Serves launchers. Safe for many threads."""

    def __init__(
        self,
        store: Store,
        digests: Digests,
        flights: Flights,
        nests: Nests,
        clock: Callable[[], float],
        recall: Recall,
        remotes: Remotes,
    ) -> None:
        self._store = store
        self._digests = digests
        self._flights = flights
        self._nests = nests
        self._clock = clock
        self._recall = recall
        self._remotes = remotes

    def serve(self, view: View, invocation: Invocation, storing: Callable[[], None]) -> Result:
        """Bring one launcher to its end and say how that was.

        Raises:
            ViewGone: the launcher went away or broke the rules before its program was done.
        """
        env = invocation.env
        verdict = parse(invocation)
        program = _digest(invocation.payload)
        if isinstance(verdict, Uncacheable):
            return step_aside(view, verdict, name_of(env), LANGUAGE)
        unit = verdict.unit
        if is_wanted(env) or not is_replayed(env):
            return step_aside(view, Uncacheable("run-switched-off"), unit.name, LANGUAGE)
        if program is None:
            return step_aside(view, Uncacheable("run-by-hand", "digest"), unit.name, LANGUAGE)
        if not is_untouched(view, unit.out_dir):
            return step_aside(view, Uncacheable("run-old-output", unit.out_dir), unit.name, LANGUAGE)
        result = self._serve(view, unit, _subject(unit, invocation, program), invocation, storing)
        return with_family(result, unit, env)

    def _serve(
        self, view: View, unit: Unit, subject: Subject, invocation: Invocation, storing: Callable[[], None]
    ) -> Result:
        started = time.perf_counter_ns()
        reason = "local"
        landings = self._flights.landings
        found = self._find(view, subject)
        flight = None
        if isinstance(found, Missed) and found.reason != "store-failed":
            key = flight_key(subject, found)
            flight = self._flights.lead(key)
            if flight is None:
                reason = "shared"
                self._flights.follow(key, lambda: view.stat([unit.cwd]))
                found = self._find(view, subject)
        try:
            if flight is not None and self._flights.landed_since(flight.key, landings):
                found = self._find(view, subject)
                reason = "shared"
            if isinstance(found, Missed) and flight is not None and self._remotes:
                reason = "remote"
                missed = self._remotes.promote(view, subject, is_tree)
                if missed is None:
                    found = self._find(view, subject)
                elif missed.reason:
                    found = missed
            if isinstance(found, Missed):
                return self._miss(view, subject, found, invocation, storing)
        finally:
            if flight is not None:
                self._flights.land(flight)
        wall_us = (time.perf_counter_ns() - started) // 1000
        return Result(
            outcome=Outcome.HIT, reason=reason, language=LANGUAGE, name=unit.name,
            wall_us=wall_us, saved_us=max(0, found.compile_us - wall_us),
        )  # fmt: skip

    def _find(self, view: View, subject: Subject) -> ActionResult | Missed:
        """The result that was restored, or why there is none."""
        try:
            path_sets = [Located.at(subject.roots, paths) for paths in self._store.path_sets(subject.key)]
            _look(view, subject, path_sets[0].all if path_sets else ())
            found = look_up(view, subject, path_sets, self._digests, self._store, self._recall)
            if isinstance(found, Missed):
                return found
            known, result = found
            missed = restore_tree(view, subject.unit.out_dir, result, self._store)
            if missed is not None:
                return missed
            self._used(subject, known, result)
            return result
        except StoreError as error:
            log.warning("lookup of %s: %s", subject.unit.name, error)
            return Missed("store-failed", str(error))

    def _used(self, subject: Subject, known: Known, result: ActionResult) -> None:
        self._store.used(subject.key, known.paths, known.action, result)

    def _miss(
        self,
        view: View,
        subject: Subject,
        missed: Missed,
        invocation: Invocation,
        storing: Callable[[], None],
    ) -> Result:
        """Run the program, take what it made, let the launcher go, and record."""
        outer = self._nests.begin(view.mount_namespace, invocation)
        try:
            run = view.compile(observing=True)
        finally:
            self._nests.end(view.mount_namespace, invocation)
        storing()
        kept: tuple[RunInputs, Tree] | Missed = Missed("client-gone")
        with suppress(ViewGone):  # its program has run: a launcher that left is no loss
            kept = self._collect(view, subject, run, outer)
            view.exit(run)
        if not isinstance(kept, Missed):
            kept_missed = self._record(subject, run, *kept)
        else:
            kept_missed = kept
        reason = kept_missed or missed
        return Result(
            outcome=Outcome.MISS, reason=reason.reason, language=LANGUAGE, name=subject.unit.name,
            detail=reason.detail, wall_us=run.wall_us, entry=subject.entry,
        )  # fmt: skip

    def _collect(
        self, view: View, subject: Subject, run: Run, outer: Outer
    ) -> tuple[RunInputs, Tree] | Missed:
        unit = subject.unit
        if run.code or run.signal:
            return Missed("killed" if run.signal else "run-failed", f"{run.signal or run.code}")
        if run.outlived:
            return Missed("run-children")
        if run.stdout is None or run.stderr is None:
            return Missed("output-too-large")
        if run.seen is None or not outer.is_whole:
            return Missed("run-unobserved")
        try:
            own = of_run(parse_seen(run.seen, answered=outer.answered), run.seen, unit.cwd)
            seen = joined([own, *outer.seen])
            facts = Facts(
                seen, unit.out_dir, temporary_places(subject.env),
                lambda paths: [p for p, r in zip(paths, view.stat(paths), strict=True) if not exists(r)],
            )  # fmt: skip
            if (missed := disqualified(facts)) is not None:
                return missed
            inputs = run_inputs(view, subject, seen, run.started_ns, self._digests)
            if isinstance(inputs, Missed):
                return inputs
            if PWD_HERE in inputs.paths.env and _pwd(view, subject) != subject.env.get(PWD_HERE):
                return Missed("input-changed", subject.env[PWD])
            traces = traces_of_jobs(subject.env)
            of_job = TextSearch(traces)
            # Outside of CI there is nothing to look for, and whoever gets to see the bytes costs a copy of some.
            tree = collect_tree(view, unit.out_dir, self._store, (lambda: of_job.look) if traces else None)
            if isinstance(tree, Missed):
                return tree
            for said in (run.stdout, run.stderr):
                of_job.look_at(said)
            return inputs.with_variables(of_job.found), tree
        except SeenError as error:
            return Missed("run-unobserved", str(error))
        except (StoreError, OSError) as error:
            log.warning("%s cannot be kept: %s", unit.name, error)
            return Missed("store-failed", str(error))

    def _record(self, subject: Subject, run: Run, inputs: RunInputs, tree: Tree) -> Missed | None:
        result = ActionResult(
            outputs=tree.files,
            dep_info=tree.text(),
            stdout=run.stdout or b"",
            stderr=run.stderr or b"",
            bound=tuple((f"root:{name}", place) for name, place in sorted(subject.roots.places)),
            compile_us=run.wall_us,
            created_s=int(self._clock()),
            unit_name=subject.unit.name,
        )
        paths = inputs.paths
        text = action_text(subject.key, (), paths, inputs.contents, subject.env, subject.roots, inputs.around)
        action = action_key(text)
        try:
            self._store.add(subject.key, paths, action, result)
            self._remotes.keep(subject.key, paths, action, result)
        except StoreError as error:
            log.warning("storing %s: %s", subject.unit.name, error)
            return Missed("store-failed", str(error))
        subject.entry = entry_of(subject, text, result)
        return None


def _look(view: View, subject: Subject, newest: Sequence[str]) -> None:
    """Stat the newest path set, and what tells where PWD leads, in one batch: time has passed, if another session was
    waited for. ViewGone.
    """
    pwd = undecided(subject.env, subject.unit.cwd)
    records = view.stat([*newest, *pwd]) if newest or pwd else []
    subject.records.clear()
    subject.newest = records[: len(newest)] if newest else None
    name = name_here(subject.env, subject.unit.cwd, records[len(newest) :])
    subject.env = with_name(subject.env, name)


def _pwd(view: View, subject: Subject) -> str | None:
    """The name that PWD gives the run's directory now. ViewGone."""
    pwd = undecided(subject.env, subject.unit.cwd)
    return name_here(subject.env, subject.unit.cwd, view.stat(pwd) if pwd else ())


def _digest(text: str) -> ToolchainId | None:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    return ToolchainId(data) if len(data) == DIGEST_BYTES else None


def _subject(unit: Unit, invocation: Invocation, program: ToolchainId) -> Subject:
    env = invocation.env
    roots = run_roots(unit.out_dir, unit.package_dir or unit.cwd, env)
    return Subject(unit=unit, env=env, toolchain=Toolchain(program, "", "", (), ()), roots=roots, inputs=())
