"""The contract over the Remote Execution API: `grpc://host:port/instance`, and `grpcs://…`."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final

from blake3 import blake3

from dunnage.errors import RemoteRefused, RemoteUnavailable
from dunnage.model.digest import Digest
from dunnage.remote.contract import BlobName, BlobSource, Record, RecordName, Traits
from dunnage.remote.crew import Crew
from dunnage.remote.damaged import Damaged
from dunnage.remote.reapi.address import Address, address_of
from dunnage.remote.reapi.calls import Calls
from dunnage.remote.reapi.capabilities import Capabilities, asked
from dunnage.remote.reapi.cas import Cas
from dunnage.remote.reapi.contents import Source, other_size
from dunnage.remote.reapi.messages import CasDigest
from dunnage.remote.reapi.names import Names
from dunnage.remote.reapi.records import Records
from dunnage.remote.url import RemoteUrl

_EMPTY: Final = Digest(blake3(b"").digest())
_PIECE_BYTES: Final = 1024 * 1024


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> "ReapiBackend":
    """The backend of a URL. ConfigError."""
    return ReapiBackend(address_of(url, environ))


class ReapiBackend:
    """One instance of one server."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._calls = Calls(address)
        self._names = Names()
        self._damaged = Damaged()
        self._crew = Crew()
        self._cas = Cas(self._calls, self._crew, address)
        self._records = Records(self._calls, self._crew, self._cas, self._names, address)
        self._capabilities: Capabilities | None = None
        self._traits: Traits | None = None

    @property
    def traits(self) -> Traits:
        """Whether it is read-only is known if it was asked anything before; else the first put finds out."""
        if self._traits is None:
            known = self._capabilities
            self._traits = Traits(read_only=known is not None and not known.updates)
        return self._traits

    def check(self) -> None:
        """Ask what it can, and for a blob that it need not have: some let in whoever asks only the first."""
        self._capabilities = None
        with self._asking() as can:
            self._cas.missing([can.digest(b"dunnage")], can)

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """Those that are there: each is one request."""
        if not names:
            return {}
        with self._asking() as can:
            return self._records.get(names, can)

    def put_records(self, records: Sequence[Record]) -> None:
        """Keep them: each is one request, and one more for all of them together."""
        if not records:
            return
        with self._asking(to_put=True) as can:
            self._records.put(records, can)

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        """Those that are not there, and those of which it is not known what they are called there."""
        wanted = [blob for blob in dict.fromkeys(blobs) if not _is_empty(blob)]
        if not wanted:
            return []
        with self._asking() as can:
            named = {blob: self._names.sure(blob, can) for blob in wanted}
            absent = self._cas.missing(filter(None, named.values()), can)
        return [
            blob for blob, there in named.items() if there is None or there in absent or blob in self._damaged
        ]

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        """Write those that are there and that a record has named, unless they are always called as here."""
        found = {blob for blob in blobs if _is_empty(blob)}
        for blob in found:
            into(blob)
        if found.issuperset(blobs):
            return found
        with self._asking() as can:
            likely = (
                (self._names.likely(blob, can), blob) for blob in blobs if 0 < blob.size <= can.blob_bytes_max
            )
            named = {there: blob for there, blob in likely if there is not None}
            came = self._cas.read(
                named, lambda there: into(named[there]), can, lambda there: self._damaged.note(named[there])
            )
        return found | {named[there] for there in came}

    def doubt(self, blobs: Sequence[BlobName]) -> None:
        """Put these anew when they come."""
        self._damaged.note(*blobs)

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        """Keep those that are not there: with another digest than ours, each is read once more to find out."""
        wanted = list({blob.name: blob for blob in blobs if not _is_empty(blob.name)}.values())
        if not wanted:
            return
        with self._asking(to_put=True) as can:
            theirs = self._crew.each(lambda blob: self._named(blob, can), wanted)
            absent = self._cas.missing(theirs, can)
            named = list(zip(wanted, theirs, strict=True))
            self._cas.write(
                [
                    Source(there, blob.open)
                    for blob, there in named
                    if there in absent or blob.name in self._damaged
                ],
                can,
            )
        for blob, there in named:
            self._names.saw(blob.name, there, can)
            self._damaged.forget(blob.name)

    def flush(self) -> None:
        """Others see what was put at once."""

    def close(self) -> None:
        """Break off what is under way."""
        self._calls.close()
        self._crew.close()

    # --- leaves -----------------------------------------------------------------------------------

    @contextmanager
    def _asking(self, *, to_put: bool = False) -> Iterator[Capabilities]:
        """What the server can: asked once, by as many threads as come before it has answered, and again after it had
        trouble with us: it may be another one now. RemoteError.
        """
        can = self._capabilities
        if can is None:
            can = self._capabilities = asked(self._calls, self._address)
        if to_put and not can.updates:
            raise RemoteRefused(f"The remote {self._address.where} is read-only for us.")
        try:
            yield can
        except (RemoteUnavailable, RemoteRefused):
            self._capabilities = None
            raise

    def _named(self, blob: BlobSource, can: Capabilities) -> CasDigest:
        """What a blob is called there: it is read if nobody knows."""
        there = self._names.sure(blob.name, can)
        if there is not None:
            return there
        size = 0
        digest = hashlib.sha256()
        with blob.open() as file:
            while data := file.read(_PIECE_BYTES):
                digest.update(data)
                size += len(data)
        if size != blob.name.size:
            raise other_size()
        return CasDigest(digest.hexdigest(), size)


def _is_empty(blob: BlobName) -> bool:
    """Whether it is the blob without bytes, which is always there."""
    return not blob.size and blob.digest == _EMPTY
