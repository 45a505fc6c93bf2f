"""The way out: frames become packs, packs and manifests become entries of the cache."""

import secrets
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from dunnage.errors import RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.contract import BlobName
from dunnage.remote.gha import packs
from dunnage.remote.gha.azure import Expired, Window, upload
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.packs import Packed
from dunnage.remote.gha.service import Service


@dataclass(frozen=True, slots=True)
class Frame:
    """A blob's zstd frame, in some file that has a descriptor."""

    name: BlobName
    file: BinaryIO
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Built:
    """A pack in a temporary file."""

    file: BinaryIO
    size: int
    objects: list[Packed]


def divided(frames: Sequence[Frame]) -> list[list[Frame]]:
    """As few groups as there may be, of about the same size, in the order that they have."""
    total = sum(frame.length for frame in frames)
    count = max(1, -(-total // limits.GHA_PACK_BYTES_MAX))
    groups: dict[int, list[Frame]] = {}
    at = 0
    for frame in frames:  # into the group in which its middle falls
        groups.setdefault((2 * at + frame.length) * count // (2 * total), []).append(frame)
        at += frame.length
    most = limits.GHA_PACK_OBJECTS_MAX
    return [group[at : at + most] for group in groups.values() for at in range(0, len(group), most)]


def build(frames: Sequence[Frame]) -> Built:
    """A pack of these, in this order. RemoteUnavailable: there is no room for it."""
    file: BinaryIO | None = None
    try:
        file = tempfile.TemporaryFile(prefix="dunnage-pack-")  # noqa: SIM115
        file.write(packs.head())
        at, objects = len(packs.head()), []
        for frame in frames:
            file.write(packs.header(frame.name, frame.length))
            at += packs.HEADER_BYTES
            file.writelines(Window(frame.file, frame.offset, frame.length).pieces())
            objects.append(Packed(frame.name, at, frame.length))
            at += frame.length
        file.write(packs.ending(objects, at))
        file.flush()
        return Built(file, file.tell(), objects)
    except (OSError, ValueError) as error:
        if file is not None:
            file.close()
        raise RemoteUnavailable(f"There is no room to make a pack: {error}.") from None


class Uploader:
    """Gives entries names that nobody had, and uploads them."""

    def __init__(
        self, http: Http, service: Service, run: str, token: Callable[[], str] = lambda: secrets.token_hex(4)
    ) -> None:
        """`run` says in the names which job it was; `token` makes them differ from those of a daemon before us."""
        self._http = http
        self._service = service
        self._run = f"{run}-{token()}"
        self._count = 0

    def put_bytes(self, prefix: str, data: bytes) -> str:
        """Upload these bytes, as `put` does."""
        try:
            with tempfile.TemporaryFile(prefix="dunnage-manifest-", buffering=0) as file:
                file.write(data)
                return self.put(prefix, file, len(data))
        except OSError as error:
            raise RemoteUnavailable(f"There is no room to make a manifest: {error}.") from None

    def put(self, prefix: str, file: BinaryIO, size: int) -> str:
        """Upload the first bytes of a file as an entry whose key begins with `prefix`; the key. RemoteError."""
        expired: Expired | None = None
        for _ in range(limits.GHA_NAMES_MAX):
            self._count += 1
            key = f"{prefix}{self._run}-{self._count}"
            url = self._service.reserve(key)
            if url is None:
                continue
            try:
                upload(self._http, url, file, size)
            except Expired as error:
                expired = error
                continue
            self._service.finalize(key, size)
            return key
        raise expired or RemoteUnavailable("Each name that was tried is taken in GitHub's cache.")
