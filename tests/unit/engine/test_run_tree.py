"""Trees: taken, and made anew."""

import os
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.engine.run_tree import Tree, collect_tree, is_untouched, restore_tree
from dunnage.engine.subject import Missed
from dunnage.model.action import ActionResult
from dunnage.store.store import Store
from support.subjects import written
from support.units import LocalView, record_at


def result_of(tree: Tree) -> ActionResult:
    return ActionResult(
        outputs=tree.files, dep_info=tree.text(), stdout=b"cargo::warning=x\n", stderr=b"err", bound=(),
        compile_us=1, created_s=0, unit_name="run",
    )  # fmt: skip


@pytest.fixture
def out(tmp_path: Path) -> Path:
    directory = tmp_path / "build/out"
    written(directory / "a.txt", "a")
    written(directory / "sub/deep/tool", "tool").chmod(0o755)
    (directory / "empty").mkdir()
    for number in range(limits.FDS_PER_FRAME_MAX + 3):
        written(directory / f"many/{number}", str(number))
    return directory


def contents(directory: Path) -> dict[str, str | None]:
    return {
        str(path.relative_to(directory)): None
        if path.is_dir()
        else f"{path.stat().st_mode:o} {path.read_text()}"
        for path in directory.rglob("*")
    }


def test_a_tree_comes_back_as_it_was(out: Path, store: Store) -> None:
    view = LocalView()
    tree = collect_tree(view, str(out), store)
    assert isinstance(tree, Tree)
    assert tree.directories == ("empty", "many", "sub", "sub/deep")
    before = contents(out)
    put(store, tree)
    os.rename(out, out.with_name("first"))
    out.mkdir()
    descriptors = len(os.listdir("/proc/self/fd"))
    assert restore_tree(view, str(out), result_of(tree), store) is None
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert contents(out) == before
    assert view.printed == (b"cargo::warning=x\n", b"err")
    assert sorted(os.listdir(out.parent)) == ["first", "out"]
    assert store.digest_of(record_at(str(out / "a.txt")), view.mount_namespace) is not None


def put(store: Store, tree: Tree) -> None:
    """Blobs without a record are there, too."""
    for item in tree.files:
        store.check_blob(item.digest, item.size)


def test_an_empty_tree(tmp_path: Path, store: Store) -> None:
    view = LocalView()
    (tmp_path / "out").mkdir()
    tree = collect_tree(view, str(tmp_path / "out"), store)
    assert tree == Tree((), ())
    assert restore_tree(view, str(tmp_path / "out"), result_of(tree), store) is None


def test_what_is_missing_leaves_nothing_behind(out: Path, store: Store) -> None:
    view = LocalView()
    tree = collect_tree(view, str(out), store)
    assert isinstance(tree, Tree)
    store.clear()
    assert restore_tree(view, str(out.parent / "other"), result_of(tree), store) == Missed(
        "evicted", f"Blob {tree.files[0].digest.hex()} is not in the store."
    )
    assert os.listdir(out.parent) == ["out"]


def test_odd_things(tmp_path: Path, store: Store) -> None:
    view = LocalView()
    for name, make in {
        "link": lambda path: path.symlink_to("a.txt"),
        "pipe": os.mkfifo,
        "secret": lambda path: written(path, "x").chmod(0o400),
        "sticky": lambda path: path.mkdir(mode=0o700) or path.chmod(0o1777),
    }.items():
        out = tmp_path / name / "out"
        written(out / "a.txt", "a")
        make(out / name)
        if name == "pipe":  # a client opens none
            view.open = lambda paths: [
                None if path.endswith("pipe") else os.open(path, os.O_RDONLY) for path in paths
            ]  # type: ignore[method-assign]
        assert collect_tree(view, str(out), store) == Missed("run-odd-output", name)


def test_too_much(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "out/a", "abc")
    written(tmp_path / "out/b", "abc")
    with monkeypatch.context() as patch:
        patch.setattr(limits, "RUN_FILES_MAX", 1)
        assert collect_tree(LocalView(), str(tmp_path / "out"), store) == Missed(
            "run-too-large", "files in OUT_DIR"
        )
    monkeypatch.setattr(limits, "RUN_BYTES_MAX", 5)
    assert collect_tree(LocalView(), str(tmp_path / "out"), store) == Missed(
        "run-too-large", "bytes in OUT_DIR"
    )


def test_untouched(tmp_path: Path) -> None:
    assert is_untouched(LocalView(), str(tmp_path / "missing"))
    assert is_untouched(LocalView(), str(tmp_path))
    written(tmp_path / "a", "")
    assert not is_untouched(LocalView(), str(tmp_path))
