"""The contract of a backend: what every remote can do, whatever it is made of.

Two kinds of things are kept, and a backend looks into neither:

    records   small, named by a unit key or an action key; written again when more is known (unless `immutable`)
    blobs     any size, named by their BLAKE3 digest; never change

A reader asks for a record, finds digests in it, and asks for the blobs. A writer puts blobs first and the record that
names them last, so that a record is seldom seen without its blobs; where it is, that is a miss.

Whatever is asked for and is not there is left out of the answer: absence is no error. Everything else that goes wrong
is a `RemoteError` (`dunnage.errors`), whose class says what may be done about it. A backend does not retry, does not
wait for `Retry-After` and keeps no clock of its own beside its library's timeouts: that is what wrappers are for.
Nothing that a backend returns is trusted: whoever asked checks signatures of records and digests of blobs.

Every method may be called from many threads at once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

from dunnage.model.digest import Digest

Kind = Literal["unit", "action"]


@dataclass(frozen=True, slots=True)
class RecordName:
    """What a record is called. `key` is 32 bytes, and the same key is never used with both kinds."""

    kind: Kind
    key: bytes


@dataclass(frozen=True, slots=True)
class BlobName:
    """What a blob is called: the BLAKE3 digest of its bytes, and how many there are."""

    digest: Digest
    size: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record to be put."""

    name: RecordName
    body: bytes
    """At most `limits.REMOTE_RECORD_BYTES_MAX`."""
    blobs: tuple[BlobName, ...] = ()
    """What it refers to: backends that keep count of references (REAPI) are told."""


@dataclass(frozen=True, slots=True)
class BlobSource:
    """A blob to be put. `open` gives a new file of its plain bytes, at the beginning, which the backend closes."""

    name: BlobName
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Traits:
    """What a caller has to know of a backend."""

    immutable: bool = False
    """A name that was written keeps its first body: putting a record again changes nothing."""
    wants_packs: bool = False
    """Each request is dear: many things are put at once, and what was put is there for others after `flush` only."""
    read_only: bool = False
    """Nothing can be put: `put_records` and `put_blobs` raise RemoteRefused."""
    sends_ahead: bool = False
    """Blobs come before anybody asks for them: it has `arriving`, too (`SendsAhead`)."""


class Sink(Protocol):
    """What a blob is written to, from the front."""

    def write(self, data: bytes | memoryview, /) -> int:
        """Write on. What is given may change afterwards."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A blob that has arrived. `write_to` writes its plain bytes. RemoteError; RemoteDamaged: they are not."""

    name: BlobName
    write_to: Callable[[Sink], None]


class SendsAhead(Protocol):
    """What a backend has besides, where its traits say so."""

    def arriving(self) -> Iterator[Coming]:
        """What comes, each as soon as it is there, in the order in which it will most likely be asked for. That it was
        seen here says nothing of whether anybody wants it. RemoteError.
        """


class Backend(Protocol):
    """One remote."""

    @property
    def traits(self) -> Traits:
        """What a caller has to know of it; the same for as long as it lives."""

    def check(self) -> None:
        """Whether it can be reached and would let us in, with one request or two. Raises RemoteError with one sentence
        for a person: what, why, and in the hint what to do.
        """

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """Those of these records that are there. Raises RemoteError."""

    def put_records(self, records: Sequence[Record]) -> None:
        """Keep records, instead of those of the same name. Their blobs were put before. Raises RemoteError."""

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        """Those of these blobs that would have to be put; all where finding out costs as much. Raises RemoteError."""

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        """Write those of these blobs that are there, plain, each into the file that `into` gives; which those are.

        A file is written to, from the front, and nothing else is done with it. Never writes more than a blob's size
        into its file. `into` is asked at most once for each blob, may be called from other threads, and may have been
        asked for blobs that are not in the answer. Raises RemoteError; then what was written is worth nothing.
        """

    def doubt(self, blobs: Sequence[BlobName]) -> None:
        """What came of these was not all what their names say: they are missing from now on, and the next `put_blobs`
        keeps them whatever is there. Asks nobody, and never fails.
        """

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        """Keep blobs. One that is there already may be left as it is, unless it is in doubt. Raises RemoteError."""

    def flush(self) -> None:
        """Let others see everything that was put. Nothing to do unless it `wants_packs`. Raises RemoteError."""

    def close(self) -> None:
        """Give back connections and threads. Never fails, and may be called twice."""
