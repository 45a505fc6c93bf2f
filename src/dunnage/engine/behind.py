"""Behind: what was stored is sent to the tiers that are written to, behind the build's back.

Results wait in a queue of names; their blobs are in the store already. One thread for each tier sends them in batches:
blobs that the tier lacks, then action records, then unit records, so that whoever sees a record seldom misses a blob.
A record that is there already is read, joined with the new one, and written again: of two who do that at the same
moment one loses, which is a miss for somebody later, and nothing worse.

Nothing is lost in silence: what cannot be sent is counted with the reason (`engine.tiers.Tally.not_sent`). While a tier
is merely unavailable or busy, results wait; `drain` gives them the time that is left, and then gives them up.
"""

import io
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from dunnage import limits
from dunnage.engine.shared_records import (
    decode_action,
    decode_unit,
    encode_action,
    encode_unit,
    with_paths,
    with_result,
)
from dunnage.engine.tiers import Tier, word_of
from dunnage.errors import (
    BlobCorrupt,
    BlobMissing,
    DunnageError,
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteUnavailable,
    StoreError,
)
from dunnage.model.action import ActionResult
from dunnage.model.digest import ActionKey, UnitKey
from dunnage.model.path_set import PathSet
from dunnage.remote import limits as remote_limits
from dunnage.remote.contract import BlobName, BlobSource, Record, RecordName
from dunnage.store.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored result that is to be sent."""

    unit: UnitKey
    paths: PathSet
    action: ActionKey
    result: ActionResult

    @property
    def blobs(self) -> tuple[BlobName, ...]:
        """What it consists of, each once."""
        return tuple(dict.fromkeys(BlobName(output.digest, output.size) for output in self.result.outputs))


class Behind:
    """The queue of one tier, and the thread that empties it."""

    def __init__(self, store: Store, tier: Tier) -> None:
        self._store = store
        self._tier = tier
        self._changed = threading.Condition()
        self._queue: deque[Waiting] = deque()
        self._at_work = 0
        """Results that are being sent; 1 while others are made to see them."""
        self._is_seen = True
        """Whether others see all that was sent, as far as we know."""
        self._hurries = False
        self._since_s = 0.0
        """Since when it hurries, by `time.monotonic`."""
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=f"behind {tier.name}", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many results were not sent yet; 1 at least until others see them all, once there is a hurry."""
        with self._changed:
            if self._ended:  # what was left is counted
                return 0
            return len(self._queue) + self._at_work or int(self._hurries and not self._is_seen)

    def keep(self, unit: UnitKey, paths: PathSet, action: ActionKey, result: ActionResult) -> None:
        """This was stored: send it when there is time. Never waits."""
        self.add(Waiting(unit, paths, action, result))

    def add(self, item: Waiting) -> None:
        """Send this when there is time. Never waits."""
        with self._changed:
            if len(self._queue) < remote_limits.REMOTE_WAITING_MAX and not self._ended:
                self._queue.append(item)
                self._is_seen = False
                self._changed.notify_all()
                return
        self._give_up(1, "queue-full")

    def hurry(self) -> None:
        """Somebody waits until all is sent, and seen by others."""
        with self._changed:
            if not self._hurries:
                self._hurries, self._since_s = True, time.monotonic()
            self._changed.notify_all()

    def drain(self, wait_s: float) -> None:
        """Send all that waits, for at most so many seconds since there is a hurry; what is left then is given up. The
        end of the thread.
        """
        self.hurry()
        with self._changed:
            wait_s = max(0.0, wait_s - (time.monotonic() - self._since_s))
            self._changed.wait_for(lambda: self._ended or self._is_done, wait_s)
            if self._ended:
                return
            left, in_hand = list(self._queue), self._at_work
            self._queue.clear()
            self._ended = True
            self._changed.notify_all()
        self._give_up(len(left) + in_hand, "unavailable")

    @property
    def _is_done(self) -> bool:
        return not self._queue and not self._at_work and self._is_seen

    # --- the thread -----------------------------------------------------------------------------------

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            if batch:
                self._try(batch)
            else:
                self._let_others_see()
            with self._changed:
                self._at_work = 0
                self._is_seen = self._is_seen or not batch
                self._changed.notify_all()

    def _next(self) -> list[Waiting] | None:
        """What is sent next: nothing where others should see what was; None when it is over."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._queue or self._ended or (self._hurries and not self._is_seen)
            )
            if self._ended:
                return None
            batch = [
                self._queue.popleft() for _ in range(min(len(self._queue), remote_limits.REMOTE_BATCH_MAX))
            ]
            self._at_work = len(batch) or 1
            return batch

    def _try(self, batch: Sequence[Waiting]) -> None:
        try:
            self._send(batch)
        except (RemoteUnavailable, RemoteBusy) as error:
            self._put_back(batch, error)
        except RemoteError as error:
            log.warning("%d results are not sent to %s: %s", len(batch), self._tier.name, error)
            self._give_up(len(batch), word_of(error))
        except (StoreError, OSError) as error:
            log.warning("%d results cannot be sent to %s: %s", len(batch), self._tier.name, error)
            self._give_up(len(batch), "store-failed")
        except Exception:
            log.exception("%d results are not sent to %s", len(batch), self._tier.name)
            self._give_up(len(batch), "internal")

    def _put_back(self, batch: Sequence[Waiting], error: RemoteError) -> None:
        """They are the next again, after a while."""
        pause_s: float = remote_limits.REMOTE_ALONE_S
        if isinstance(error, RemoteBusy) and error.retry_after_s is not None:
            pause_s = min(error.retry_after_s, remote_limits.REMOTE_ALONE_S_MAX)
        with self._changed:
            if self._ended:  # `drain` has counted them
                return
            self._queue.extendleft(reversed(batch))
            self._at_work = 0
            if self._hurries:
                pause_s = min(pause_s, remote_limits.REMOTE_DRAIN_PAUSE_S)
            self._changed.wait_for(lambda: self._ended, pause_s)

    def _let_others_see(self) -> None:
        """What a flush fails to show was not sent, whatever was counted before."""
        try:
            self._tier.remote.flush()
            return
        except RemoteError as error:
            log.warning("others do not see what was sent to %s: %s", self._tier.name, error)
            why = word_of(error)
        except Exception:
            log.exception("others do not see what was sent to %s", self._tier.name)
            why = "internal"
        with self._tier.tally.lock:
            self._tier.tally.not_sent[why] += self._tier.tally.sent
            self._tier.tally.sent = 0

    def _give_up(self, count: int, why: str) -> None:
        if count:
            with self._tier.tally.lock:
                self._tier.tally.not_sent[why] += count

    # --- sending --------------------------------------------------------------------------------------

    def _send(self, batch: Sequence[Waiting]) -> None:
        """One batch. RemoteError, StoreError; then nothing or everything of it may be there."""
        remote = self._tier.remote
        wanted = list(dict.fromkeys(blob for item in batch for blob in item.blobs))
        lacking = remote.missing(
            [blob for blob in wanted if blob.size <= remote_limits.REMOTE_BLOB_BYTES_MAX]
        )
        gone = {blob for blob in wanted if blob.size > remote_limits.REMOTE_BLOB_BYTES_MAX}
        sources = []
        for blob in lacking:
            try:
                os.close(self._store.open_blob(blob.digest, blob.size))
            except (BlobMissing, BlobCorrupt):
                gone.add(blob)
                continue
            sources.append(BlobSource(blob, partial(self._open, blob)))
        remote.put_blobs(sources)
        whole = [item for item in batch if not gone & set(item.blobs)]
        self._give_up(len(batch) - len(whole), "evicted")
        if whole:
            self._put_records(whole)
        with self._tier.tally.lock:
            self._tier.tally.sent += len(whole)
            self._tier.tally.sent_bytes += sum(source.name.size for source in sources)

    def _open(self, blob: BlobName) -> BinaryIO:
        try:
            return io.FileIO(self._store.open_blob(blob.digest, blob.size))
        except StoreError as error:
            raise RemoteDamaged(f"A blob went away before it was sent: {error.message}") from error

    def _put_records(self, items: Sequence[Waiting]) -> None:
        """Action records first: a path set without a result is a round trip for nothing."""
        units = _by_name(items, lambda item: self._tier.record("unit", item.unit))
        actions = _by_name(items, lambda item: self._tier.record("action", item.action))
        old = {} if self._tier.remote.traits.immutable else self._known([*units, *actions])
        records = []
        for name, made in actions.items():
            results = _decoded(decode_action, old.get(name))
            blobs: dict[BlobName, None] = {}
            for item in made:
                results = with_result(results, item.result)
            results = results[: limits.VARIANTS_PER_ACTION_MAX]
            for result in results:
                blobs.update((BlobName(output.digest, output.size), None) for output in result.outputs)
            records.append(self._record(name, encode_action(results), tuple(blobs)))
        for name, made in units.items():
            path_sets = _decoded(decode_unit, old.get(name))
            for item in made:
                path_sets = with_paths(path_sets, item.paths)
            records.append(self._record(name, encode_unit(path_sets)))
        self._tier.remote.put_records([record for record in records if _fits(record)])

    def _known(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """What is there of these, but for what nobody can read: it is written anew."""
        try:
            return self._tier.opened(self._tier.remote.get_records(names))
        except RemoteDamaged:  # which of them that is tells whoever asks for each alone
            if len(names) == 1:
                return {}
        return {key: body for name in names for key, body in self._known([name]).items()}

    def _record(self, name: RecordName, body: bytes, blobs: tuple[BlobName, ...] = ()) -> Record:
        return Record(name, self._tier.seal.close(name, body), blobs)


def _decoded(decode: Callable[[bytes], list], body: bytes | None) -> list:  # type: ignore[type-arg]
    """What a record holds; nothing where it is damaged, for then it is written anew."""
    try:
        return [] if body is None else decode(body)
    except DunnageError:
        return []


def _by_name(
    items: Sequence[Waiting], name_of: Callable[[Waiting], RecordName]
) -> dict[RecordName, list[Waiting]]:
    names: dict[RecordName, list[Waiting]] = {}
    for item in items:
        names.setdefault(name_of(item), []).append(item)
    return names


def _fits(record: Record) -> bool:
    return len(record.body) <= remote_limits.REMOTE_RECORD_BYTES_MAX
