"""What a remote may ask to be written, and what not."""

from dataclasses import replace

import pytest

from dunnage import limits
from dunnage.engine.plausible import is_below, is_path_set, is_result, is_tree
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import Digest
from dunnage.model.path_set import PathSet
from dunnage.model.unit import Unit
from dunnage.remote import limits as remote_limits
from support.rustc_args import unit_of

FILE = StoredFile("link", Digest(b"d" * 32), 7, False)


def result(*outputs: StoredFile, dep_info: bytes = b"") -> ActionResult:
    return ActionResult(
        outputs=outputs,
        dep_info=dep_info,
        stdout=b"",
        stderr=b"",
        bound=(),
        compile_us=1,
        created_s=1,
        unit_name="u",
    )


@pytest.mark.parametrize(
    ("name", "is_fine"),
    [
        ("a", True), ("a/b.rs", True), ("..a/b..", True), ("", False), ("/a", False), ("a/", False), ("a//b", False),
        (".", False), ("a/./b", False), ("..", False), ("../a", False), ("a/..", False), ("a\0b", False),
        ("/".join("a" * 100), False),
    ],
)  # fmt: skip
def test_paths(name: str, is_fine: bool) -> None:
    assert is_below(name) is is_fine


def test_a_tree() -> None:
    whole = result(replace(FILE, kind="a/b"), replace(FILE, kind="c"), dep_info=b"a\0d")
    assert is_tree(whole)
    assert is_tree(result())
    assert not is_tree(result(replace(FILE, kind="../b")))
    assert not is_tree(result(dep_info=b"a\0/etc"))
    assert not is_tree(result(*(replace(FILE, kind=str(n)) for n in range(limits.RUN_FILES_MAX + 1))))
    assert not is_tree(result(replace(FILE, kind="a", size=limits.RUN_BYTES_MAX + 1)))
    assert not is_tree(replace(whole, stderr=bytes(limits.STREAM_BYTES_MAX + 1)))


def test_path_sets() -> None:
    assert is_path_set(PathSet(files=("a",), absent=("b",), env=("c",), listed=("d",), places=("e",)))
    assert not is_path_set(PathSet(env=tuple(map(str, range(limits.VARIABLES_PER_PATH_SET_MAX + 1)))))
    assert not is_path_set(PathSet(listed=tuple(map(str, range(limits.LISTINGS_PER_PATH_SET_MAX + 1)))))


@pytest.fixture
def unit() -> Unit:
    return unit_of()


def test_outputs(unit: Unit) -> None:
    kinds = [output.kind for output in unit.outputs if output.kind != "dep-info"]
    right = [replace(FILE, kind=kind) for kind in kinds]
    assert len(right) > 1
    assert is_result(result(*right), unit)
    assert not is_result(result(*reversed(right)), unit)
    assert not is_result(result(*right[:-1]), unit)
    assert not is_result(result(*right, replace(FILE, kind="listed x.o")), unit)
    assert not is_result(
        result(replace(right[0], size=remote_limits.REMOTE_BLOB_BYTES_MAX + 1), *right[1:]), unit
    )
