"""Restoring: files and streams with today's places, and what stands there is remembered."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dunnage import limits
from dunnage.engine.record import stderr_template
from dunnage.engine.restore import restore
from dunnage.engine.subject import Known, Missed, Subject
from dunnage.keys.template import dep_info_template
from dunnage.keys.text import KeyText
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import ActionKey
from dunnage.model.path_set import PathSet
from dunnage.model.unit import Listing
from dunnage.model.view import Made, RestoreFile, StatRecord, ViewGone
from dunnage.store.store import Store
from support.subjects import subject_of, written
from support.units import LocalView, record_at

KNOWN = Known(PathSet(), ActionKey(bytes(32)), KeyText("action"))


def notices(directory: str) -> list[str]:
    """What rustc says of files when its metadata are there."""
    return [
        f'{{"$message_type":"artifact","artifact":"{directory}/{name}","emit":"{kind}"}}\n'
        for name, kind in (("demo-1.d", "dep-info"), ("libdemo-1.rmeta", "metadata"))
    ]


def stored(store: Store, directory: Path, subject: Subject) -> ActionResult:
    """A result of this unit, its blobs in the store."""
    outputs = []
    for kind in ("metadata", "link"):
        with written(directory / kind, f"bytes of {kind}").open("rb") as file:
            digest, size = store.put(file.fileno())
        outputs.append(StoredFile(kind, digest, size, executable=kind == "link"))
    stderr = "".join(notices(subject.unit.out_dir)) + "warned\n"
    result = ActionResult(
        outputs=tuple(outputs),
        dep_info=dep_info_template(f"{subject.unit.dep_info}: src/lib.rs\n".encode(), subject.roots),
        stdout=b"said",
        stderr=stderr_template(stderr.encode(), subject.roots),
        bound=(), compile_us=1, created_s=0, unit_name="demo",
    )  # fmt: skip
    store.add(subject.key, KNOWN.paths, KNOWN.action, result)
    return result


def test_everything_is_written_with_todays_places(tmp_path: Path, store: Store) -> None:
    result = stored(store, tmp_path / "blobs", subject_of(tmp_path / "yesterday"))
    subject, view = subject_of(tmp_path / "today"), LocalView()
    before = len(os.listdir("/proc/self/fd"))
    assert restore(view, subject, KNOWN, result, store) is None
    assert len(os.listdir("/proc/self/fd")) == before
    deps = tmp_path / "today/target/debug/deps"
    assert (deps / "libdemo-1.rmeta").read_text() == "bytes of metadata"
    assert (deps / "libdemo-1.rlib").read_text() == "bytes of link"
    assert (deps / "demo-1.d").read_text() == f"{deps}/demo-1.d: src/lib.rs\n"
    assert view.printed == (b"said", "".join(notices(str(deps))).encode() + b"warned\n")


def test_files_that_only_the_compiler_could_name(tmp_path: Path, store: Store) -> None:
    deps = str(tmp_path / "today/target/debug/deps")
    result = stored(store, tmp_path / "blobs", subject_of(tmp_path / "yesterday"))
    more = replace(result.outputs[0], kind="listed demo-1.unit.rcgu.dwo")
    subject = subject_of(tmp_path / "today", listing=Listing(deps, ("demo-1.",)))
    assert (
        restore(LocalView(), subject, KNOWN, replace(result, outputs=(*result.outputs, more)), store) is None
    )
    assert Path(deps, "demo-1.unit.rcgu.dwo").read_text() == "bytes of metadata"


def test_what_was_written_is_known_by_its_stat(tmp_path: Path, store: Store) -> None:
    subject, view = subject_of(tmp_path), LocalView()
    result = stored(store, tmp_path / "blobs", subject)
    restore(view, subject, KNOWN, result, store)
    for output, kept in zip(subject.unit.outputs[1:], result.outputs, strict=True):
        assert store.digest_of(record_at(output.path), view.mount_namespace) == kept.digest


class Watching(LocalView):
    """Keeps what it is told to write."""

    files: Sequence[RestoreFile] = ()
    stderr = b""

    def restore(self, files: Sequence[RestoreFile], stdout: bytes, stderr: bytes) -> list[StatRecord]:
        self.files, self.stderr = files, stderr
        return super().restore(files, stdout, stderr)


def test_metadata_are_announced_before_the_rest_is_copied(tmp_path: Path, store: Store) -> None:
    """What is said of dep-info goes with them, so that file is there already."""
    subject, view = subject_of(tmp_path), Watching()
    restore(view, subject, KNOWN, stored(store, tmp_path / "blobs", subject), store)
    assert [Path(file.path).name for file in view.files] == ["demo-1.d", "libdemo-1.rmeta", "libdemo-1.rlib"]
    early = "".join(notices(subject.unit.out_dir)).encode()
    assert [file.notice for file in view.files] == [b"", early, b""]
    assert view.stderr == b"warned\n"


def test_metadata_behind_a_notice_of_something_else_wait_for_it(tmp_path: Path, store: Store) -> None:
    """rustc says of MIR that it is there before it says so of metadata (seen with 1.95); it is restored later."""
    subject, view = subject_of(tmp_path), Watching()
    dep_info, metadata = notices(subject.unit.out_dir)
    said = (dep_info + dep_info.replace("dep-info", "mir") + metadata).encode()
    result = replace(stored(store, tmp_path / "blobs", subject), stderr=stderr_template(said, subject.roots))
    restore(view, subject, KNOWN, result, store)
    assert not any(file.notice for file in view.files)
    assert view.stderr == said


@pytest.mark.parametrize("warned", [b"", b"w" * limits.NOTICE_BYTES_MAX + b"\n"])
def test_what_is_not_announced_comes_at_the_end(tmp_path: Path, store: Store, warned: bytes) -> None:
    """rustc gave no notice, or said so much in front of it that no pipe holds it."""
    subject, view = subject_of(tmp_path), Watching()
    said = warned + (notices("/places")[1].encode() if warned else b"")
    result = replace(stored(store, tmp_path / "blobs", subject), stderr=said)
    restore(view, subject, KNOWN, result, store)
    assert not any(file.notice for file in view.files)
    assert view.stderr == said


def test_files_have_their_mode(tmp_path: Path, store: Store) -> None:
    subject, view = subject_of(tmp_path), Watching()
    restore(view, subject, KNOWN, stored(store, tmp_path / "blobs", subject), store)
    seen = {file.path: (file.executable, file.descriptor is None) for file in view.files}
    paths = [output.path for output in subject.unit.outputs]
    assert seen == {paths[0]: (False, True), paths[1]: (False, False), paths[2]: (True, False)}


def blobs(directory: Path) -> list[Path]:
    return sorted((directory / "store").rglob("blobs/*/*"))


@pytest.mark.parametrize("which", [0, 1])
def test_a_blob_that_is_gone_or_damaged_is_a_miss_and_nothing_is_written(
    tmp_path: Path, store: Store, which: int
) -> None:
    subject, view = subject_of(tmp_path / "crate"), LocalView()
    result = stored(store, tmp_path / "blobs", subject)
    before = len(os.listdir("/proc/self/fd"))
    blob = blobs(tmp_path)[which]
    blob.chmod(0o644)
    blob.write_text("damaged")
    missed = restore(view, subject, KNOWN, result, store)
    assert isinstance(missed, Missed)
    assert missed.reason == "corrupt"
    missed = restore(view, subject, KNOWN, result, store)
    assert isinstance(missed, Missed)
    assert missed.reason == "evicted"
    assert view.printed is None
    assert not Path(subject.unit.out_dir).exists()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_client_that_cannot_write_ends_the_session_and_nothing_stays_open(
    tmp_path: Path, store: Store
) -> None:
    class Full(LocalView):
        def restore(self, files: Any, stdout: bytes, stderr: bytes) -> list[StatRecord]:
            raise ViewGone("write-failed", files[0].path)

    subject = subject_of(tmp_path)
    result = stored(store, tmp_path / "blobs", subject)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ViewGone, match="write-failed"):
        restore(Full(), subject, KNOWN, result, store)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_build_scripts_program_comes_behind_a_launcher(tmp_path: Path, store: Store) -> None:
    """What then stands there is not what is kept, so it is not remembered as that."""
    subject = subject_of(tmp_path, launcher=True)
    result = stored(store, tmp_path / "blobs", subject)
    view = Watching()
    assert restore(view, subject, KNOWN, result, store) is None
    carried = [file for file in view.files if file.descriptor is not None]
    assert [file.made for file in carried] == [Made.LAUNCHER] * 2
    assert [file.data.decode() for file in carried] == [item.digest.hex() for item in result.outputs]
    for file in carried:
        assert store.digest_of(record_at(file.path), view.mount_namespace) is None
