"""One tier: names of records, seals, and what is counted."""

from typing import get_args

from dunnage.engine.tiers import Tier, word_of
from dunnage.errors import RemoteError, RemoteFull
from dunnage.remote.contract import Kind
from dunnage.remote.guard import Guard
from dunnage.remote.memory import MemoryBackend
from dunnage.remote.sealing import by_secret, checked
from dunnage.report.remotes import REASONS
from support.stores import action_key, unit_key


def tier(domain: str = "") -> Tier:
    return Tier(Guard("memory", MemoryBackend()), checked(domain), writes=True, domain=domain)


def test_names_differ_by_kind_key_and_domain() -> None:
    keys = (unit_key("a"), action_key("a"))
    names = {
        tier(domain).record(kind, key)
        for domain in ("", "x", "xy")
        for kind in get_args(Kind)
        for key in keys
    }
    assert len({name.key for name in names}) == 12
    assert tier().record("unit", unit_key("a")) == tier().record("unit", unit_key("a"))


def test_wrong_seals_are_left_out() -> None:
    ours = tier()
    mine, other = ours.record("unit", unit_key("mine")), ours.record("unit", unit_key("other"))
    records = {
        mine: ours.seal.close(mine, b"body"),
        other: by_secret("", b"another's secret").close(other, b"body"),
    }
    assert ours.opened(records) == {mine: b"body"}
    ours.missed("late")
    for waited_s, overdue_s in ((1.5, 0.25), (2.0, 0.125)):
        ours.waited(waited_s, overdue_s)
    assert ours.document(3) == {
        "name": "memory", "writes": True, "fetched": 0, "fetched_bytes": 0, "not_fetched": {"late": 1},
        "waited_s": 3.5, "overdue_s": 0.25,
        "sent": 0, "sent_bytes": 0, "not_sent": {}, "requests": 0, "waiting": 3, "trouble": "",
    }  # fmt: skip


def test_every_failure_has_a_word_and_a_sentence() -> None:
    kinds = [RemoteError, *RemoteError.__subclasses__()]
    words = {word_of(kind("x")) for kind in kinds}
    assert len(words) == len(kinds)
    assert words <= set(REASONS)
    assert word_of(RemoteFull("x")) == "full"
