"""The digest of a directory's names: what counts of a directory that was listed.

The order in which a directory gives its names does not count, though a program can see it: it differs between two
directories with equal contents, and programs that want equal outputs sort.
"""

import re
from collections.abc import Iterable
from typing import Final

from blake3 import blake3

from dunnage.model.digest import Digest
from dunnage.model.view import Entry

_OURS: Final = re.compile(r"\..+\.dunnage-[0-9]+-[0-9]+")
"""The name under which a client writes a file before it is renamed (`native/restore.c`): there one moment, and then
not."""


def listing_digest(entries: Iterable[Entry]) -> Digest:
    """BLAKE3 over the sorted names, each with whether it is a directory, and a NUL behind it."""
    names = sorted(
        f"{'d' if entry.is_dir else '-'}{entry.name}\0"
        for entry in entries
        if _OURS.fullmatch(entry.name) is None
    )
    return Digest(blake3("".join(names).encode("utf-8", "surrogateescape")).digest())
