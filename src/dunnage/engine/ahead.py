"""Ahead: what a remote sends unasked is put into the store before a unit wants it, while nothing is compiled.

GitHub's cache gives packs, which set out when the job begins, in the order of the build that made them. Meanwhile cargo
reads manifests and unpacks crates, on one core, for half a second and more. What is opened then is there when its unit
comes; else each unit of the first wave waits for some 20 ms of unpacking, while both cores are wanted.

As soon as something is compiled it ends, for good: from then on a blob is opened when it is asked for. Nothing is taken
on trust: a blob has its name from its bytes, and nobody finds it but by a record. One that no unit asks for is an
orphan like any (`store.trim`).
"""

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from dunnage import limits
from dunnage.errors import DunnageError, RemoteDamaged
from dunnage.store.store import Store

if TYPE_CHECKING:
    from dunnage.engine.tiers import Tier, Tiers
    from dunnage.remote.contract import Coming

log = logging.getLogger(__name__)


class Ahead:
    """A thread for each tier that sends anything. It holds nobody up."""

    def __init__(self, store: Store, tiers: "Tiers") -> None:
        self._store = store
        self._ended = threading.Event()
        self._taking = threading.Lock()
        """Held while one blob is put into the store: one core is enough."""
        self._left_bytes = limits.AHEAD_BYTES_MAX
        for tier in tiers:
            if tier.remote.traits.sends_ahead:
                with suppress(RuntimeError):  # no more threads: then nothing is taken ahead
                    threading.Thread(target=self._run, args=[tier], name="ahead", daemon=True).start()

    def end(self) -> None:
        """The cores are wanted for something else."""
        self._ended.set()

    def wait(self) -> None:
        """Wait for the one blob that may have been begun before it was told to end: the store will be closed."""
        with self._taking:
            pass

    def _run(self, tier: "Tier") -> None:
        try:
            for coming in tier.remote.arriving():
                with self._taking:
                    if self._ended.is_set() or coming.name.size > self._left_bytes:
                        return
                    if not self._store.holds(coming.name.digest, coming.name.size):
                        self._take(tier, coming)
        except DunnageError as error:  # whoever asks for it finds out, too, and says so
            log.info("%s: nothing more is taken ahead: %s", tier.name, error)
        except Exception:
            log.exception("%s: nothing more is taken ahead", tier.name)

    def _take(self, tier: "Tier", coming: "Coming") -> None:
        self._left_bytes -= coming.name.size
        file = self._store.receive()
        try:
            coming.write_to(file)
            if (file.digest, file.size) != (coming.name.digest, coming.name.size):
                return
            file.keep()
        except RemoteDamaged:  # whoever asks for it says so
            return
        finally:
            file.close()
        with tier.tally.lock:
            tier.tally.fetched_bytes += coming.name.size
