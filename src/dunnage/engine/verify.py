"""Verify mode: what would have been a hit is compiled all the same, and compared with what is stored.

The client compiles as on any miss, so what the compiler made is what the user gets, streams untouched. What a hit
would have given (the stored files, and the streams and dep-info with today's places) is compared with it byte for byte.
Equal, the outcome is a miss, `verified`. Different, it is `verify-differs`: a report says what differs, with the texts
of both keys; the stored result goes, and what was just compiled takes its place.

An input that changed while the compiler was running proves nothing: then the outcome is what any miss would have had.

With `-C incremental` rustc puts a random word into the names of the objects in a library, so two plain builds differ
there; that one file is not compared.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from dunnage import limits
from dunnage.config.switches import is_switched_on
from dunnage.engine.collect import Collected
from dunnage.engine.subject import Known, Missed, Subject
from dunnage.errors import BlobCorrupt, BlobMissing
from dunnage.keys.digests import hash_descriptor
from dunnage.keys.template import fill
from dunnage.keys.unit_key import action_key, action_text
from dunnage.model.action import LISTED, ActionResult, StoredFile
from dunnage.model.digest import ActionKey
from dunnage.model.view import STAT, View, record_of
from dunnage.store.store import Store

_CHUNK_BYTES: Final = 1 << 20

_PROVES_NOTHING: Final = ("input-changed", "output-changed")

KeepReport = Callable[[str, ActionKey, str], str]
"""Takes a unit's name, the action key, and the text of a report; returns where it was put, or an empty text."""


def is_wanted(env: Mapping[str, str]) -> bool:
    """Whether a client asks for it."""
    return is_switched_on("verify", env)


@dataclass(slots=True)
class Expected:
    """What a hit would have given. Owns its descriptors."""

    known: Known
    result: ActionResult
    blobs: list[int] = field(default_factory=list)
    """Descriptors of the stored files, in their order."""
    differences: list[str] | None = None
    """What `compare` found, a line or more each; None: nothing can be said."""

    def close(self) -> None:
        """Close the stored files."""
        for descriptor in self.blobs:
            os.close(descriptor)
        self.blobs.clear()

    def compare(self, view: View, subject: Subject, collected: Collected | Missed, store: Store) -> None:
        """See what differs, before the client goes and before anything is stored. What is wrong is dropped.

        Raises:
            ViewGone, StoreError.
        """
        if isinstance(collected, Collected):
            self.differences = [*self._texts(subject, collected), *self._files(subject, collected, store)]
        elif collected.reason == "output-missing":
            self.differences = [f"the compiler did not make {collected.detail}"]
        elif collected.reason == "compile-failed" and _are_as_they_were(view, subject):
            self.differences = [f"the compiler ended with {collected.detail} instead of 0"]
        if self.differences:
            store.drop(self.known.action, self.result)

    def _texts(self, subject: Subject, collected: Collected) -> list[str]:
        run, result, roots = collected.run, self.result, subject.roots
        pairs = {
            "dep-info": (result.dep_info, collected.dep_info),
            "stdout": (result.stdout, run.stdout or b""),
            "stderr": (result.stderr, run.stderr or b""),
        }
        found = (_text_difference(name, fill(text, roots), made) for name, (text, made) in pairs.items())
        return [difference for difference in found if difference]

    def _files(self, subject: Subject, collected: Collected, store: Store) -> list[str]:
        found = []
        stored, now = ([item.kind for item in files] for files in (self.result.outputs, collected.files))
        if stored != now and subject.unit.incremental is None:
            names = sorted(set(stored) ^ set(now))
            return [f"other files: {', '.join(name.removeprefix(LISTED) for name in names)}"]
        pairs = {item.kind: (item, blob) for item, blob in zip(self.result.outputs, self.blobs, strict=True)}
        for output, made in zip(collected.files, collected.outputs, strict=True):
            if output.kind not in pairs or (output.kind == "link" and subject.unit.incremental is not None):
                continue
            item, blob = pairs[output.kind]
            difference = _file_difference(item, blob, made)
            if difference:
                if hash_descriptor(blob, item.size) != item.digest:
                    difference += " (the stored file is damaged)"
                    with suppress(BlobCorrupt, BlobMissing):  # set aside, so that what was made now is stored
                        store.check_blob(item.digest, item.size)
                found.append(f"{output.path}: {difference}")
        return found

    def conclude(
        self, subject: Subject, collected: Collected | Missed, stored: Missed | None, keep: KeepReport
    ) -> Missed:
        """The reason of this miss, with a report where the two differ. `stored` is why what was compiled could not be
        stored.
        """
        if self.differences is None:
            return stored or Missed("store-failed", "it could not be compared")
        if not self.differences or (stored is not None and stored.reason in _PROVES_NOTHING):
            return stored or Missed("verified")
        where = keep(subject.unit.name, self.known.action, self._report(subject, collected))
        return Missed("verify-differs", where or self.differences[0])

    def _report(self, subject: Subject, collected: Collected | Missed) -> str:
        unit = subject.text.render()
        stored_at = datetime.fromtimestamp(self.result.created_s, UTC).isoformat(sep=" ")
        parts = [
            f"{subject.unit.name}: the stored result is not what the compiler makes.\n",
            f"stored: {stored_at}\n",
            *(f"bound: {name} {value}\n" for name, value in self.result.bound),
            "\nWhat differs\n\n",
            *(f"* {difference}\n" for difference in self.differences or ()),
            f"\nKey of what was stored: {self.known.action.hex()}\n\n",
            unit + ("" if self.known.text is None else self.known.text.render()),
        ]
        made = _key_of(subject, collected)
        if made is None:
            parts.append("\nNothing was compiled that has a key.\n")
        elif made[0] == self.known.action:
            parts.append("\nWhat was compiled has the same key.\n")
        else:
            parts.append(f"\nKey of what was compiled: {made[0].hex()}\n\n{unit}{made[1]}")
        return "".join(parts)


def expect(known: Known, result: ActionResult, store: Store) -> Expected | Missed:
    """Take from the store what a hit would give; a miss where that would have been none.

    Raises:
        StoreError.
    """
    expected = Expected(known, result)
    try:
        for item in result.outputs:
            expected.blobs.append(store.open_blob(item.digest, item.size))
    except BlobMissing as error:
        missed = Missed("evicted", str(error))
    except BlobCorrupt as error:
        missed = Missed("corrupt", str(error))
    except BaseException:
        expected.close()
        raise
    else:
        return expected
    expected.close()
    return missed


def _are_as_they_were(view: View, subject: Subject) -> bool:
    paths = list(subject.records)
    return dict(zip(paths, view.stat(paths), strict=True)) == subject.records


def _key_of(subject: Subject, collected: Collected | Missed) -> tuple[ActionKey, str] | None:
    """The action key of what was compiled and its text; None where not every input is known."""
    if isinstance(collected, Missed):
        return None
    digests, paths = collected.digests, collected.paths
    files = subject.roots.absolute_all(paths.files)
    if not all(path in digests for path in (*files, *(item.path for item in subject.inputs))):
        return None
    inputs = [(item.role, digests[item.path]) for item in subject.inputs]
    contents = [digests[path] for path in files]
    text = action_text(subject.key, inputs, paths, contents, subject.env, subject.roots, collected.around)
    return action_key(text), text.render()


def _text_difference(name: str, stored: bytes, made: bytes) -> str:
    """The first line that differs, in both; empty where none does."""
    if stored == made:
        return ""
    ours, theirs = stored.split(b"\n"), made.split(b"\n")
    shared = min(len(ours), len(theirs))
    at = next((index for index in range(shared) if ours[index] != theirs[index]), shared)
    return f"{name}, line {at + 1}\n    stored:   {_quoted(ours, at)}\n    compiled: {_quoted(theirs, at)}"


def _quoted(lines: list[bytes], at: int) -> str:
    if at >= len(lines):
        return "(the end)"
    text = ascii(lines[at].decode("utf-8", "replace"))
    bound = limits.VERIFY_LINE_CHARS_MAX
    return text if len(text) <= bound else text[:bound] + "…"


def _file_difference(item: StoredFile, blob: int, made: int) -> str:
    """Where two open files differ first, or how else; empty where they do not."""
    record = STAT.unpack(record_of(os.fstat(made)))
    at = _first_difference(blob, made)
    if at is not None:
        return f"differs from byte {at} on; {item.size} bytes are stored, {record[4]} were compiled"
    if bool(record[1] & 0o111) != item.executable:
        return f"is stored as {'executable' if item.executable else 'not executable'}"
    return ""


def _first_difference(one: int, other: int) -> int | None:
    offset = 0
    while True:
        ours, theirs = os.pread(one, _CHUNK_BYTES, offset), os.pread(other, _CHUNK_BYTES, offset)
        if ours != theirs:
            shared = min(len(ours), len(theirs))
            return offset + next((i for i in range(shared) if ours[i] != theirs[i]), shared)
        if not ours:
            return None
        offset += len(ours)
