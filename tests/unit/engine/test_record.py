"""Recording: what was collected becomes a result that is whole and bound to what it must be, or nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dunnage.engine.collect import Collected, collect
from dunnage.engine.record import Recorder, stderr_template
from dunnage.engine.subject import Missed, Subject
from dunnage.errors import StoreError
from dunnage.keys.digests import Digests
from dunnage.keys.roots import Roots
from dunnage.model.action import ActionResult
from dunnage.model.digest import ActionKey, Digest
from dunnage.model.unit import Input
from dunnage.store.store import Store
from support.subjects import ended, make_outputs, subject_of, written
from support.units import LocalView

NOW_S = 1_700_000_000


class Scene:
    """A unit that was compiled, and a store."""

    def __init__(self, directory: Path, store: Store) -> None:
        self.directory, self.store = directory, store
        self.texts: list[str] = []
        self.actions: list[ActionKey] = []
        self.changes: dict[str, Any] = {}
        self.digests = Digests(store, lambda: 0)
        self.recorder = Recorder(store, self.digests, lambda: NOW_S, self._keep)
        written(directory / "src/lib.rs", "mod a;")
        written(directory / "src/a.rs", "")

    def collected(self, env: str = "", contents: bytes = b"no path", **run: Any) -> tuple[Subject, Collected]:
        subject = subject_of(self.directory, env={"V": f"{self.directory}/x", "W": "w"}, **self.changes)
        make_outputs(subject, f"x.d: src/lib.rs src/a.rs\n\n{env}", metadata=contents)
        found = collect(LocalView(), subject, ended(**run), self.digests)
        assert isinstance(found, Collected)
        return subject, found

    def _keep(self, name: str, action: ActionKey, text: str) -> None:
        self.actions.append(action)
        self.texts.append(text)

    def record(self, **more: Any) -> ActionResult | str:
        """Collect and record: the result as the store has it, or the reason why it has none."""
        subject, found = self.collected(**more)
        missed = self.recorder.record(subject, found, 1)
        if missed is not None:
            assert self.store.size().actions == 0
            return missed.reason
        [result] = self.store.results(self.actions[-1])
        return result


@pytest.fixture
def scene(tmp_path: Path, store: Store) -> Iterator[Scene]:
    yield Scene(tmp_path / "crate", store)
    open_files = [_name(int(number)) for number in os.listdir("/proc/self/fd")]
    assert not [name for name in open_files if name.startswith(str(tmp_path / "crate"))]


def recorded(scene: Scene, **more: Any) -> ActionResult:
    result = scene.record(**more)
    assert isinstance(result, ActionResult), result
    return result


def test_a_result_is_whole(scene: Scene) -> None:
    result = recorded(scene)
    assert [(output.kind, output.size, output.executable) for output in result.outputs] == [
        ("metadata", 7, False), ("link", 4, False),
    ]  # fmt: skip
    assert (result.compile_us, result.created_s, result.unit_name) == (5, NOW_S, "demo")
    assert result.bound == ()
    for output, contents in zip(result.outputs, (b"no path", b"link"), strict=True):
        descriptor = scene.store.open_blob(output.digest, output.size)
        assert os.read(descriptor, 100) == contents
        os.close(descriptor)


def test_the_text_of_both_keys_is_kept(scene: Scene) -> None:
    recorded(scene)
    assert "kind: unit" in scene.texts[0]
    assert "file {workspace}/src/a.rs: " in scene.texts[0]


@pytest.mark.parametrize("what", ["contents", "stderr", "stdout", "variable"])
def test_a_place_binds_wherever_it_is_seen(scene: Scene, what: str) -> None:
    place = os.fsencode(scene.directory)
    more: dict[str, Any] = (
        {"env": "# env-dep:V\n"} if what == "variable" else {what: b"at " + place + b"/x\n"}
    )
    bound = dict(recorded(scene, **more).bound)
    assert bound["root:workspace"] == str(scene.directory)
    assert ("display" in bound) == (what in ("stderr", "stdout"))


@pytest.mark.parametrize("what", ["contents", "stderr"])
def test_a_place_binds_as_the_users_own_remap_writes_it(scene: Scene, what: str) -> None:
    """`--remap-path-prefix=/home/me=~` leaves `~/crate` of the place: another crate's would be another text."""
    scene.changes = {"remaps": (f"{scene.directory.parent}=~",)}
    more: dict[str, Any] = {what: b"at ~/crate/src\n"}
    assert dict(recorded(scene, **more).bound)["root:workspace"] == str(scene.directory)


def test_a_variable_that_names_no_place_binds_nothing(scene: Scene) -> None:
    assert recorded(scene, env="# env-dep:W\n# env-dep:MISSING\n").bound == ()


def test_a_notice_does_not_bind_and_is_kept_with_a_mark(scene: Scene) -> None:
    notice = (
        b'{"$message_type":"artifact","artifact":"%s/target/debug/deps/libdemo-1.rmeta","emit":"metadata"}\n'
    )
    result = recorded(scene, stderr=notice % os.fsencode(scene.directory))
    assert result.bound == ()
    assert b"\0jtarget\0/debug/deps" in result.stderr


def test_an_executable_output_stays_one(scene: Scene) -> None:
    subject, found = scene.collected()
    found.close()
    Path(subject.unit.outputs[2].path).chmod(0o755)
    found = collect(LocalView(), subject, ended(), scene.digests)  # type: ignore[assignment]
    assert scene.recorder.record(subject, found, 1) is None
    [result] = scene.store.results(scene.actions[-1])
    assert [output.executable for output in result.outputs] == [False, True]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_nul_in_a_stream_cannot_be_kept(scene: Scene, stream: str) -> None:
    assert scene.record(**{stream: b"a\0b"}) == "dep-info-unreadable"


def test_a_thin_archive_is_only_a_list_of_other_files(scene: Scene) -> None:
    archive = written(scene.directory / "libx.a", b"!<thin>\n")
    inputs = (Input("source", f"{scene.directory}/src/lib.rs"), Input("native libx.a", str(archive)))
    scene.changes = {"inputs": inputs}
    assert scene.record() == "thin-archive"
    written(archive, b"!<arch>\n")
    assert isinstance(scene.record(), ActionResult)


def test_a_thin_archive_is_seen_though_its_digest_is_known(scene: Scene) -> None:
    # A lookup that found older results has read it already.
    archive = written(scene.directory / "libx.a", b"!<thin>\n")
    scene.changes = {"inputs": (Input("native libx.a", str(archive)),)}
    view, digest = LocalView(), Digest(bytes(32))
    scene.store.remember(view.stat([str(archive)])[0], view.mount_namespace, digest)
    assert scene.record() == "thin-archive"


def test_an_input_saved_after_the_client_had_gone_is_not_what_was_compiled(scene: Scene) -> None:
    """An editor writes in place: the descriptor that was opened shows the new text."""
    for name in ("src/a.rs", "src/lib.rs"):
        subject, found = scene.collected()
        written(scene.directory / name, "// saved a moment after the compiler had read it\n")
        missed = scene.recorder.record(subject, found, 1)
        assert isinstance(missed, Missed)
        assert (missed.reason, missed.detail) == ("input-changed", f"{scene.directory}/{name}")
    assert scene.store.size().actions == 0


def test_an_output_changed_after_the_client_had_gone_is_not_what_was_made(scene: Scene) -> None:
    subject, found = scene.collected()
    written(Path(subject.unit.outputs[2].path), "stripped")
    missed = scene.recorder.record(subject, found, 1)
    assert isinstance(missed, Missed)
    assert missed.reason == "output-changed"
    assert scene.store.size().actions == 0


def test_an_output_that_cargo_links_elsewhere_is_the_same(scene: Scene) -> None:
    subject, found = scene.collected()
    os.link(subject.unit.outputs[2].path, scene.directory / "target/debug/libdemo.rlib")
    assert scene.recorder.record(subject, found, 1) is None


def test_an_output_that_cargo_stamps_back_is_the_same(scene: Scene) -> None:
    """`cargo check` does that as soon as its client has ended."""
    subject, found = scene.collected()
    os.utime(subject.unit.outputs[1].path, (1, 1))
    assert scene.recorder.record(subject, found, 1) is None


def test_a_store_that_fails_leaves_no_descriptor_open(scene: Scene) -> None:
    subject, found = scene.collected()
    descriptors = [*found.outputs, *found.unread.values()]
    scene.store.close()
    with pytest.raises(StoreError):
        scene.recorder.record(subject, found, 1)
    assert (found.outputs, found.unread) == ([], {})
    assert not [number for number in descriptors if "crate" in _name(number)]


def _name(descriptor: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""


ROOTS = Roots.of([("target", "/ws/target"), ("workspace", "/ws"), ("cargo-home", "/home/u/.cargo")])


def test_only_notices_get_marks() -> None:
    diagnostic = (
        b'{"$message_type":"diagnostic","message":"unused","spans":[{"file_name":"/ws/src/lib.rs"}]}\n'
    )
    assert stderr_template(diagnostic, ROOTS) == diagnostic
