"""Digests of a client's files: remembered by stat, otherwise read from a descriptor that the client opened.

The memo is the reason why a hit reads nothing. It is trusted only for a file that can no longer change without
its stamp changing, too (git's "racy" rule), and for what dunnage itself wrote or collected.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, Protocol

from blake3 import blake3

from dunnage import limits
from dunnage.keys.listings import listing_digest
from dunnage.keys.macros import Macros
from dunnage.model.digest import Digest
from dunnage.model.view import STAT, StatRecord, View, exists, is_directory, is_regular, record_of

_CHUNK_BYTES: Final = 1 << 20
"""How much is read at a time: it fits into a core's cache."""

_MODE_AND_LATER: Final = slice(4, None)


Reading = Callable[[], list[Digest | None]]
"""Reads files that are open already, closes them, and gives their digests; to be called once."""


class Memo(Protocol):
    """What remembers digests by stat: the store."""

    def digest_of(self, record: StatRecord, namespace: int) -> Digest | None:
        """The digest that goes with a record, None when it is not known."""

    def remember(self, record: StatRecord, namespace: int, digest: Digest) -> None:
        """Remember it from now on."""


def hash_descriptor(descriptor: int, size: int) -> Digest:
    """BLAKE3 of an open file, from its beginning, wherever its offset stands. `size` is what it should have.

    Read, not mapped: a client can cut a file short under a mapping, and that ends the daemon (SIGBUS).
    """
    hasher = blake3()
    offset = 0
    buffer = memoryview(bytearray(min(size + 1, _CHUNK_BYTES)))
    while count := os.preadv(descriptor, [buffer], offset):
        hasher.update(buffer[:count])
        offset += count
    return Digest(hasher.digest())


def is_settled(record: StatRecord, now_ns: int) -> bool:
    """Whether a file with this record, read at `now_ns`, is so old that a later write must show in its stamp."""
    _errno, _mode, _dev, _ino, _size, mtime, ctime = STAT.unpack(record)
    youngest = max(mtime, ctime)
    coarse = mtime % 1_000_000_000 == 0 and ctime % 1_000_000_000 == 0
    return bool(now_ns - youngest > (limits.RACY_COARSE_NS if coarse else limits.RACY_NS))


class Digests:
    """Finds digests for one daemon. `clock_ns` is the clock that stamps files (CLOCK_REALTIME)."""

    def __init__(self, memo: Memo, clock_ns: Callable[[], int]) -> None:
        self._memo = memo
        self._clock_ns = clock_ns
        self.macros = Macros()
        """What texts with these digests name."""

    def known(self, record: StatRecord, namespace: int) -> Digest | None:
        """The digest of a regular file if it is remembered."""
        return self._memo.digest_of(record, namespace)

    def of_descriptor(
        self, descriptor: int, namespace: int, *, ours: bool = False
    ) -> tuple[StatRecord, Digest] | None:
        """Read and hash an open file and close it; None if it is no regular file or changed while it was read.

        `ours`: the compiler that we started made this file a moment ago; it is remembered however young it is.
        """
        try:
            before = record_of(os.fstat(descriptor))
            if not is_regular(before):
                return None
            digest = hash_descriptor(descriptor, STAT.unpack(before)[4])
            if record_of(os.fstat(descriptor)) != before:
                return None
        except OSError:
            return None
        finally:
            os.close(descriptor)
        if ours or is_settled(before, self._clock_ns()):
            self._memo.remember(before, namespace, digest)
        return before, digest

    def of(self, view: View, paths: Sequence[str], records: Sequence[StatRecord]) -> list[Digest | None]:
        """The digests of files that were just statted; None for what is not there, not regular, or changed since.

        Raises:
            ViewGone: see `View`.
        """
        found, wanted = self._remembered(view, records)
        for start in range(0, len(wanted), limits.FDS_PER_FRAME_MAX):
            batch = wanted[start : start + limits.FDS_PER_FRAME_MAX]
            opened = zip(batch, view.open([paths[i] for i in batch]), strict=True)
            here = {index: descriptor for index, descriptor in opened if descriptor is not None}
            self._fill_in(found, here, records, view.mount_namespace)
        return found

    def of_later(self, view: View, paths: Sequence[str], records: Sequence[StatRecord]) -> Reading:
        """`of` in two steps: what is not remembered is opened now, and read when the result is called, once.

        Raises:
            ViewGone: see `View`.
        """
        found, wanted = self._remembered(view, records)
        opened = zip(wanted, view.open([paths[index] for index in wanted]), strict=True)
        here = {index: descriptor for index, descriptor in opened if descriptor is not None}
        namespace = view.mount_namespace

        def read() -> list[Digest | None]:
            self._fill_in(found, here, records, namespace)
            return found

        return read

    def _remembered(self, view: View, records: Sequence[StatRecord]) -> tuple[list[Digest | None], list[int]]:
        """What the memo knows, and the places of those files that have to be read."""
        namespace, known = view.mount_namespace, self._memo.digest_of
        found: list[Digest | None] = []
        wanted: list[int] = []
        for index, record in enumerate(records):
            digest = known(record, namespace) if exists(record) else None
            found.append(digest)
            if digest is None and is_regular(record):
                wanted.append(index)
        return found, wanted

    def _fill_in(
        self,
        found: list[Digest | None],
        descriptors: Mapping[int, int],
        records: Sequence[StatRecord],
        namespace: int,
    ) -> None:
        """Read open files, and put down the digests of those that are still what was statted."""
        for index, read in self._of_descriptors(descriptors, namespace):
            if read is not None and read[0][_MODE_AND_LATER] == records[index][_MODE_AND_LATER]:
                found[index] = read[1]

    def of_listing(self, view: View, path: str, record: StatRecord) -> Digest | None:
        """The digest of the names in a directory that was just statted; None for what is none, or cannot be listed.

        Remembered by stat like a file's: whoever adds, removes or renames a name changes the directory's own stamp. So
        a directory that is as it was costs no question.

        Raises:
            ViewGone: see `View`.
        """
        if not is_directory(record):
            return None
        namespace = view.mount_namespace
        digest = self._memo.digest_of(record, namespace)
        if digest is None:
            asked_ns = self._clock_ns()
            entries = view.entries(path)
            if entries is None:
                return None
            digest = listing_digest(entries)
            if is_settled(record, asked_ns):
                self._memo.remember(record, namespace, digest)
        return digest

    @contextmanager
    def reading_ahead(self, view: View, paths: Sequence[str]) -> Iterator[None]:
        """Read files that will be wanted, in threads of their own, while the caller asks the client for something
        else; at the end the memo knows them.

        Raises:
            ViewGone: see `View`.
        """
        namespace = view.mount_namespace
        records = view.stat(paths)
        wanted = [
            path
            for path, record in zip(paths, records, strict=True)
            if is_regular(record) and self.known(record, namespace) is None
        ]
        opened = view.open(wanted[: limits.FDS_PER_FRAME_MAX])
        with _pool() as pool:
            for descriptor in opened:
                if descriptor is not None:
                    pool.submit(self.of_descriptor, descriptor, namespace)
            yield

    def _of_descriptors(
        self, descriptors: Mapping[int, int], namespace: int
    ) -> Iterable[tuple[int, tuple[StatRecord, Digest] | None]]:
        """`of_descriptor` for many. A toolchain is 350 MB that nobody can do without: that is for every core."""
        sizes = {index: os.fstat(descriptor).st_size for index, descriptor in descriptors.items()}
        if sum(sizes.values()) < limits.PARALLEL_HASH_BYTES_MIN:
            return [(index, self.of_descriptor(fd, namespace)) for index, fd in descriptors.items()]
        largest_first = sorted(descriptors, key=lambda index: -sizes[index])
        with _pool() as pool:
            reads = pool.map(lambda index: self.of_descriptor(descriptors[index], namespace), largest_first)
            return list(zip(largest_first, reads, strict=True))


def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)), "hash")
