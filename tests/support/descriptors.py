"""What this process has open: for tests that nothing is left open."""

import os
import stat
from pathlib import Path


def open_files(directory: Path) -> list[str]:
    """The files below a directory that are open, a name a descriptor, but for those of a store's database.

    A count of all descriptors is no use: a store's committer writes in a thread of its own, a tenth of a second after
    the first of what it writes came, and SQLite opens the store's directory for that, and closes it again.
    """
    found = []
    for number in map(int, os.listdir("/proc/self/fd")):
        try:
            path = os.readlink(f"/proc/self/fd/{number}")
            is_file = stat.S_ISREG(os.fstat(number).st_mode)
        except OSError:  # the listing's own, and what another thread has closed
            continue
        if (
            is_file
            and path.startswith(f"{directory}/")
            and not os.path.basename(path).startswith("records.db")
        ):
            found.append(path)
    return sorted(found)
