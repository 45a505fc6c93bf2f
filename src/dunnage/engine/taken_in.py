"""What went into a linked output besides the unit's own code: by the linker's word, and by what rustc does itself."""

from dunnage.engine.linked import linked_files
from dunnage.engine.merged import merged_crates
from dunnage.engine.packed import packed_files
from dunnage.engine.subject import Missed, Subject
from dunnage.model.view import View


def taken_in(
    view: View, subject: Subject, notes: bytes | None, linked: dict[str, int]
) -> tuple[list[str], list[str]] | Missed:
    """(files, places without a file that would have been taken), absolute; both empty where nothing was taken in.

    Args:
        notes: what the linker noted.
        linked: descriptors of the outputs, by kind.

    Raises:
        ViewGone; OSError, ArchiveError: a library cannot be read.
    """
    found = linked_files(view, subject, notes) if subject.linker is not None else ([], [])
    if isinstance(found, Missed):
        return found
    crates = merged_crates(view, subject)
    if isinstance(crates, Missed):
        return crates
    files, absent = [*found[0], *crates], found[1]
    if subject.unit.packs_debuginfo:
        libraries = dict.fromkeys([*files, *(item.path for item in subject.inputs)])
        packed = packed_files(view, subject.unit, linked, list(libraries))
        if isinstance(packed, Missed):
            return packed
        files, absent = [*files, *packed[0]], [*absent, *packed[1]]
    return files, absent
