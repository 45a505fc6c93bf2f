"""What the store says about itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreSize:
    """How much is kept. Blobs only: records take a few kB a result besides."""

    size_bytes: int
    size_bytes_max: int
    actions: int
    """Action results."""
    blobs: int


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was removed."""

    results: int = 0
    blobs: int = 0
    bytes: int = 0

    def __add__(self, other: "Trimmed") -> "Trimmed":
        return Trimmed(self.results + other.results, self.blobs + other.blobs, self.bytes + other.bytes)


@dataclass(frozen=True, slots=True)
class CounterRow:
    """Sessions that ended the same way."""

    outcome: str
    reason: str
    language: str
    sessions: int
    saved_us: int
    wall_us: int


@dataclass(frozen=True, slots=True)
class UnitRow:
    """The sessions of all units of one name. `compile_us` is the wall time of its misses."""

    name: str
    hits: int
    misses: int
    compile_us: int
    saved_us: int


@dataclass(frozen=True, slots=True)
class Counters:
    """All counters since `since_s` (unix time)."""

    rows: tuple[CounterRow, ...]
    since_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fsck:
    """What a check of everything saw and removed. What was wrong is gone afterwards."""

    results: int = 0
    blobs: int = 0
    bytes: int = 0
    corrupt: tuple[str, ...] = ()
    """Blobs whose bytes were not what their name says; in the quarantine now."""
    missing: tuple[str, ...] = ()
    """Blobs with a record and no file."""
    unreadable: int = 0
    """Path sets and results whose bytes were damaged, or that lacked a blob."""
    database: tuple[str, ...] = ()
    """What SQLite said against the database; not empty: it was set aside, and a new one begun."""
    orphans: int = 0
    """Files without a record, left by a process that was killed. They harm nobody."""

    @property
    def clean(self) -> bool:
        """Nothing that was recorded was lost."""
        return not (self.corrupt or self.missing or self.unreadable or self.database)
