"""Early starts: a toolchain is read before its first unit comes, and units are compiled while it is still being read.

A toolchain is 350 MB and more. Who meets it for the first time has to read it all before there is a key. So it is
opened as soon as cargo asks its compiler where it is installed, and read while cargo reads its manifests and unpacks
crates: on a new machine the first unit comes half a second later, and its key can be made at once.

In an empty store no key finds anything. There the units that come while the toolchain is being read are compiled at
once, and the keys of all are made when it is known. (Cargo's second unit waited 0.35 s for that, and it is often one
that everything else waits for.) Where nobody has asked, the first of them opens it.

Whoever might be equal to one that has begun waits for the keys, as long as reading the toolchain takes anyway: so
equal misses still find each other (`engine.flight`), and no file is read twice. Told by its name alone (`unit.name`),
which is all that can be told without a key. So does who has another toolchain, or the same in another container. A unit
that is linked does not begin early, because what its linker is asked for belongs to the command line, nor one for
`target-cpu=native`, because the compiler has to be asked what that is.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dunnage.engine.examine import prepare, subject_of
from dunnage.engine.extra import Extra
from dunnage.engine.extras import Extras
from dunnage.engine.flight import Flight, Flights, flight_key
from dunnage.engine.subject import Missed, Subject
from dunnage.errors import StoreError
from dunnage.keys.toolchain import Opened, Told, Toolchain, Toolchains, still_holds
from dunnage.model.unit import Input, Uncacheable, Unit
from dunnage.model.view import StatRecord, View
from dunnage.store.store import Store

log = logging.getLogger(__name__)


class Start:
    """A unit that is being compiled before its key is known."""

    def __init__(self, subject: Subject, known: threading.Event) -> None:
        self.subject = subject
        """Without its key until `known`."""
        self.flight: Flight | None = None
        self.known = known
        """The key is made, or cannot be."""
        self._missed: Missed | None = Missed("input-changed", subject.unit.compiler)

    def identify(self, toolchain: Toolchain, flights: Flights) -> None:
        """Make the key, and lead those that are equal."""
        self.subject.identify(toolchain)
        self.flight = flights.lead(flight_key(self.subject, Missed("new")))
        self._missed = None

    def missed(self) -> Missed | None:
        """Why the unit cannot be stored, once that is known: its toolchain changed while it was read."""
        self.known.wait()
        return self._missed


class _Reading:
    """A toolchain that is being read, and who began meanwhile."""

    def __init__(self, opened: Opened, flights: Flights) -> None:
        self.opened = opened
        self.known = threading.Event()
        self._flights = flights
        self._lock = threading.Lock()
        self._starts: dict[str, Start] = {}

    def begins(self, subject: Subject) -> Start | None:
        """Another unit; None for one that might be equal to one that has begun, or where the keys are made already."""
        with self._lock:
            if self.known.is_set() or subject.unit.name in self._starts:
                return None
            start = self._starts[subject.unit.name] = Start(subject, self.known)
            return start

    def conclude(self, toolchains: Toolchains) -> None:
        """Read the toolchain and make all keys. Never raises; called in a thread of its own."""
        toolchain: Toolchain | None = None
        try:
            toolchain = toolchains.conclude(self.opened)
        except Exception:
            log.exception("a toolchain could not be read: %s", self.opened.unread.sysroot)
        with self._lock:
            for name, start in self._starts.items():
                try:
                    if toolchain is not None:
                        start.identify(toolchain, self._flights)
                except Exception:
                    log.exception("the key of %s could not be made", name)
            self._starts.clear()
            self.known.set()


class EarlyStarts:
    """One toolchain at a time is read. Safe for many threads."""

    def __init__(
        self, toolchains: Toolchains, extras: Extras, flights: Flights, *, allowed: bool = True
    ) -> None:
        self._toolchains = toolchains
        self._extras = extras
        self._flights = flights
        self._lock = threading.Lock()
        self._allowed = allowed
        """Where there are remotes, a key may find something in an empty store, too."""
        self._is_decided = False
        """The first unit that could begin has come: a later one opens no toolchain for that."""
        self._is_asking = False
        """A client is asked for a toolchain's files after a question of cargo's."""
        self._reading: _Reading | None = None

    def read_ahead(self, view: View, compiler: str, told: Told) -> None:
        """A compiler has told all that it would be asked: open its toolchain, and begin to read it, if it is not known.
        Where another one is being read, this one's first unit will see to it.

        Raises:
            ViewGone.
        """
        with self._lock:
            known = self._toolchains.of_program(view.mount_namespace, compiler)
            if self._is_asking or known is not None or self._current() is not None:
                return
            self._is_asking = True
        opened = None
        try:
            opened = self._toolchains.open_told(view, compiler, told)
        finally:
            with self._lock:
                self._is_asking = False
                if opened is not None:
                    self._read(_Reading(opened, self._flights))

    def start(self, view: View, unit: Unit, env: Mapping[str, str], store: Store) -> Start | None:
        """Begin early where that is right; None: look up as ever. What was begun is ended (`end`) whatever happens.

        Raises:
            ViewGone.
        """
        may_begin = self._allowed and unit.language == "rust" and unit.link is None and not unit.native_cpu
        with self._lock:  # who comes while the first one is asking its client waits, too
            reading = self._current()
            if may_begin and not self._is_decided:
                self._is_decided = True
                is_known = reading is not None or self._toolchains.recall(view, unit, env) is not None
                if not is_known and _is_empty(store):
                    return self._first(view, unit, env)
        if reading is None:
            return None
        started = self._another(reading, view, unit, env) if may_begin and _is_empty(store) else None
        if started is None:
            reading.known.wait()
        return started

    def end(self, start: Start) -> None:
        """What was begun is stored, or will not be."""
        start.known.wait()
        if start.flight is not None:
            self._flights.land(start.flight)

    def _current(self) -> _Reading | None:
        """The toolchain that is being read."""
        if self._reading is not None and self._reading.known.is_set():
            self._reading = None
        return self._reading

    def _read(self, reading: _Reading) -> None:
        """Begin to read a toolchain."""
        self._reading = reading
        try:
            threading.Thread(
                target=reading.conclude, args=[self._toolchains], name="early", daemon=True
            ).start()
        except RuntimeError:  # no more threads: whoever waits for it must not wait for ever
            reading.conclude(self._toolchains)

    def _first(self, view: View, unit: Unit, env: Mapping[str, str]) -> Start | None:
        ready = self._ready(view, unit, env)
        if ready is None or (opened := self._toolchains.open(view, ready.unit, env)) is None:
            return None
        reading = _Reading(opened, self._flights)
        start = reading.begins(ready.subject(env, opened.unread))
        self._read(reading)
        return start

    def _another(self, reading: _Reading, view: View, unit: Unit, env: Mapping[str, str]) -> Start | None:
        ready = self._ready(view, unit, env)
        if ready is None or not self._toolchains.is_of(reading.opened, view, ready.unit, env):
            return None
        toolchain = reading.opened.unread
        if not still_holds(toolchain, view.stat(toolchain.watched)):
            return None
        return reading.begins(ready.subject(env, toolchain))

    def _ready(self, view: View, unit: Unit, env: Mapping[str, str]) -> "_Ready | None":
        """The unit and the stats of its inputs; None where a lookup has to say what is wrong."""
        prepared = prepare(view, unit, env)
        if isinstance(prepared, Uncacheable):
            return None
        unit, inputs = prepared
        extra = self._extras.recall(view, unit, env) or self._extras.identify(view, unit, env)
        paths = [*extra.watched, *(item.path for item in (*inputs, *extra.inputs))]
        records = dict(zip(paths, view.stat(paths), strict=True))
        return None if extra.problem or not extra.holds(records) else _Ready(unit, inputs, extra, records)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A unit that could begin."""

    unit: Unit
    inputs: Sequence[Input]
    extra: Extra
    records: Mapping[str, StatRecord]

    def subject(self, env: Mapping[str, str], toolchain: Toolchain) -> Subject:
        """With its toolchain."""
        subject = subject_of(self.unit, env, toolchain, None, self.inputs, self.extra)
        subject.records.update(self.records)
        return subject


def _is_empty(store: Store) -> bool:
    """Whether there is nothing to find. A store that cannot say is looked into as ever."""
    try:
        return store.size().actions == 0
    except StoreError:
        return False
