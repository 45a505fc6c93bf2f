"""The remotes of one daemon: what its engine asks of them, and what the command line hears of them.

What works with them is imported where there is one: it takes ten milliseconds of a daemon's start.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dunnage.engine.plausible import IsPlausible
from dunnage.engine.subject import Missed, Subject
from dunnage.keys.digests import Digests
from dunnage.model.action import ActionResult
from dunnage.model.digest import ActionKey, UnitKey
from dunnage.model.path_set import PathSet
from dunnage.model.view import View
from dunnage.store.store import Store

if TYPE_CHECKING:
    from dunnage.engine.ahead import Ahead
    from dunnage.engine.behind import Behind
    from dunnage.engine.elsewhere import Elsewhere
    from dunnage.engine.tiers import Tier, Tiers

Keep = Callable[[UnitKey, PathSet, ActionKey, ActionResult], None]
"""Takes what was stored here and nowhere else."""


class Remotes:
    """All tiers behind the store. Safe for many threads."""

    def __init__(self, store: Store, digests: Digests, tiers: "Tiers") -> None:
        self._tiers = tiers
        self._elsewhere: Elsewhere | None = None
        self._ahead: Ahead | None = None
        self._behind: list[tuple[Tier, Behind]] = []
        if tiers:
            self._elsewhere, self._ahead, self._behind = _begun(store, digests, tiers)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._tiers)

    def promote(self, view: View, subject: Subject, is_plausible: IsPlausible) -> Missed | None:
        """`Elsewhere.promote`."""
        return Missed("") if self._elsewhere is None else self._elsewhere.promote(view, subject, is_plausible)

    def fetch(self, unit: UnitKey, paths: PathSet, action: ActionKey, is_plausible: IsPlausible) -> bool:
        """`Elsewhere.fetch`."""
        return self._elsewhere is not None and self._elsewhere.fetch(unit, paths, action, is_plausible)

    def compiling(self) -> None:
        """A compiler is started: whatever is done ahead ends."""
        if self._ahead is not None:
            self._ahead.end()

    def keep(self, unit: UnitKey, paths: PathSet, action: ActionKey, result: ActionResult) -> None:
        """This was stored: send it where results are sent to. Never waits, never fails."""
        for _, behind in self._behind:
            behind.keep(unit, paths, action, result)

    def hurry(self) -> int:
        """Somebody waits until all is sent: how much that still is."""
        for _, behind in self._behind:
            behind.hurry()
        return self.waiting

    @property
    def waiting(self) -> int:
        """Results that were not sent yet."""
        return sum(behind.waiting for _, behind in self._behind)

    def documents(self) -> list[dict[str, Any]]:
        """What went over each tier since the daemon began, in their order."""
        waiting = {tier.name: behind.waiting for tier, behind in self._behind}
        return [tier.document(waiting.get(tier.name, 0)) for tier in self._tiers]

    def close(self, wait_s: float) -> None:
        """Send what waits, for at most so many seconds, and let go of everything."""
        for _, behind in self._behind:
            behind.hurry()
        for _, behind in self._behind:
            behind.drain(wait_s)
        self.compiling()
        for tier in self._tiers:
            tier.remote.close()
        if self._ahead is not None:
            self._ahead.wait()


def _begun(
    store: Store, digests: Digests, tiers: "Tiers"
) -> "tuple[Elsewhere, Ahead, list[tuple[Tier, Behind]]]":
    from dunnage.engine.ahead import Ahead
    from dunnage.engine.behind import Behind
    from dunnage.engine.elsewhere import Elsewhere

    behind = [(tier, Behind(store, tier)) for tier in tiers if tier.writes]
    return Elsewhere(store, digests, tiers), Ahead(store, tiers), behind
