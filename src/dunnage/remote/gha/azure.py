"""The storage behind GitHub's cache: Azure Blob, by URLs that are signed and good for some ten minutes.

Uploads are one Put Blob, or Put Block several times and a Put Block List. Downloads are streams that go on where they
broke. Requests here are not those that GitHub counts.
"""

import base64
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import BinaryIO, Final

from dunnage.errors import (
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote import limits
from dunnage.remote.gha.http import Answer, Body, Http, Stream, host_of
from dunnage.remote.gha.service import retry_after_s

_PIECE_BYTES: Final = 256 * 1024
_VERSION: Final = {"x-ms-version": "2022-11-02"}


class Expired(RemoteRefused):
    """A URL is not good any more, or never was."""


class Gone(RemoteUnavailable):
    """What the URL is for is not there."""


class Address:
    """The URL of one entry, asked for when it is needed, and once more each time that it has expired."""

    def __init__(self, ask: Callable[[], str | None], url: str | None = None) -> None:
        """`ask` gives a new URL, or None where the entry is gone."""
        self._ask = ask
        self._lock = threading.Lock()
        self._url = url
        self._renewed = False

    def url(self) -> str:
        """The URL. Gone, and what asking for it raises."""
        with self._lock:
            return self._url or self._asked()

    def renew(self, expired: str) -> str:
        """Another URL, where that one is refused. Expired: one was asked for before."""
        with self._lock:
            if self._url is not None and self._url != expired:
                return self._url
            if self._renewed:
                raise Expired("The storage of GitHub's cache refuses a URL that was just given.")
            self._renewed = True
            return self._asked()

    def worked(self) -> None:
        """The URL was good: when it expires, another may be asked for."""
        self._renewed = False

    def _asked(self) -> str:
        url = self._ask()
        if url is None:
            raise Gone("An entry of GitHub's cache is gone.")
        self._url = url
        return url


class Download:
    """The bytes of one entry as they arrive, from wherever the last connection broke."""

    def __init__(self, http: Http, address: Address) -> None:
        self._http = http
        self._address = address
        self._lock = threading.Lock()
        self._stream: Stream | None = None
        self._aborted = False

    def pieces(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """`length` bytes, or all, from `start` on. RemoteError; Gone, Expired. Never more than `length`."""
        at, end, breaks = start, None if length is None else start + length, 0
        while end is None or at < end:
            url = self._address.url()
            try:
                with self._opened(url, at, end) as (stream, total):
                    for piece in stream.pieces():
                        if at + len(piece) > total:
                            raise RemoteDamaged("The storage of GitHub's cache gave more than it promised.")
                        at += len(piece)
                        yield piece
                if at < total:
                    raise RemoteUnavailable(f"{host_of(url)} broke off.")
                return
            except Expired:
                self._address.renew(url)
            except Gone:
                raise
            except RemoteUnavailable:
                breaks += 1
                if breaks > limits.GHA_RESUMES_MAX or self._aborted:
                    raise

    def abort(self) -> None:
        """End it, from another thread."""
        with self._lock:
            self._aborted = True
            if self._stream is not None:
                self._stream.abort()

    @contextmanager
    def _opened(self, url: str, at: int, end: int | None) -> Iterator[tuple[Stream, int]]:
        """The body from `at` on, and where it will end."""
        headers = dict(_VERSION)
        if at or end is not None:
            headers["Range"] = f"bytes={at}-" if end is None else f"bytes={at}-{end - 1}"
        with self._http.stream("GET", url, headers=headers) as stream:
            if stream.status == 416 and at:
                raise RemoteDamaged("The storage of GitHub's cache has less than was asked for.")
            if stream.status not in {200, 206}:
                raise failure(host_of(url), Answer(stream.status, stream.headers, stream.body()))
            self._address.worked()
            with self._lock:
                if self._aborted:
                    raise RemoteUnavailable("A download was broken off.")
                self._stream = stream
            try:
                yield stream, _ends_at(stream, at, end)
            finally:
                with self._lock:
                    self._stream = None


def fetch(http: Http, address: Address, bytes_max: int) -> bytes:
    """A whole entry, in memory. RemoteDamaged: it is larger than that."""
    parts, size = [], 0
    for piece in Download(http, address).pieces():
        parts.append(piece)
        size += len(piece)
        if size > bytes_max:
            raise RemoteDamaged("An entry of GitHub's cache is larger than it may be.")
    return b"".join(parts)


def upload(http: Http, url: str, file: BinaryIO, size: int) -> None:
    """Send the first `size` bytes of a file that has a descriptor. RemoteError; Expired."""
    if size <= limits.GHA_PUT_BYTES_MAX:
        headers = {**_VERSION, "x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
        _twice(lambda: _put(http, url, headers, Window(file, 0, size).pieces(), size))
        return
    mark = "&" if "?" in url else "?"
    names = []
    with ThreadPoolExecutor(limits.GHA_STREAMS_MAX, "gha-upload") as pool:
        sent = []
        for number, start in enumerate(range(0, size, limits.GHA_BLOCK_BYTES)):
            # Of thirty digits, so that there is neither padding nor a sign that a query would change.
            names.append(base64.b64encode(b"%030d" % number).decode())
            length = min(limits.GHA_BLOCK_BYTES, size - start)
            to = f"{url}{mark}comp=block&blockid={names[-1]}"
            sent.append(pool.submit(_send_block, http, to, file, start, length))
        for each in sent:
            each.result()
    listed = "".join(f"<Latest>{name}</Latest>" for name in names)
    body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{listed}</BlockList>'.encode()
    headers = {**_VERSION, "Content-Type": "application/xml"}
    _twice(lambda: _put(http, f"{url}{mark}comp=blocklist", headers, body, len(body)))


class Window:
    """A part of a file that can be read beside others of the same descriptor."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._descriptor = file.fileno()
        self._at = start
        self._end = start + length

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        left = self._end - self._at
        data = os.pread(self._descriptor, left if size < 0 else min(size, left), self._at)
        self._at += len(data)
        return data

    def pieces(self) -> Iterator[bytes]:
        """All of it, piece by piece."""
        while piece := self.read(_PIECE_BYTES):
            yield piece


def failure(host: str, answer: Answer) -> RemoteError:
    """What an answer of the storage that is no success means."""
    status = answer.status
    if status in {401, 403}:
        return Expired(f"{host} refuses the URL that GitHub's cache gave ({status}).", hint="")
    if status == 404:
        return Gone("An entry of GitHub's cache is gone.")
    if status == 429 or (status == 503 and "Retry-After" in answer.headers):
        wait_s = retry_after_s(answer.headers, limits.GHA_BUSY_S)
        return RemoteBusy(f"{host} asks to be left alone for {wait_s:.0f} seconds.", retry_after_s=wait_s)
    if status in {413, 507}:
        return RemoteFull(f"{host} has no room for a pack ({status}).")
    if status >= 500:
        return RemoteUnavailable(f"{host} has trouble of its own ({status}).")
    if status >= 400:
        return RemoteRefused(f"{host} does not take a request ({status}).", hint="")
    return RemoteDamaged(f"{host} gives an answer that is not understood ({status}).")


def _send_block(http: Http, url: str, file: BinaryIO, start: int, length: int) -> None:
    _twice(lambda: _put(http, url, _VERSION, Window(file, start, length).pieces(), length))


def _put(http: Http, url: str, headers: Mapping[str, str], body: Body, size: int) -> None:
    answer = http.ask("PUT", url, headers={**headers, "Content-Length": str(size)}, body=body)
    if answer.status != 201:
        raise failure(host_of(url), answer)


def _twice(send: Callable[[], None]) -> None:
    """Once more where it failed by chance: to begin a pack of 256 MiB anew would cost more."""
    try:
        send()
    except Gone:
        raise
    except RemoteUnavailable:
        send()


def _ends_at(stream: Stream, at: int, end: int | None) -> int:
    """Where a body that was asked for from `at` to `end` will end. RemoteDamaged."""
    length = stream.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdigit()):
        raise RemoteDamaged("The storage of GitHub's cache does not say how much it gives.")
    asked = at > 0 or end is not None
    begins = f"bytes {at}-"
    if asked and (stream.status != 206 or not stream.headers.get("Content-Range", "").startswith(begins)):
        raise RemoteDamaged("The storage of GitHub's cache gives another part than was asked for.")
    if not asked and stream.status != 200:
        raise RemoteDamaged("The storage of GitHub's cache gives a part of what was asked for.")
    ends = at + int(length[:19])
    if end is not None and ends != end:
        raise RemoteDamaged("The storage of GitHub's cache has less than was asked for.")
    return ends
