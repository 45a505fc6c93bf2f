"""Locating: which variables a unit used for no other end than to find files, as its sources tell (`Unit.alone`).

The sources are opened while the client is there, and looked at when it has gone.
"""

import os
from collections.abc import Mapping

from dunnage import limits
from dunnage.compilers.rustc.dep_info import DepInfo
from dunnage.compilers.rustc.locating import Asked
from dunnage.engine.subject import Subject
from dunnage.keys.path_sets import absolute
from dunnage.model.view import StatRecord, View, record_of


def open_sources(view: View, subject: Subject, info: DepInfo) -> dict[str, int]:
    """Descriptors of all that rustc read, by absolute path, where that can free a result: in portable mode, of a unit
    that asked for a place and whose sources tell what for. Empty otherwise, and where one of them cannot be opened.

    Raises:
        ViewGone.
    """
    unit = subject.unit
    if not (unit.portable and unit.alone):
        return {}
    if not any(subject.roots.within(subject.env.get(name, "")) for name in info.env):
        return {}
    paths = list(dict.fromkeys(absolute(path, unit.cwd) for path in info.files))
    opened: dict[str, int] = {}
    for start in range(0, len(paths), limits.FDS_PER_FRAME_MAX):
        batch = paths[start : start + limits.FDS_PER_FRAME_MAX]
        pairs = zip(batch, view.open(batch), strict=True)
        opened |= {path: descriptor for path, descriptor in pairs if descriptor is not None}
    if len(opened) == len(paths):
        return opened
    for descriptor in opened.values():
        os.close(descriptor)
    return {}


def only_located(sources: Mapping[str, int], records: Mapping[str, StatRecord]) -> set[str]:
    """The names of variables that these sources use to find files, and for nothing else; none where that is unclear.

    Args:
        records: the sources as they stood when the compiler was done.
    """
    asked = Asked()
    left = limits.SOURCES_BYTES_MAX
    try:
        for path, descriptor in sources.items():
            status = os.fstat(descriptor)
            left -= status.st_size
            if left < 0 or record_of(status) != records.get(path):
                return set()
            source = os.pread(descriptor, status.st_size + 1, 0)
            if len(source) != status.st_size:
                return set()
            asked.look(source)
    except (OSError, ValueError):
        return set()
    return asked.only_located
