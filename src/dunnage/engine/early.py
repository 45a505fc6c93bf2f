"""Early start: the first unit of an empty store is compiled while its toolchain is still being read.

A toolchain is 350 MB and more. Who meets it for the first time has to read it all before there is a key, and in an
empty store no key finds anything. So one session begins to compile at once, and its key is made meanwhile.

Nobody else begins early, and whoever comes while that key is being made waits for it, as long as reading the toolchain
would have taken: so equal misses still find each other (`engine.flight`), and no file is read twice. A unit that is
linked does not begin early, because what its linker is asked for belongs to the command line, nor one for
`target-cpu=native`, because the compiler has to be asked what that is.
"""

import logging
import threading
from collections.abc import Mapping

from dunnage.engine.examine import prepare, subject_of
from dunnage.engine.extras import Extras
from dunnage.engine.flight import Flight, Flights, flight_key
from dunnage.engine.subject import Missed, Subject
from dunnage.errors import StoreError
from dunnage.keys.toolchain import Opened, Toolchains
from dunnage.model.unit import Uncacheable, Unit
from dunnage.model.view import View
from dunnage.store.store import Store

log = logging.getLogger(__name__)


class Start:
    """A unit that is being compiled before its key is known."""

    def __init__(self, subject: Subject, opened: Opened) -> None:
        self.subject = subject
        """Without its key until `known`."""
        self.flight: Flight | None = None
        self.known = threading.Event()
        """The key is made, or cannot be."""
        self._opened = opened
        self._missed: Missed | None = Missed("input-changed", subject.unit.compiler)

    def conclude(self, toolchains: Toolchains, flights: Flights) -> None:
        """Read the toolchain and make the key. Never raises; called in a thread of its own."""
        try:
            toolchain = toolchains.conclude(self._opened)
            if toolchain is not None:
                self.subject.identify(toolchain)
                self.flight = flights.lead(flight_key(self.subject, Missed("new")))
                self._missed = None
        except Exception:
            log.exception("the key of %s could not be made", self.subject.unit.name)
        finally:
            self.known.set()

    def missed(self) -> Missed | None:
        """Why the unit cannot be stored, once that is known: its toolchain changed while it was read."""
        self.known.wait()
        return self._missed


class EarlyStarts:
    """One in a daemon's life, at most. Safe for many threads."""

    def __init__(
        self, toolchains: Toolchains, extras: Extras, flights: Flights, *, allowed: bool = True
    ) -> None:
        self._toolchains = toolchains
        self._extras = extras
        self._flights = flights
        self._lock = threading.Lock()
        self._is_decided = (
            not allowed
        )  # where there are remotes, a key may find something in an empty store, too
        self._running: Start | None = None

    def start(self, view: View, unit: Unit, env: Mapping[str, str], store: Store) -> Start | None:
        """Begin early where that is right; None: look up as ever. What was begun is ended (`end`) whatever happens.

        Raises:
            ViewGone.
        """
        with self._lock:  # who comes while the first one is asking its client waits, too
            if not self._is_decided and unit.language == "rust" and unit.link is None and not unit.native_cpu:
                self._is_decided = True
                if self._toolchains.recall(view, unit, env) is None and _is_empty(store):
                    self._running = self._begin(view, unit, env)
                    return self._running
            running = self._running
        if running is not None:
            running.known.wait()
        return None

    def end(self, start: Start) -> None:
        """What was begun is stored, or will not be."""
        start.known.wait()
        self._running = None
        if start.flight is not None:
            self._flights.land(start.flight)

    def _begin(self, view: View, unit: Unit, env: Mapping[str, str]) -> Start | None:
        prepared = prepare(view, unit, env)
        if isinstance(prepared, Uncacheable):
            return None
        unit, inputs = prepared
        extra = self._extras.identify(view, unit, env)
        paths = [*extra.watched, *(item.path for item in (*inputs, *extra.inputs))]
        records = dict(zip(paths, view.stat(paths), strict=True))
        if extra.problem or not extra.holds(records):
            return None
        opened = self._toolchains.open(view, unit, env)
        if opened is None:
            return None
        subject = subject_of(unit, env, opened.unread, None, inputs, extra)
        subject.records.update(records)
        start = Start(subject, opened)
        threading.Thread(
            target=start.conclude, args=(self._toolchains, self._flights), name="early", daemon=True
        ).start()
        return start


def _is_empty(store: Store) -> bool:
    """Whether there is nothing to find. A store that cannot say is looked into as ever."""
    try:
        return store.size().actions == 0
    except StoreError:
        return False
