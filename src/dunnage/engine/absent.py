"""Absent paths, as few as say the same: where a directory is not there, nothing in it is."""

from collections.abc import Iterable, Iterator

from dunnage.model.view import View, exists


def topmost_absent(view: View, paths: Iterable[str]) -> set[str]:
    """For each path that is not there itself, or the topmost directory above it that is not there.

    A compiler of C looks for `bits/types.h` in each of its directories, of which most have no `bits`: one absent
    directory stands for dozens of absent headers. If it appears that is a miss, whatever is in it.

    Raises:
        ViewGone.
    """
    absent = set(paths)
    directories = sorted({above for path in absent for above in _above(path)})
    records = zip(directories, view.stat(directories), strict=True)
    missing = {directory for directory, record in records if not exists(record)}
    return {next((above for above in _above(path) if above in missing), path) for path in absent}


def _above(path: str) -> Iterator[str]:
    """The directories on the way to a path, as it is written, from the top: `a/../b` is not `b` where `a` is a link."""
    at = path.find("/", 1)
    while at > 0:
        yield path[:at]
        at = path.find("/", at + 1)
