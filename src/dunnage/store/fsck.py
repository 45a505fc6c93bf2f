"""fsck: read everything, believe nothing, and remove what is wrong. What is left afterwards is whole."""

from collections.abc import Callable

from dunnage.errors import BlobCorrupt, BlobMissing
from dunnage.model.digest import Digest
from dunnage.store.blobs import Blobs
from dunnage.store.database import Database, Row
from dunnage.store.encoding import Damaged, decode_path_set, decode_result
from dunnage.store.reports import Fsck

_PAGE_ROWS = 256


def fsck(database: Database, blobs: Blobs, remove_orphans: Callable[[], int]) -> Fsck:
    """Check the database, every record and every blob. StoreError where the store cannot be read at all."""
    complaints = database.check()
    if complaints:
        database.set_aside()
        database.query("SELECT bytes FROM totals")  # Begins the new one.
        return Fsck(database=tuple(complaints))
    corrupt, missing = _check_blobs(database, blobs)
    unreadable = _check_rows(database, "path_sets", _path_set_is_whole)
    unreadable += _check_rows(database, "results", lambda row: _result_is_whole(database, row))
    orphans = remove_orphans()
    [(size, blobs_n, results)] = database.query("SELECT bytes, blobs, results FROM totals")
    return Fsck(
        results=results,
        blobs=blobs_n,
        bytes=size,
        corrupt=tuple(corrupt),
        missing=tuple(missing),
        unreadable=unreadable,
        orphans=orphans,
    )


def _check_blobs(database: Database, blobs: Blobs) -> tuple[list[str], list[str]]:
    corrupt: list[str] = []
    missing: list[str] = []
    last = 0
    while rows := database.query(
        "SELECT id, digest, size FROM blobs WHERE id > ? ORDER BY id LIMIT ?", (last, _PAGE_ROWS)
    ):
        last = rows[-1][0]
        for _, digest, size in rows:
            try:
                blobs.verify(Digest(digest), size)
            except BlobCorrupt:
                corrupt.append(digest.hex())
            except BlobMissing:
                missing.append(digest.hex())
    return corrupt, missing


def _check_rows(database: Database, table: str, is_whole: Callable[[Row], bool]) -> int:
    """Delete the rows that are damaged; how many."""
    wrong = 0
    last = 0
    columns = "id, digest, body" if table == "path_sets" else "id, id, body"
    while rows := database.query(
        f"SELECT {columns} FROM {table} WHERE id > ? ORDER BY id LIMIT ?", (last, _PAGE_ROWS)
    ):
        last = rows[-1][0]
        damaged = [(row[0],) for row in rows if not is_whole(row)]
        if damaged:
            with database.transaction() as c:
                c.executemany(f"DELETE FROM {table} WHERE id = ?", damaged)
            wrong += len(damaged)
    return wrong


def _path_set_is_whole(row: Row) -> bool:
    try:
        decode_path_set(row[2], row[1])
    except Damaged:
        return False
    return True


def _result_is_whole(database: Database, row: Row) -> bool:
    """It can be read, and refers to exactly the blobs that it names."""
    try:
        result = decode_result(row[2])
    except Damaged:
        return False
    found = database.query(
        "SELECT digest FROM refs JOIN blobs ON blobs.id = refs.blob WHERE result = ?", (row[0],)
    )
    return {digest for (digest,) in found} == {output.digest for output in result.outputs}
