"""The tiers behind the store: the remotes of this daemon, in the order in which they are asked."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from blake3 import blake3

from dunnage.errors import (
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
    RemoteUntrusted,
)
from dunnage.model.digest import ActionKey, UnitKey
from dunnage.remote.contract import Kind, RecordName
from dunnage.remote.guard import Guard
from dunnage.remote.sealing import Seal

_WORDS: Final[Mapping[type[RemoteError], str]] = {
    RemoteUnavailable: "unavailable",
    RemoteBusy: "busy",
    RemoteRefused: "refused",
    RemoteFull: "full",
    RemoteDamaged: "damaged",
    RemoteUntrusted: "untrusted",
}


def word_of(error: RemoteError) -> str:
    """What a failure is counted as."""
    return _WORDS.get(type(error), "failed")


@dataclass(slots=True)
class Tally:
    """What went over one tier since the daemon began. Its own lock makes it safe for many threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    fetched: int = 0
    """Results."""
    fetched_bytes: int = 0
    """Bytes of blobs, as they are when they are not compressed."""
    waited_s: float = 0.0
    """How long sessions stood still for answers, all together."""
    overdue_s: float = 0.0
    """The longest that one of them was held up beyond its deadline."""
    sent: int = 0
    sent_bytes: int = 0
    not_fetched: Counter[str] = field(default_factory=Counter)
    """Why results that might have been there were not had."""
    not_sent: Counter[str] = field(default_factory=Counter)
    """Why results were not sent, and never will be."""


@dataclass(slots=True)
class Tier:
    """One remote."""

    remote: Guard
    seal: Seal
    writes: bool
    """Whether results are sent to it."""
    domain: str = ""
    """The trust domain: its records have names of their own."""
    why: str = ""
    """Why results are sent to it, or not, as the end of a sentence."""
    tally: Tally = field(default_factory=Tally)

    @property
    def name(self) -> str:
        """Its URL, without secrets."""
        return self.remote.name

    def record(self, kind: Kind, key: UnitKey | ActionKey) -> RecordName:
        """What the record of a key is called."""
        domain = self.domain.encode("utf-8", "surrogateescape")
        return RecordName(
            kind, blake3(domain, derive_key_context=f"dunnage {kind} record").update(key).digest()
        )

    def opened(self, records: Mapping[RecordName, bytes]) -> dict[RecordName, bytes]:
        """The bodies of records whose seal is right."""
        found = {}
        for name, record in records.items():
            with suppress(RemoteUntrusted):
                found[name] = self.seal.open(name, record)
        return found

    def missed(self, why: str) -> None:
        """A result of it was not had."""
        with self.tally.lock:
            self.tally.not_fetched[why] += 1

    def waited(self, seconds: float, overdue_s: float) -> None:
        """A session waited for its answers that long, and so much of it after its deadline."""
        with self.tally.lock:
            self.tally.waited_s += seconds
            self.tally.overdue_s = max(self.tally.overdue_s, overdue_s)

    def document(self, waiting: int) -> dict[str, Any]:
        """What `dunnage stats --json` says of it."""
        with self.tally.lock:
            return no_numbers(self.name) | {
                "writes": self.writes,
                "fetched": self.tally.fetched,
                "fetched_bytes": self.tally.fetched_bytes,
                "not_fetched": dict(self.tally.not_fetched),
                "waited_s": round(self.tally.waited_s, 3),
                "overdue_s": round(self.tally.overdue_s, 3),
                "sent": self.tally.sent,
                "sent_bytes": self.tally.sent_bytes,
                "not_sent": dict(self.tally.not_sent),
                "requests": self.remote.requests,
                "waiting": waiting,
                "trouble": self.remote.trouble,
            }


def no_numbers(name: str) -> dict[str, Any]:
    """What `dunnage stats --json` says of a remote that was never asked."""
    return {
        "name": name,
        "writes": False,
        "fetched": 0,
        "fetched_bytes": 0,
        "not_fetched": {},
        "waited_s": 0.0,
        "overdue_s": 0.0,
        "sent": 0,
        "sent_bytes": 0,
        "not_sent": {},
        "requests": 0,
        "waiting": 0,
        "trouble": "",
    }


Tiers = Sequence[Tier]
