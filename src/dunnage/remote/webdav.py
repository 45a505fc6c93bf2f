"""`http+dav://`, `https+dav://`: objects on a WebDAV server (RFC 4918), with PUT, GET, HEAD and MKCOL only.

Collections are made when a PUT says that they are not there (409), so they cost nothing afterwards. The collection of
the URL itself is not made. Some servers (wsgidav) show a file while it is being written: whoever reads it then sees a
frame that is cut off, which counts as damaged.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from dunnage.errors import RemoteRefused, RemoteUnavailable
from dunnage.remote.causes import causes
from dunnage.remote.http_client import HttpClient
from dunnage.remote.http_status import ABSENT
from dunnage.remote.http_url import client_of
from dunnage.remote.objects import ObjectBackend
from dunnage.remote.url import RemoteUrl

_NO_PARENT = ABSENT | {409}
"""What a name in a collection that is not there gives; 409 by the RFC, 404 from servers that look first."""
_PERHAPS_NO_PARENT = _NO_PARENT | {500}
"""The same for PUT: nginx 1.22 finds out when it renames what it received, and says no more than that."""

_TRIES = 3


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> ObjectBackend:
    """The backend of `http+dav://host/collection` or `https+dav://host/collection`."""
    return ObjectBackend(WebDavObjects(client_of(url, environ)))


class WebDavObjects:
    """Objects below a collection."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self._making = threading.Lock()
        """Held while collections are made: many PUTs miss the same ones at once."""
        self._is_there = False
        """Whether the collection of the URL was seen, or cannot be asked for."""

    def check(self) -> None:
        """Ask for the collection of the URL, and for an object that is most likely not there."""
        self._look()
        self.has("v1/check")

    @contextmanager
    def stream(self, name: str) -> Iterator[Iterable[bytes] | None]:
        """GET. What is not there may be absent because the collection of the URL is: that is asked once."""
        with self._client.get(f"/{name}") as answer:
            if answer is None and not self._is_there:
                self._look()
            yield None if answer is None else answer.pieces()

    def _look(self) -> None:
        """Whether the collection of the URL is there. RemoteRefused. Some servers do not say."""
        if self._client.is_collection("/") is False:
            raise RemoteRefused(
                f"{self._client.where} has no such collection.", hint="Make it, or look at the path."
            )
        self._is_there = True

    def has(self, name: str) -> bool:
        """HEAD."""
        return self._client.has(f"/{name}")

    def put(self, name: str, file: BinaryIO, size: int) -> None:
        """PUT, and once more where collections had to be made first (or again, since others remove them)."""
        start = file.tell()
        for left in reversed(range(_TRIES)):
            try:
                status = self._client.put(f"/{name}", file, size)
            except RemoteUnavailable as error:
                if not (left and _was_broken_off(error)):
                    raise
            else:
                if status < 300:
                    return
                if not (left and status in _PERHAPS_NO_PARENT):
                    raise self._client.refused(status)
            file.seek(start)
            with self._making:
                self._make(name.rpartition("/")[0])

    def _make(self, collection: str) -> None:
        """Make a collection, and those above it that are not there. Whether it is there then, the next PUT shows:
        wsgidav answers 500 where another machine makes it at the same moment.
        """
        if not collection:
            raise RemoteRefused(
                f"{self._client.where} has no such collection, or does not let us make others in it.",
                hint="Make the collection of the URL first.",
            )
        if self._client.make_collection(f"/{collection}/") in _NO_PARENT:
            self._make(collection.rpartition("/")[0])
            self._client.make_collection(f"/{collection}/")

    def close(self) -> None:
        """Give back connections."""
        self._client.close()


def _was_broken_off(error: RemoteUnavailable) -> bool:
    """Whether the server closed a connection that was there. Some say 409 and close, with the body of the PUT still on
    its way: then what they said may be lost.
    """
    return any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in causes(error))
