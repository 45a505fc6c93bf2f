"""The tables of `records.db`. `docs/reference/store-format.md` says what every column means.

Triggers keep what no writer may forget, whatever its version: the totals, the list of blobs that may have lost their
last result, and that a path set goes with its last result.
"""

from typing import Final

STATEMENTS: Final = (
    """CREATE TABLE path_sets (
        id INTEGER PRIMARY KEY, unit BLOB NOT NULL, digest BLOB NOT NULL, used INTEGER NOT NULL, body BLOB NOT NULL,
        UNIQUE (unit, digest))""",
    """CREATE TABLE results (
        id INTEGER PRIMARY KEY, action BLOB NOT NULL, bound BLOB NOT NULL, used INTEGER NOT NULL,
        path_set INTEGER NOT NULL REFERENCES path_sets ON DELETE CASCADE, body BLOB NOT NULL,
        UNIQUE (action, bound))""",
    "CREATE INDEX results_by_use ON results (used)",
    "CREATE INDEX results_by_path_set ON results (path_set)",
    """CREATE TABLE blobs (
        id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL)""",
    """CREATE TABLE refs (
        result INTEGER NOT NULL REFERENCES results ON DELETE CASCADE, blob INTEGER NOT NULL REFERENCES blobs,
        PRIMARY KEY (result, blob)) WITHOUT ROWID""",
    "CREATE INDEX refs_by_blob ON refs (blob)",
    "CREATE TABLE loose (blob INTEGER PRIMARY KEY REFERENCES blobs ON DELETE CASCADE)",
    "CREATE TABLE totals (bytes INTEGER NOT NULL, blobs INTEGER NOT NULL, results INTEGER NOT NULL)",
    "INSERT INTO totals VALUES (0, 0, 0)",
    """CREATE TRIGGER blob_added AFTER INSERT ON blobs BEGIN
        UPDATE totals SET bytes = bytes + NEW.size, blobs = blobs + 1; END""",
    """CREATE TRIGGER blob_removed AFTER DELETE ON blobs BEGIN
        UPDATE totals SET bytes = bytes - OLD.size, blobs = blobs - 1; END""",
    """CREATE TRIGGER result_added AFTER INSERT ON results BEGIN
        UPDATE totals SET results = results + 1; END""",
    """CREATE TRIGGER result_removed AFTER DELETE ON results BEGIN
        UPDATE totals SET results = results - 1;
        DELETE FROM path_sets WHERE id = OLD.path_set
            AND NOT EXISTS (SELECT 1 FROM results WHERE path_set = OLD.path_set); END""",
    """CREATE TRIGGER result_moved AFTER UPDATE OF path_set ON results WHEN OLD.path_set != NEW.path_set BEGIN
        DELETE FROM path_sets WHERE id = OLD.path_set
            AND NOT EXISTS (SELECT 1 FROM results WHERE path_set = OLD.path_set); END""",
    """CREATE TRIGGER ref_removed AFTER DELETE ON refs BEGIN
        INSERT OR IGNORE INTO loose VALUES (OLD.blob); END""",
    "CREATE TABLE memo (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, digest BLOB NOT NULL)",
    """CREATE TABLE counters (
        outcome TEXT NOT NULL, reason TEXT NOT NULL, language TEXT NOT NULL,
        sessions INTEGER NOT NULL, saved_us INTEGER NOT NULL, wall_us INTEGER NOT NULL,
        PRIMARY KEY (outcome, reason, language)) WITHOUT ROWID""",
    """CREATE TABLE units (
        name TEXT PRIMARY KEY, hits INTEGER NOT NULL, misses INTEGER NOT NULL,
        compile_us INTEGER NOT NULL, saved_us INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE TABLE counting (since_s INTEGER NOT NULL)",
)

ACCOUNTS: Final = """CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, family TEXT NOT NULL, name TEXT NOT NULL, stem TEXT NOT NULL,
    outcome TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, ended_s INTEGER NOT NULL, body BLOB)"""
"""Made with every connection, because stores of this format were begun without it."""
ACCOUNTS_INDEX: Final = "CREATE INDEX IF NOT EXISTS accounts_by_family ON accounts (family, id)"

_TABLES_EMPTIED: Final = ("refs", "loose", "results", "path_sets", "blobs", "memo", "accounts")
_TRIGGERS: Final = tuple(statement for statement in STATEMENTS if statement.startswith("CREATE TRIGGER"))

EMPTY: Final = (
    *(f"DROP TRIGGER {statement.split()[2]}" for statement in _TRIGGERS),
    *(f"DELETE FROM {table}" for table in _TABLES_EMPTIED),
    "UPDATE totals SET bytes = 0, blobs = 0, results = 0",
    *_TRIGGERS,
)
"""What `clear` does, with foreign keys off; the counters stay. Without triggers SQLite frees whole tables at once."""
