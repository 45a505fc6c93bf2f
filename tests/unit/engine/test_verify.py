"""Verify mode: what is stored is compared with what a real rustc makes; the user gets what the compiler made."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dunnage import limits
from dunnage.engine import verify
from dunnage.engine.collect import Collected
from dunnage.engine.engine import Engine
from dunnage.engine.verify import is_wanted
from dunnage.errors import StoreError
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import ActionKey, Digest, UnitKey
from dunnage.model.outcome import Result
from dunnage.model.path_set import PathSet
from dunnage.model.view import RestoreFile, Run, StatRecord, ViewGone
from dunnage.store.blobs import stamp_of
from dunnage.store.store import Store
from support.crates import Crate, crate
from support.descriptors import open_files
from support.subjects import subject_of
from support.units import LocalView

WARNS = "pub fn one() -> u32 { let unused = 1; 1 }\n"


def named(result: Result) -> tuple[str, str]:
    return str(result.outcome), result.reason


class Scene:
    """A crate, an engine, and the reports that it kept."""

    def __init__(self, directory: Path, store: Store, text: str = WARNS, **more: Any) -> None:
        self.crate = crate(directory, text, **more)
        self.store = store
        self.reports: list[tuple[str, ActionKey, str]] = []
        self.engine = Engine(store, keep_report=self.keep)
        self.added: list[tuple[UnitKey, PathSet, ActionKey, ActionResult]] = []
        add = store.add

        def remember(*stored: Any) -> None:
            self.added.append(stored)  # type: ignore[arg-type]
            add(*stored)

        store.add = remember  # type: ignore[method-assign]

    def keep(self, name: str, action: ActionKey, text: str) -> str:
        self.reports.append((name, action, text))
        return f"/reports/{len(self.reports)}"

    def view(self, *, verify: bool = False, made: Crate | None = None) -> LocalView:
        made = made or self.crate
        made.env["DUNNAGE_VERIFY"] = "1" if verify else "0"
        return made.view(made.invocation())

    def serve(self, view: LocalView) -> Result:
        assert view.invocation is not None
        return self.engine.serve(view, view.invocation)

    def build(self) -> Result:
        return self.serve(self.view())

    def verify(self) -> Result:
        return self.serve(self.view(verify=True))

    def spoil(self, change: Callable[[ActionResult], ActionResult]) -> None:
        """Put another result in the place of the one that was stored last."""
        unit, paths, action, result = self.added[-1]
        self.store.add(unit, paths, action, change(result))

    def put(self, directory: Path, data: bytes, like: StoredFile) -> StoredFile:
        file = directory / "spoilt"
        file.write_bytes(data)
        with file.open("rb") as source:
            digest, size = self.store.put(source.fileno())
        return replace(like, digest=digest, size=size)


@pytest.fixture
def scene(tmp_path: Path, store: Store) -> Iterator[Scene]:
    made = Scene(tmp_path / "a", store)
    before = open_files(tmp_path)
    assert named(made.build()) == ("miss", "new")
    yield made
    assert open_files(tmp_path) == before


@pytest.mark.parametrize(("value", "wanted"), [(None, False), ("", False), ("0", False), ("1", True)])
def test_a_client_asks_for_it(value: str | None, wanted: bool) -> None:
    assert is_wanted({} if value is None else {"DUNNAGE_VERIFY": value}) is wanted


def test_what_is_the_same_is_a_miss_for_that_reason(scene: Scene) -> None:
    outputs = scene.crate.outputs()
    scene.crate.wipe()
    view = scene.view(verify=True)
    assert named(scene.serve(view)) == ("miss", "verified")
    assert view.compiled == 1
    assert view.printed is None  # what the compiler said went straight to the user
    assert isinstance(view.ended, Run)
    assert scene.crate.outputs() == outputs
    assert scene.reports == []
    assert named(scene.build()) == ("hit", "local")


def test_what_was_never_compiled_is_an_ordinary_miss(tmp_path: Path, store: Store) -> None:
    scene = Scene(tmp_path / "a", store)
    assert named(scene.verify()) == ("miss", "new")
    assert named(scene.verify()) == ("miss", "verified")


def test_other_contents_under_the_same_key(scene: Scene, tmp_path: Path) -> None:
    outputs = scene.crate.outputs()
    library = outputs["libdemo-1.rlib"]
    wrong = library[:100] + b"?" + library[101:] + b"more"

    def other(result: ActionResult) -> ActionResult:
        files = [scene.put(tmp_path, wrong, f) if f.kind == "link" else f for f in result.outputs]
        return replace(result, outputs=tuple(files))

    scene.spoil(other)
    scene.crate.wipe()
    result = scene.verify()
    assert named(result) == ("miss", "verify-differs")
    assert result.detail == "/reports/1"
    assert scene.crate.outputs() == outputs
    [(name, action, text)] = scene.reports
    assert name.startswith("demo")
    assert action == scene.added[0][2]
    assert (
        f"libdemo-1.rlib: differs from byte 100 on; {len(wrong)} bytes are stored, {len(library)} were compiled"
        in text
    )
    assert "rmeta:" not in text
    assert f"Key of what was stored: {action.hex()}" in text
    assert "contents source: " in text
    assert "What was compiled has the same key." in text
    # What was compiled took its place.
    scene.crate.wipe()
    assert named(scene.build()) == ("hit", "local")
    assert scene.crate.outputs() == outputs
    assert scene.store.size().actions == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stderr": b"nothing\n"}, "stderr, line 1\n    stored:   'nothing'\n    compiled: '{"),
        ({"stdout": b"once\n"}, "stdout, line 1\n    stored:   'once'\n    compiled: ''"),
        ({"dep_info": b"demo-1.d: src/lib.rs\n"}, "dep-info, line 1\n    stored:   'demo-1.d: src/lib.rs'"),
    ],
)
def test_other_streams_and_dep_info(scene: Scene, change: dict[str, bytes], said: str) -> None:
    scene.spoil(lambda result: replace(result, **change))  # type: ignore[arg-type]
    assert named(scene.verify()) == ("miss", "verify-differs")
    assert said in scene.reports[0][2]
    assert named(scene.verify()) == ("miss", "verified")


def test_a_stream_that_goes_on(scene: Scene) -> None:
    scene.spoil(lambda result: replace(result, stderr=result.stderr[: result.stderr.index(b"\n")]))
    assert named(scene.verify()) == ("miss", "verify-differs")
    assert "stderr, line 2\n    stored:   (the end)\n" in scene.reports[0][2]


def test_another_mode(scene: Scene) -> None:
    scene.spoil(
        lambda result: replace(
            result, outputs=tuple(replace(item, executable=True) for item in result.outputs)
        )
    )
    assert named(scene.verify()) == ("miss", "verify-differs")
    assert "libdemo-1.rmeta: is stored as executable\n" in scene.reports[0][2]


def test_a_stored_file_that_rotted_unseen(scene: Scene, tmp_path: Path) -> None:
    """Its stamp is the known one, so a hit would have given it out."""
    outputs = scene.crate.outputs()
    [item] = [item for item in scene.added[0][3].outputs if item.kind == "link"]
    [blob] = (tmp_path / "store").rglob(item.digest.hex())
    blob.chmod(0o644)
    with blob.open("r+b") as file:
        file.seek(200)
        file.write(b"rot")
    scene.store._blobs._stamps.put(item.digest, stamp_of(blob.stat()))
    assert named(scene.verify()) == ("miss", "verify-differs")
    assert "(the stored file is damaged)" in scene.reports[0][2]
    scene.crate.wipe()
    assert named(scene.build()) == ("hit", "local")
    assert scene.crate.outputs() == outputs


def test_a_stored_file_that_is_gone_or_damaged_is_no_hit_to_compare(scene: Scene, tmp_path: Path) -> None:
    for blob in (tmp_path / "store").rglob("blobs/*/*"):
        blob.chmod(0o644)
        blob.write_bytes(b"damaged")
    assert named(scene.verify()) == ("miss", "corrupt")
    for blob in (tmp_path / "store").rglob("blobs/*/*"):
        blob.unlink()
    assert named(scene.verify()) == ("miss", "evicted")
    assert named(scene.verify()) == ("miss", "verified")


def test_a_compiler_that_makes_something_else(scene: Scene) -> None:
    """As one does whose macros read what dep-info does not say."""
    size = len(scene.crate.outputs()["libdemo-1.rlib"])
    view = scene.view(verify=True)
    view.while_compiling = lambda: (scene.crate.deps / "libdemo-1.rlib").write_bytes(b"another") and None
    assert named(scene.serve(view)) == ("miss", "verify-differs")
    assert f"{size} bytes are stored, 7 were compiled" in scene.reports[0][2]
    scene.crate.wipe()
    assert named(scene.build()) == ("hit", "local")
    assert scene.crate.outputs()["libdemo-1.rlib"] == b"another"


def test_other_files_were_read(scene: Scene) -> None:
    """Another path set is another action key: both texts are there."""
    extra = scene.crate.write("src/extra.rs", "")
    view = scene.view(verify=True)
    dep_info = scene.crate.deps / "demo-1.d"
    view.while_compiling = lambda: dep_info.write_text(f"{dep_info.read_text()}\n{extra}:\n") and None
    assert named(scene.serve(view)) == ("miss", "verify-differs")
    text = scene.reports[0][2]
    assert "dep-info, line " in text
    assert "Key of what was compiled: " in text
    assert text.count("contents source: ") == 2
    assert named(scene.verify()) != ("miss", "verified")  # the first result is gone


def test_a_compiler_that_fails_where_it_did_not(scene: Scene) -> None:
    view = scene.view(verify=True)
    failed = Run(code=101, signal=0, stdout=b"", stderr=b"", started_ns=0, wall_us=1, cpu_us=1)
    view.compile = lambda *_, **_more: failed  # type: ignore[method-assign]
    assert named(scene.serve(view)) == ("miss", "verify-differs")
    assert view.ended == failed
    assert "the compiler ended with 101 instead of 0" in scene.reports[0][2]
    assert "Nothing was compiled that has a key." in scene.reports[0][2]
    assert scene.store.size().actions == 0


def test_a_compiler_that_was_killed_proves_nothing(scene: Scene) -> None:
    view = scene.view(verify=True)
    killed = Run(code=0, signal=9, stdout=b"", stderr=b"", started_ns=0, wall_us=1, cpu_us=1)
    view.compile = lambda *_, **_more: killed  # type: ignore[method-assign]
    assert named(scene.serve(view)) == ("miss", "killed")
    assert scene.reports == []
    assert named(scene.build()) == ("hit", "local")


@pytest.mark.parametrize("text", ["fn broken( {\n", "pub fn two() {}\n"])
def test_a_source_that_changes_while_the_compiler_runs_proves_nothing(scene: Scene, text: str) -> None:
    view = scene.view(verify=True)
    compile_it = view.compile

    def save_and_compile(*_: object, **_more: object) -> Run:
        scene.crate.write("src/lib.rs", text)
        return compile_it()

    view.compile = save_and_compile  # type: ignore[method-assign]
    result = scene.serve(view)
    assert result.reason in ("compile-failed", "input-changed")
    assert scene.reports == []
    scene.crate.write("src/lib.rs", WARNS)
    assert named(scene.build()) == ("hit", "local")


def test_an_output_that_is_not_made(scene: Scene) -> None:
    view = scene.view(verify=True)
    view.while_compiling = (scene.crate.deps / "libdemo-1.rmeta").unlink
    assert named(scene.serve(view)) == ("miss", "verify-differs")
    assert "the compiler did not make " in scene.reports[0][2]


def test_a_client_that_leaves_when_its_compiler_is_done(scene: Scene) -> None:
    view = scene.view(verify=True)

    def leave(run: Run) -> None:
        raise ViewGone("client-gone", str(run.code))

    view.exit = leave  # type: ignore[method-assign]
    assert named(scene.serve(view)) == ("miss", "verified")


def test_what_could_not_be_compared_is_not_called_the_same(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "the disk")

    monkeypatch.setattr(verify, "_first_difference", fail)
    view = scene.view(verify=True)
    assert named(scene.serve(view)) == ("miss", "store-failed")
    assert isinstance(view.ended, Run)


def test_a_wrong_result_that_cannot_be_dropped_is_reported_all_the_same(scene: Scene) -> None:
    def fail(*_: object) -> None:
        raise StoreError("no more")

    scene.store.drop = fail  # type: ignore[method-assign]
    scene.spoil(lambda result: replace(result, stdout=b"once\n"))
    view = scene.view(verify=True)
    assert named(scene.serve(view)) == ("miss", "verify-differs")
    assert isinstance(view.ended, Run)


def test_a_store_that_cannot_be_read_is_a_miss(scene: Scene) -> None:
    opened: list[int] = []
    open_blob = scene.store.open_blob

    def fail_at_the_second(digest: Digest, size: int) -> int:
        if opened:
            raise StoreError("no more")
        opened.append(open_blob(digest, size))
        return opened[0]

    scene.store.open_blob = fail_at_the_second  # type: ignore[method-assign]
    assert named(scene.verify()) == ("miss", "store-failed")


def test_what_was_not_read_has_no_key(tmp_path: Path) -> None:
    run = Run(code=0, signal=0, stdout=b"", stderr=b"", started_ns=0, wall_us=1, cpu_us=1)
    collected = Collected(run=run, dep_info=b"", paths=PathSet(), files=[], outputs=[])
    assert verify._key_of(subject_of(tmp_path), collected) is None


def test_a_long_line_is_cut() -> None:
    said = verify._text_difference("stderr", b"x" * 10_000, b"")
    assert len(said) < 2 * limits.VERIFY_LINE_CHARS_MAX
    assert "…" in said


def test_a_result_from_another_place_is_compared_with_todays_places(tmp_path: Path, store: Store) -> None:
    """Metadata without a path in it serves anywhere; its dep-info and notices name today's places."""
    scene = Scene(tmp_path / "a", store, "pub struct One;\n")
    scene.build()
    elsewhere = replace(scene.crate, target="elsewhere")
    assert named(scene.serve(scene.view(verify=True, made=elsewhere))) == ("miss", "verified")


def test_objects_of_an_incremental_unit_have_random_names(tmp_path: Path, store: Store) -> None:
    directory = tmp_path / "incremental"
    scene = Scene(tmp_path / "a", store, options=["-C", f"incremental={directory}"])
    scene.build()
    stored = scene.crate.outputs()["libdemo-1.rlib"]
    directory.rename(tmp_path / "away")
    assert named(scene.verify()) == ("miss", "verified")
    assert scene.crate.outputs()["libdemo-1.rlib"] != stored


def test_verify_restores_nothing(scene: Scene) -> None:
    view = scene.view(verify=True)

    def restore(files: list[RestoreFile], stdout: bytes, stderr: bytes) -> list[StatRecord]:
        raise AssertionError((files, stdout, stderr))

    view.restore = restore  # type: ignore[method-assign,assignment]
    assert named(scene.serve(view)) == ("miss", "verified")
