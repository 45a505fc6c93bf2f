"""Offered objects: what other programs keep with the daemon, under names of their own (`daemon.offering`).

To the store and the tiers behind it an object is the result of a unit that has this one output and depends on nothing:
so it is counted, trimmed, sealed, sent and promoted as everything else is. Its keys are made from its name alone.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from blake3 import blake3

from dunnage.engine.remotes import Remotes
from dunnage.errors import BlobCorrupt, BlobMissing
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import ActionKey, UnitKey
from dunnage.model.path_set import PathSet
from dunnage.store.store import Store

log = logging.getLogger(__name__)

KIND: Final = "object"
_NOTHING: Final = PathSet()
_UNIT: Final = "dunnage offered object, its unit key"
_ACTION: Final = "dunnage offered object, its action key"


class Offered:
    """Objects by name. Safe for many threads."""

    def __init__(self, store: Store, remotes: Remotes, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._remotes = remotes
        self._clock = clock

    def open(self, name: str) -> tuple[int, int] | None:
        """Descriptor (the caller closes it) and size of an object that the store has, or a remote. StoreError."""
        unit, action = _keys(name)
        opened = self._opened(unit, action)
        if opened is None and self._remotes.fetch(unit, _NOTHING, action, is_object):
            opened = self._opened(unit, action)
        return opened

    def holds(self, name: str) -> bool:
        """Whether the store has an object of that name; no remote is asked. StoreError."""
        return any(is_object(result) for result in self._store.results(_keys(name)[1]))

    def keep(self, name: str, descriptor: int) -> None:
        """Keep what an open file holds, from its beginning, instead of what has that name. StoreError."""
        unit, action = _keys(name)
        digest, size = self._store.put(descriptor)
        result = ActionResult(
            outputs=(StoredFile(KIND, digest, size, executable=False),), dep_info=b"", stdout=b"", stderr=b"",
            bound=(), compile_us=0, created_s=int(self._clock()), unit_name=f"{name[:80]} (offered)",
        )  # fmt: skip
        self._store.add(unit, _NOTHING, action, result)
        self._remotes.keep(unit, _NOTHING, action, result)

    def _opened(self, unit: UnitKey, action: ActionKey) -> tuple[int, int] | None:
        for result in self._store.results(action):
            if not is_object(result):
                continue
            (output,) = result.outputs
            try:
                descriptor = self._store.open_blob(output.digest, output.size)
            except (BlobMissing, BlobCorrupt) as error:
                log.info("an offered object is gone: %s", error)
                return None
            self._store.used(unit, _NOTHING, action, result)
            return descriptor, output.size
        return None


def is_object(result: ActionResult) -> bool:
    """Whether a result is an object, whoever says so."""
    return [output.kind for output in result.outputs] == [KIND] and not result.bound


def _keys(name: str) -> tuple[UnitKey, ActionKey]:
    data = name.encode("utf-8", "surrogateescape")
    return (
        UnitKey(blake3(data, derive_key_context=_UNIT).digest()),
        ActionKey(blake3(data, derive_key_context=_ACTION).digest()),
    )
