"""Elsewhere: what the store does not have is looked for in the tiers behind it, and promoted into the store.

    unit record ─▶ path sets ─▶ how they stand here ─▶ action records ─▶ a result that is right here ─▶ blobs ─▶ store

The session then looks into the store again, as if the result had always been there. Requests are made by other threads;
the session waits no longer than compiling would take, once it knows how long that is, and before that no longer than
the remote deserves (`remote.guard`). What comes too late is promoted all the same: the next build finds it.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, cast

from dunnage.engine.lookup import actions_of, is_here
from dunnage.engine.patience import Patience, TooLate, begun
from dunnage.engine.plausible import IsPlausible, is_path_set
from dunnage.engine.shared_records import decode_action, decode_unit
from dunnage.engine.subject import Located, Missed, Subject
from dunnage.engine.tiers import Tier, Tiers, word_of
from dunnage.errors import RemoteDamaged, RemoteError, RemoteUntrusted, StoreError
from dunnage.keys.digests import Digests
from dunnage.model.action import ActionResult
from dunnage.model.digest import ActionKey, UnitKey
from dunnage.model.path_set import PathSet
from dunnage.model.view import View, ViewGone
from dunnage.remote import limits as remote_limits
from dunnage.remote.contract import BlobName, RecordName
from dunnage.store.incoming import Incoming
from dunnage.store.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A result that a tier has for this unit, here and now."""

    paths: PathSet
    action: ActionKey
    result: ActionResult


Keys = Sequence[tuple[PathSet, ActionKey]]


class _Evicted(RemoteDamaged):
    """A result is there, and a blob of it is not."""


class Elsewhere:
    """Looks into tiers. Safe for many threads. `clock` is in seconds and only goes forward."""

    def __init__(
        self, store: Store, digests: Digests, tiers: Tiers, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._digests = digests
        self._tiers = tiers
        self._clock = clock

    def promote(self, view: View, subject: Subject, is_plausible: IsPlausible) -> Missed | None:
        """Get a result for a unit that the store has none for; None where it is in the store now, else why not: an
        empty reason where nobody is known to have one.

        Raises:
            ViewGone.
        """
        missed = Missed("")
        for tier in self._asked():
            try:
                found = self._from(tier, view, subject, is_plausible)
            except StoreError as error:
                log.warning("looking for %s elsewhere: %s", subject.unit.name, error)
                return Missed("store-failed", str(error))
            if found is None:
                return None
            missed = found if found.reason else missed
        return missed

    def fetch(self, unit: UnitKey, paths: PathSet, action: ActionKey, is_plausible: IsPlausible) -> bool:
        """Get a result whose keys are known, for one without a client; whether the store has it now. StoreError."""
        for tier in self._asked():
            began_s = self._clock()
            try:
                name = tier.record("action", action)
                records = tier.remote.get_records([name])
                body = tier.opened(records).get(name)
                if records and body is None:
                    raise _untrusted(tier)
                results = [] if body is None else [each for each in decode_action(body) if is_plausible(each)]
                if results:
                    self._take(tier, unit, _Offer(paths, action, results[0]))
                    tier.remote.was_of_use()
                    return True
            except RemoteUntrusted as error:
                tier.missed(word_of(error))
            except RemoteError as error:
                tier.remote.waited_in_vain(self._clock() - began_s)
                tier.missed(_why(error))
        return False

    def _asked(self) -> Iterator[Tier]:
        """The tiers that are asked now; those that are not are looked after when it is time."""
        for tier in self._tiers:
            if tier.remote.is_due:
                begun(tier.remote.look)
            if tier.remote.patience_s:
                yield tier

    # --- one tier -------------------------------------------------------------------------------------

    def _from(self, tier: Tier, view: View, subject: Subject, is_plausible: IsPlausible) -> Missed | None:
        patience = Patience(tier.remote.patience_s, lambda: view.stat([subject.unit.cwd]), self._clock)
        offer = None
        try:
            offer = self._offer(tier, view, subject, is_plausible, patience)
            if offer is None:
                return Missed("")
            patience.lasts(max(remote_limits.REMOTE_WAIT_S_MIN, offer.result.compile_us / 1e6))
            patience.answer(partial(self._take, tier, subject.key, offer))
        except TooLate:
            missed, why = Missed("remote-late", tier.name), "late"
        except RemoteUntrusted as error:
            tier.missed(word_of(error))
            return Missed("")
        except RemoteError as error:
            missed, why = Missed("remote-failed", error.message), _why(error)
        except (ViewGone, StoreError):
            raise
        except Exception as error:  # no room for a blob on its way; a library's own trouble: a miss, too
            log.exception("%s could not be asked for %s", tier.name, subject.unit.name)
            missed, why = Missed("remote-failed", repr(error)), "internal"
        else:
            tier.remote.was_of_use()
            return None
        finally:
            tier.waited(patience.waited_s, patience.overdue_s)
        tier.remote.waited_in_vain(patience.elapsed_s)
        tier.missed(why)
        return missed if offer is not None else Missed("")

    def _offer(
        self, tier: Tier, view: View, subject: Subject, is_plausible: IsPlausible, patience: Patience
    ) -> _Offer | None:
        """What a tier has. The first request brings the unit's path sets, and results for those that are known here."""
        unit = tier.record("unit", subject.key)
        known_here = self._store.path_sets(subject.key)
        untrusted = 0

        def ask(keys: Keys, *more: RecordName) -> dict[RecordName, bytes]:
            nonlocal untrusted
            names = [*more, *(tier.record("action", action) for _, action in keys)]
            records = patience.answer(lambda: tier.remote.get_records(names))
            bodies = tier.opened(records)
            untrusted += len(records) - len(bodies)
            return bodies

        keys = self._keys(view, subject, known_here)
        bodies = ask(keys, unit)
        offer = _right_here(tier, subject, keys, bodies, is_plausible)
        if offer is None and unit in bodies:
            others = [p for p in decode_unit(bodies[unit]) if p not in known_here and is_path_set(p)]
            if keys := self._keys(view, subject, others):
                offer = _right_here(tier, subject, keys, ask(keys), is_plausible)
        if offer is None and untrusted:
            raise _untrusted(tier)
        return offer

    def _keys(self, view: View, subject: Subject, path_sets: Sequence[PathSet]) -> Keys:
        """The action key under each path set that holds here."""
        located = []
        for paths in path_sets:
            with suppress(KeyError):  # a root that this unit does not have
                located.append(Located.at(subject.roots, paths))
        return actions_of(view, subject, located, self._digests)

    # --- promotion ------------------------------------------------------------------------------------

    def _take(self, tier: Tier, unit: UnitKey, offer: _Offer) -> None:
        """Fetch what the store lacks, and record the result. RemoteError, StoreError."""
        outputs = offer.result.outputs
        names = list({BlobName(output.digest, output.size): None for output in outputs})
        lacking = [name for name in names if not self._store.holds(name.digest, name.size)]
        try:
            self._fetch_blobs(tier, lacking)
        except RemoteDamaged:  # which of them it was, and whether it was the only one, nobody says
            tier.remote.doubt(lacking)
            raise
        self._store.add(unit, offer.paths, offer.action, offer.result)
        with tier.tally.lock:
            tier.tally.fetched += 1
            tier.tally.fetched_bytes += sum(name.size for name in lacking)

    def _fetch_blobs(self, tier: Tier, names: Sequence[BlobName]) -> None:
        coming: dict[BlobName, Incoming] = {}

        def into(name: BlobName) -> BinaryIO:
            coming[name] = self._store.receive()
            return cast("BinaryIO", coming[name])  # the contract: nothing is done with it but to write

        try:
            found = tier.remote.get_blobs(names, into) if names else set()
            for name in names:
                if name not in found:
                    raise _Evicted(f"{tier.name} has a result without its blobs.")
                if (coming[name].digest, coming[name].size) != (name.digest, name.size):
                    raise RemoteDamaged(f"{tier.name} sent a blob that is not what its name says.")
                coming[name].keep()
        finally:
            for each in coming.values():
                each.close()


def _right_here(
    tier: Tier, subject: Subject, keys: Keys, bodies: Mapping[RecordName, bytes], is_plausible: IsPlausible
) -> _Offer | None:
    """The first result among these records that is bound to nothing but what is here. RemoteDamaged."""
    for paths, action in keys:
        body = bodies.get(tier.record("action", action))
        for result in () if body is None else decode_action(body):
            if not is_plausible(result):
                raise RemoteDamaged(f"{tier.name} has a result for {subject.unit.name} that cannot be one.")
            if is_here(result, subject):
                return _Offer(paths, action, result)
    return None


def _untrusted(tier: Tier) -> RemoteUntrusted:
    return RemoteUntrusted(f"{tier.name} has a record without the right seal.")


def _why(error: RemoteError) -> str:
    return "evicted" if isinstance(error, _Evicted) else word_of(error)
