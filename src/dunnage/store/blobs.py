"""Blobs: files named by their digest, complete as soon as they have their name, and never changed after.

A blob that no target directory holds may be lent to one: the file then has a name there, too, and the mode and time of
a file that was made there (ADR 27). Should somebody write to it, its size or its time is not what was recorded.

What is hashed is what was written into a temporary file: what the source becomes meanwhile does not matter. The
record in the database (`blobs`) keeps what `stat` said when the bytes were last known to be right; as long as it says
the same, a blob is opened without being read.
"""

import os
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from dunnage import limits
from dunnage.errors import BlobCorrupt, BlobMissing, StoreError
from dunnage.model.digest import Digest
from dunnage.model.view import STAT, StatRecord
from dunnage.store.cache import Generations
from dunnage.store.contents import Look, copy_of_open, digest_of_open
from dunnage.store.database import Database
from dunnage.store.incoming import Incoming
from dunnage.store.layout import Layout, store_error

_I64: Final = (1 << 63) - 1
_RESTAMP: Final = "UPDATE blobs SET mtime_ns = ?, ctime_ns = ?, inode = ? WHERE digest = ?"
_WRITABLE: Final = 0o222
"""Bits of the mode that only a blob has that was lent."""


class Stamp(NamedTuple):
    """What `stat` says of a blob whose bytes are right. Times in ns; all fit into SQLite's integers."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def stamp_of(found: os.stat_result) -> Stamp:
    """The stamp of a file."""
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino & _I64)


def is_as(found: os.stat_result, known: Stamp | None) -> bool:
    """Whether a blob is as it was when its bytes were last known to be right.

    One that was lent has been writable since. Each name that it gets or loses changes its ctime, so there the time of
    the last write and the size have to do.
    """
    now = stamp_of(found)
    if known is not None and found.st_mode & _WRITABLE:
        return now._replace(ctime_ns=known.ctime_ns) == known
    return now == known


class Blobs:
    """The blobs of one store. Thread-safe."""

    def __init__(self, layout: Layout, database: Database) -> None:
        self._layout = layout
        self._database = database
        self._lock = threading.Lock()
        self._fresh: dict[Digest, Stamp] = {}
        self._stamps: Generations[Stamp] = Generations(limits.STAMPS_CACHED_MAX)
        self._lent: dict[Digest, Stamp] = {}

    # --- putting ----------------------------------------------------------------------------------

    def put(self, fd: int, look: Look | None = None) -> tuple[Digest, int]:
        """Keep what the open file holds, from its beginning; its own offset does not move. Digest and size in bytes.
        `look` gets the bytes that are kept (and may get them twice, if the store was deleted). StoreFull, StoreError.
        """
        try:
            try:
                return self._put(fd, look)
            except FileNotFoundError:
                self._make_anew()
                return self._put(fd, look)
        except OSError as error:
            raise store_error(error, "A blob cannot be stored") from error

    def receive(self) -> Incoming:
        """A file for a blob that comes piece by piece; the caller closes it. StoreFull, StoreError."""
        try:
            self._layout.step("create")
            try:
                return Incoming(self._layout.tmp_name(), self._publish)
            except FileNotFoundError:
                self._make_anew()
                return Incoming(self._layout.tmp_name(), self._publish)
        except OSError as error:
            raise store_error(error, "A blob cannot be stored") from error

    def _make_anew(self) -> None:
        """Somebody deleted the store."""
        self._layout.create()
        self._database.check_place()

    def _put(self, fd: int, look: Look | None) -> tuple[Digest, int]:
        name = self._layout.tmp_name()
        self._layout.step("create")
        target = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self._layout.step("copy")
            digest, size = copy_of_open(fd, target, look)
            self._publish(name, target, digest)
            return digest, size
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        finally:
            os.close(target)

    def _publish(self, name: str, target: int, digest: Digest) -> None:
        """Give a temporary file that is whole the name of its digest. OSError, StoreError."""
        path = self._layout.blob(digest)
        self._layout.step("chmod")
        os.fchmod(target, 0o444)
        with self._layout.publishing():
            if self._is_there(digest, path):
                os.unlink(name)
                return
            self._layout.step("rename")
            _rename(name, path)
            stamp = stamp_of(os.fstat(target))
            self._stamps.put(digest, stamp)
            with self._lock:
                self._fresh[digest] = stamp

    def _is_there(self, digest: Digest, path: str) -> bool:
        known = self._known(digest)
        try:
            return is_as(os.lstat(path), known)
        except FileNotFoundError:
            return False

    def holds(self, digest: Digest, size: int) -> bool:
        """Whether a blob of that size is here, as it was when its bytes were last known to be right. StoreError."""
        known = self._known(digest)
        if known is None or known.size != size:
            return False
        try:
            return self._is_there(digest, self._layout.blob(digest))
        except OSError as error:
            raise store_error(error, f"Blob {digest.hex()} cannot be seen") from error

    def stamps(self, digests: list[Digest]) -> dict[Digest, Stamp]:
        """The stamps of blobs that are to be recorded now, in a transaction and while `Layout.publishing` is held.
        BlobMissing, StoreError.
        """
        return {digest: self._stamp_now(digest) for digest in digests}

    def _stamp_now(self, digest: Digest) -> Stamp:
        known = self._known(digest)
        path = self._layout.blob(digest)
        try:
            if known is not None and is_as(os.lstat(path), known):
                return known
            # Another process put the same bytes a moment later. (No lock may be taken here, so nothing is dropped.)
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                if known is not None and digest_of_open(fd)[0] == digest:
                    stamp = stamp_of(os.fstat(fd))
                    self._stamps.put(digest, stamp)
                    return stamp
            finally:
                os.close(fd)
        except OSError as error:
            raise BlobMissing(f"Blob {digest.hex()} cannot be seen: {error.strerror}.") from error
        raise BlobMissing(f"Blob {digest.hex()} went away before it was recorded.")

    def recorded(self, digests: list[Digest]) -> None:
        """These have a row now."""
        with self._lock:
            for digest in digests:
                self._fresh.pop(digest, None)

    def forget_fresh(self, digests: set[Digest] | None = None) -> None:
        """These (or all) were removed from the disk."""
        with self._lock:
            for digest in list(self._fresh) if digests is None else digests:
                self._fresh.pop(digest, None)

    @property
    def fresh(self) -> int:
        """How many blobs were put here and have no row yet: about to be recorded, or given up by whoever put them."""
        return len(self._fresh)

    def _known(self, digest: Digest) -> Stamp | None:
        found = self._stamps.get(digest) or self._fresh.get(digest)
        if found is not None:
            return (
                found  # A stamp is a fact about a file; whether that file is still there is seen at the file.
            )
        rows = self._database.query(
            "SELECT size, mtime_ns, ctime_ns, inode FROM blobs WHERE digest = ?", (digest,)
        )
        if not rows:
            return None
        stamp = Stamp(*rows[0])
        self._stamps.put(digest, stamp)
        return stamp

    # --- opening ----------------------------------------------------------------------------------

    def open(self, digest: Digest, size: int) -> int:
        """A descriptor for reading the blob; the caller closes it. It stays good when the blob is trimmed.
        BlobMissing, BlobCorrupt, StoreError.
        """
        fd = self._open(digest)
        try:
            found = os.fstat(fd)
            if found.st_size != size or not is_as(found, self._known(digest)):
                self._read(digest, size, fd, found)
        except BaseException:
            os.close(fd)
            raise
        return fd

    def verify(self, digest: Digest, size: int) -> None:
        """Read a blob whatever its stamp is. BlobMissing, BlobCorrupt, StoreError."""
        fd = self._open(digest)
        try:
            self._read(digest, size, fd, os.fstat(fd))
        finally:
            os.close(fd)

    def _open(self, digest: Digest) -> int:
        try:
            return os.open(self._layout.blob(digest), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            self._drop_missing(digest)
            raise BlobMissing(f"Blob {digest.hex()} is not in the store.") from None
        except OSError as error:
            raise store_error(error, f"Blob {digest.hex()} cannot be opened") from error

    def _read(self, digest: Digest, size: int, fd: int, found: os.stat_result) -> None:
        """Read all of a blob; where its stamp is not the known one, it is from now on."""
        try:
            right = stat.S_ISREG(found.st_mode) and found.st_size == size and digest_of_open(fd)[0] == digest
        except OSError as error:
            raise store_error(error, f"Blob {digest.hex()} cannot be read") from error
        if not right:
            self.quarantine(digest, found.st_ino)
            raise BlobCorrupt(f"Blob {digest.hex()} was damaged.")
        self._learn(digest, stamp_of(found))

    def _learn(self, digest: Digest, stamp: Stamp) -> None:
        """These bytes were seen to be right. That the record cannot be written only means to read them again."""
        with suppress(StoreError):
            if self._known(digest) == stamp:
                return
        self._stamps.put(digest, stamp)
        with self._lock:
            if digest in self._fresh:
                self._fresh[digest] = stamp
        with suppress(StoreError), self._database.transaction() as c:
            c.execute(_RESTAMP, (*stamp[1:], digest))

    # --- lending ----------------------------------------------------------------------------------

    def lent(self, digest: Digest, record: StatRecord) -> None:
        """A client has put a blob, or a copy of it, where this record is of. Of a blob it is the new stamp, which is
        written with the next `flush`. Never fails: what is not learnt is read once more.
        """
        _, mode, _, inode, size, mtime_ns, ctime_ns = STAT.unpack(record)
        known = None
        with suppress(StoreError):
            known = self._known(digest)
        if known is not None and (inode & _I64, size) == (known.inode, known.size) and mode & _WRITABLE:
            stamp = Stamp(size, mtime_ns, ctime_ns, known.inode)
            self._stamps.put(digest, stamp)
            with self._lock:
                (self._fresh if digest in self._fresh else self._lent)[digest] = stamp

    def flush(self) -> None:
        """Write the stamps of what was lent. StoreError: they are lost, and these blobs are read once more."""
        with self._lock:
            lent, self._lent = self._lent, {}
        if lent:
            with self._database.transaction() as c:
                c.executemany(_RESTAMP, [(*stamp[1:], digest) for digest, stamp in lent.items()])

    # --- losing -----------------------------------------------------------------------------------

    def quarantine(self, digest: Digest, inode: int) -> None:
        """Set a wrong blob aside, unless a right one has taken its place, and drop what refers to it."""

        def set_aside(path: str) -> None:
            if os.lstat(path).st_ino == inode:
                self._layout.set_aside(path)

        self._drop(digest, set_aside)

    def _drop_missing(self, digest: Digest) -> None:
        with suppress(StoreError):
            self._database.check_place()
        self._drop(digest, lambda _: None)

    def _drop(self, digest: Digest, first: Callable[[str], None]) -> None:
        """Drop the blob's records if its file is gone after `first`. A failure leaves them for the next time."""
        path = self._layout.blob(digest)
        with suppress(OSError, StoreError), self._layout.removing():
            first(path)
            if not os.path.lexists(path):
                self.forget_fresh({digest})
                with self._database.transaction() as c:
                    c.execute(
                        "DELETE FROM results WHERE id IN (SELECT result FROM refs WHERE blob ="
                        " (SELECT id FROM blobs WHERE digest = ?))",
                        (digest,),
                    )
                    c.execute("DELETE FROM blobs WHERE digest = ?", (digest,))


def _rename(name: str, path: str) -> None:
    try:
        os.rename(name, path)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.rename(name, path)
