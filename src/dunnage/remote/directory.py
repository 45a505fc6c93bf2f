"""`file:///path`: a directory that several machines see (NFS and the like).

An object is a file. It is written into `v1/tmp`, flushed, and gets its name by `rename`, so that whoever finds the name
finds all of it. Other machines may remove anything at any time; what they removed is not there, and directories are
made again. The directory itself is never made: where it is not there, most likely something was not mounted.
"""

import errno
import os
import re
import secrets
import stat
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final

from dunnage.errors import (
    ConfigError,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote import limits
from dunnage.remote.objects import PIECE_BYTES, ObjectBackend, exactly
from dunnage.remote.url import RemoteUrl

_TMP: Final = "v1/tmp"
_ABSENT: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE})
"""What a name that is not there gives; ESTALE where another machine removed the file under an NFS client's feet."""
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_STALE_TRIES: Final = 3
"""How often a handle may be stale, or a directory go away, before that is no accident."""


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> ObjectBackend:  # noqa: ARG001
    """The backend of `file:///path`."""
    url.only(())
    if url.host not in {"", "localhost"} or not re.match(r"/+[^/]", url.path):
        raise ConfigError(f"The remote {url} names no directory; it is written file:///path.")
    return ObjectBackend(DirectoryObjects(url.path))


class DirectoryObjects:
    """Objects as files below a directory."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._tidied = False

    def check(self) -> None:
        """Whether it is a directory that may be read; whether it may be written is seen when something is."""
        try:
            with os.scandir(self._root) as names:
                next(names, None)
        except FileNotFoundError:
            raise RemoteUnavailable(
                f"The directory {self._root} is not there.",
                hint="Mount it, or make it; dunnage does not, lest it fill the place where something is not mounted.",
            ) from None
        except OSError as error:
            raise self._error(error, "read") from error

    # --- reading ----------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        try:
            return stat.S_ISREG(os.stat(self._path(name), follow_symlinks=False).st_mode)
        except OSError as error:
            if error.errno in _ABSENT:
                return False
            raise self._error(error, "read") from error

    @contextmanager
    def stream(self, name: str) -> Iterator[Iterable[bytes] | None]:
        """The bytes of a file."""
        fd = self._open(name)
        if fd is None:
            yield None
            return
        try:
            yield self._pieces(fd)
        finally:
            with suppress(OSError):
                os.close(fd)

    def _open(self, name: str) -> int | None:
        """A descriptor of a regular file. One whose handle is stale was removed or replaced: another look tells."""
        for _ in range(_STALE_TRIES):
            try:
                fd = os.open(self._path(name), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
                if stat.S_ISREG(os.fstat(fd).st_mode):
                    return fd
                os.close(fd)
                raise RemoteDamaged(f"In the directory {self._root}, {name} is no file.")
            except OSError as error:
                if error.errno == errno.ESTALE:
                    continue
                if error.errno in _ABSENT:
                    if not os.path.isdir(self._root):
                        self.check()  # it is not absent: everything is
                    return None
                if error.errno == errno.ELOOP:
                    raise RemoteDamaged(f"In the directory {self._root}, {name} is a link.") from error
                raise self._error(error, "read") from error
        return None

    def _pieces(self, fd: int) -> Iterator[bytes]:
        while True:
            try:
                piece = os.read(fd, PIECE_BYTES)
            except OSError as error:
                if error.errno == errno.ESTALE:
                    raise RemoteDamaged(
                        f"A file in the directory {self._root} went away while it was read."
                    ) from error
                raise self._error(error, "read") from error
            if not piece:
                return
            yield piece

    # --- writing ----------------------------------------------------------------------------------

    def put(self, name: str, file: BinaryIO, size: int) -> None:
        """Write a file elsewhere and give it its name. RemoteRefused where the directory is read-only."""
        temporary = self._path(f"{_TMP}/{os.getpid():x}-{secrets.token_hex(8)}")
        try:
            self._write(temporary, file, size)
            self._publish(temporary, name)
        except OSError as error:
            raise self._error(error, "written") from error
        finally:
            with suppress(OSError):  # Published, it is not there any more.
                os.unlink(temporary)

    def _write(self, temporary: str, file: BinaryIO, size: int) -> None:
        fd = self._create(temporary)
        try:
            self._tidy(os.fstat(fd).st_mtime)
            for piece in exactly(file, size):
                _write_all(fd, piece)
            # NFS says that the disk is full when it has to put the bytes there; without this, that is after the rename.
            os.fsync(fd)
        finally:
            os.close(fd)

    def _create(self, path: str) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            return os.open(path, flags, 0o444)
        except FileNotFoundError:
            self._make(_TMP)
            return os.open(path, flags, 0o444)

    def _publish(self, temporary: str, name: str) -> None:
        path = self._path(name)
        for left in reversed(range(_STALE_TRIES)):
            try:
                os.rename(temporary, path)
                return
            except OSError as error:
                # A directory is not there yet, or another machine removed it just now.
                if error.errno not in {errno.ENOENT, errno.ESTALE} or not left:
                    raise
            self._make(os.path.dirname(name))

    def _make(self, directory: str) -> None:
        """Make directories below the root, which has to be there."""
        path = self._root
        for part in directory.split("/"):
            path = os.path.join(path, part)
            with suppress(FileExistsError):
                os.mkdir(path)

    def _tidy(self, now: float) -> None:
        """Once, remove what writers left that were killed. `now` is by the clock that stamps the files."""
        with self._lock:
            if self._tidied:
                return
            self._tidied = True
        with suppress(OSError), os.scandir(self._path(_TMP)) as found:
            for entry in found:
                with suppress(OSError):
                    if now - entry.stat(follow_symlinks=False).st_mtime > limits.REMOTE_TEMPORARY_AGE_S:
                        os.unlink(entry.path)

    def close(self) -> None:
        """Nothing is held."""

    def _path(self, name: str) -> str:
        return os.path.join(self._root, name)

    def _error(self, error: OSError, verb: str) -> RemoteError:
        sentence = f"The directory {self._root} cannot be {verb}: {error.strerror or error}."
        if error.errno in _NO_ROOM:
            return RemoteFull(sentence)
        if error.errno in _REFUSED:
            return RemoteRefused(sentence, hint="Look at its permissions, and at how it is mounted.")
        return RemoteUnavailable(sentence, hint="Look at the path, and at how it is mounted.")


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
