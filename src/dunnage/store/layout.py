"""Where everything of the store lies, and the locks that keep two processes at it apart.

    <directory>/
        README  CACHEDIR.TAG          whose this is; backups leave it out
        v1/                           one directory per format
            blobs/ab/ab12…            64 hex digits: the digest; read-only; complete as soon as the name is there
            tmp/<random>/             one per open store, `owner` in it locked while its process lives
            quarantine/               what was damaged, the newest few
            records.db  -wal  -shm    SQLite, see `store.schema`
            reserve                   zeros: given up when the disk is so full that no record can be deleted
            blobs.lock                shared: a blob is being published or recorded; exclusive: blobs are being removed
            setup.lock                exclusive: the database is being made or set aside

Locks are taken in this order: `blobs.lock`, the lock of `store.database.Database`, `setup.lock`.
They are `flock`s: the kernel releases them when a process dies, in whatever container it ran.
"""

import errno
import fcntl
import itertools
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from dunnage import limits
from dunnage.errors import StoreError, StoreFull
from dunnage.model.digest import DIGEST_BYTES, Digest

FORMAT: Final = 1
"""The version of the files on disk; another one gets a directory of its own."""

_README: Final = """\
This directory belongs to dunnage, a compiler cache. It may be deleted at any time, even during a build:
what was in it is compiled again. `dunnage clear` and `dunnage trim` do it more gently.
"""
_TAG: Final = """\
Signature: 8a477f597d28d172789f06886806bc55
# This file marks a cache directory (https://bford.info/cachedir/); it was made by dunnage.
"""

Step = Callable[[str], None]
"""Called with a word before each change on disk. Tests end the process, or raise OSError, at the n-th."""


def no_step(what: str) -> None:
    """What a store in service does before each change on disk: nothing."""


def store_error(error: OSError, doing: str) -> StoreError:
    """What the system said, as a `StoreError`; `StoreFull` where there was no room."""
    kind = StoreFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StoreError
    return kind(f"{doing}: {error.strerror or error}.")


class Layout:
    """The paths of one store, and its own directory for temporary files."""

    def __init__(self, directory: str, step: Step = no_step) -> None:
        self.directory = directory
        self.base = os.path.join(directory, f"v{FORMAT}")
        self.blobs = os.path.join(self.base, "blobs")
        self.tmp = os.path.join(self.base, "tmp")
        self.quarantine = os.path.join(self.base, "quarantine")
        self.records = os.path.join(self.base, "records.db")
        self.reserve = os.path.join(self.base, "reserve")
        self.step = step
        self._blob_prefix = self.blobs + "/"
        self._own = ""
        self._owner_fd = -1
        self._names = itertools.count()
        self._creating = threading.Lock()

    def blob(self, digest: Digest) -> str:
        """The path of a blob."""
        name = digest.hex()
        return f"{self._blob_prefix}{name[:2]}/{name}"

    def create(self) -> None:
        """Make what is missing of the directories, and our own directory for temporary files. OSError."""
        with self._creating:
            self.step("mkdir")
            for path in (self.base, self.blobs, self.tmp, self.quarantine):
                os.makedirs(path, mode=0o700, exist_ok=True)
            if not (self._own and os.path.isdir(self._own)):
                self._take_own()
            for name, text in (("README", _README), ("CACHEDIR.TAG", _TAG)):
                self._write_once(os.path.join(self.directory, name), text)

    def _write_once(self, path: str, text: str) -> None:
        """The whole file or none: a process killed here leaves none that is empty for ever."""
        if not os.path.exists(path):
            tmp = self.tmp_name()
            self.step("create")
            with open(tmp, "w", encoding="ascii") as file:
                file.write(text)
            os.rename(tmp, path)

    def _take_own(self) -> None:
        self._drop_owner()
        with self.held("setup.lock", fcntl.LOCK_EX):
            own = os.path.join(self.tmp, secrets.token_hex(8))
            self.step("mkdir")
            os.mkdir(own, mode=0o700)
            fd = os.open(os.path.join(own, "owner"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(fd, fcntl.LOCK_EX)
            self._own, self._owner_fd = own, fd

    def tmp_name(self) -> str:
        """A path for a temporary file that nobody else uses. The file system is that of the blobs."""
        return f"{self._own}/{next(self._names)}"

    def remove_leftovers(self) -> int:
        """Remove the temporary files of processes that are gone; how many processes that were. OSError."""
        dead = 0
        with self.held("setup.lock", fcntl.LOCK_EX):
            for name in os.listdir(self.tmp):
                path = os.path.join(self.tmp, name)
                if path != self._own and not self._owned(path):
                    self.step("unlink")
                    shutil.rmtree(path, ignore_errors=True)
                    dead += 1
        return dead

    @staticmethod
    def _owned(path: str) -> bool:
        """Whether the process that made this directory still lives."""
        try:
            fd = os.open(os.path.join(path, "owner"), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    @contextmanager
    def held(self, name: str, how: int) -> Iterator[None]:
        """Hold a lock file (`fcntl.LOCK_SH` or `LOCK_EX`). A descriptor per holder: threads exclude each other, too.
        OSError.
        """
        fd = os.open(f"{self.base}/{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, how)
            yield
        finally:
            os.close(fd)

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """While this is held nobody removes a blob. OSError."""
        with self.held("blobs.lock", fcntl.LOCK_SH):
            yield

    @contextmanager
    def removing(self) -> Iterator[None]:
        """While this is held nobody publishes or records a blob. OSError."""
        with self.held("blobs.lock", fcntl.LOCK_EX):
            yield

    def set_aside(self, path: str) -> None:
        """Move a damaged file to the quarantine, of which the newest are kept. OSError."""
        os.makedirs(self.quarantine, mode=0o700, exist_ok=True)
        self.step("rename")
        os.rename(path, f"{self.quarantine}/{os.path.basename(path)}.{secrets.token_hex(4)}")
        with suppress(OSError):
            found = sorted(os.scandir(self.quarantine), key=lambda entry: entry.stat().st_ctime_ns)
            for entry in found[: -limits.QUARANTINE_FILES_MAX]:
                os.unlink(entry.path)

    def discard_blobs(self) -> str:
        """Take all blobs out of the way with one rename; the caller removes the directory that is returned. OSError."""
        trash = self.tmp_name()
        self.step("rename")
        with suppress(FileNotFoundError):
            os.rename(self.blobs, trash)
        os.makedirs(self.blobs, mode=0o700, exist_ok=True)
        return trash

    def save_reserve(self) -> None:
        """Set some room aside, where there is some."""
        with suppress(OSError):
            if not os.path.exists(self.reserve):
                tmp = self.tmp_name()
                self.step("create")
                try:
                    with open(tmp, "wb") as file:
                        file.write(bytes(limits.RESERVE_BYTES))
                    os.rename(tmp, self.reserve)
                finally:
                    with suppress(FileNotFoundError):
                        os.unlink(tmp)

    def spend_reserve(self) -> None:
        """Make that room free."""
        with suppress(OSError):
            os.unlink(self.reserve)

    def release(self) -> None:
        """Remove our own temporary files."""
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)
        self._drop_owner()
        self._own = ""

    def _drop_owner(self) -> None:
        if self._owner_fd >= 0:
            os.close(self._owner_fd)
            self._owner_fd = -1


def digest_of_name(name: str) -> Digest | None:
    """The digest that a blob's file name stands for, None for any other name."""
    if len(name) != 2 * DIGEST_BYTES or name.lower() != name:
        return None
    try:
        return Digest(bytes.fromhex(name))
    except ValueError:
        return None
