"""The answer to `dunnage explain`: which sessions are meant, and what each is compared with."""

import re
from collections.abc import Sequence
from typing import Any, Final

from dunnage.keys.explain import Difference, nearest
from dunnage.model.advice import ADVICE
from dunnage.model.entry import Account
from dunnage.model.outcome import REASONS, Outcome
from dunnage.store.accounts import AccountBook

_SESSIONS_MAX: Final = 20
"""Sessions in one answer: the newest first, and nobody reads on."""


def explained(accounts: AccountBook, unit: object) -> list[dict[str, Any]]:
    """The sessions of a unit, or of the last miss (the last session that was no hit, where there was no miss).

    Raises:
        StoreError.
    """
    kept = accounts.all()
    if unit is None:
        chosen = [each for each in kept if each.outcome == Outcome.MISS][:1] or list(kept[:1])
    else:
        chosen = [each for each in kept if is_meant(str(unit), each)][:_SESSIONS_MAX]
    return [_explain(accounts, accounts.with_entry(each)) for each in chosen]


def is_meant(unit: str, account: Account) -> bool:
    """Whether a person means this one. `-` and `_` are the same, as cargo takes them for crates."""
    crate, _, rest = account.name.partition(" ")
    version = rest.partition(" ")[0] if rest and not rest.startswith("(") else ""
    names = {account.name, crate, account.family.partition(" ")[0], account.stem}
    if version:
        names |= {f"{crate} {version}", f"{crate}@{version}", f"{crate}-{version}"}
    return _same(unit) in {_same(name) for name in names if name not in ("", "-")}


def _same(name: str) -> str:
    return re.sub("-", "_", name)


def _explain(accounts: AccountBook, account: Account) -> dict[str, Any]:
    row = REASONS.get((Outcome(account.outcome), account.reason))
    told = {
        "unit": account.name,
        "files": account.stem,
        "outcome": account.outcome,
        "reason": account.reason,
        "detail": account.detail,
        "ended": account.ended_s,
        "sentence": account.reason if row is None else row.text,
        "advice": ADVICE.get((Outcome(account.outcome), account.reason), ""),
        "compared_with": None,
        "differences": [],
    }
    earlier = accounts.earlier(account) if account.entry is not None else ()
    entries = [each.entry for each in earlier if each.entry is not None]
    found = None if account.entry is None else nearest(account.entry, entries)
    if found is not None:
        index, differing = found
        told["compared_with"] = earlier[index].ended_s
        told["differences"] = [_difference(item) for item in differing]
        told["sentence"] = _sentence(str(told["sentence"]), account.reason, differing)
    elif account.entry is not None and account.reason == "inputs-changed":
        told["sentence"] = f"{told['sentence']}; nothing is kept any more of the entry to compare it with"
    return told


_AS_THEY_ARE: Final = ("evicted", "corrupt")
"""Misses of which the keys are no cause."""


def _sentence(reason_text: str, reason: str, differing: Sequence[Difference]) -> str:
    if reason in _AS_THEY_ARE:
        return reason_text
    if not differing:
        return "nothing differs from the entry that it was compared with, whose result is not in the store any more"
    return differing[0].sentence


def _difference(item: Difference) -> dict[str, Any]:
    return {
        "part": item.kind,
        "name": item.label,
        "before": list(item.before),
        "now": list(item.now),
        "sentence": item.sentence,
    }
