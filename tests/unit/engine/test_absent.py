"""The topmost absent directory stands for all that is looked for below it."""

from pathlib import Path

from dunnage.engine.absent import topmost_absent
from support.units import LocalView


def topmost(*paths: str) -> set[str]:
    return topmost_absent(LocalView(), paths)


def test_one_directory_stands_for_what_is_not_in_it(tmp_path: Path) -> None:
    here = str(tmp_path)
    assert topmost(f"{here}/bits/a.h", f"{here}/bits/types/b.h", f"{here}/c.h") == {
        f"{here}/bits",
        f"{here}/c.h",
    }


def test_a_directory_that_is_there_stands_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "bits").mkdir()
    paths = {f"{tmp_path}/bits/a.h", f"{tmp_path}/bits//b.h", f"{tmp_path}/bits/./c.h"}
    assert topmost(*paths) == paths


def test_the_way_is_taken_as_it_is_written(tmp_path: Path) -> None:
    # Through a link, and through a directory that is not there: the kernel goes no further, whatever follows.
    (tmp_path / "real/deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real/deep")
    assert topmost(f"{tmp_path}/link/../x.h") == {f"{tmp_path}/link/../x.h"}
    assert topmost(f"{tmp_path}/gone/../x.h") == {f"{tmp_path}/gone"}
    (tmp_path / "dangling").symlink_to("nowhere")
    assert topmost(f"{tmp_path}/dangling/x.h") == {f"{tmp_path}/dangling"}


def test_a_file_where_a_directory_would_have_to_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert topmost(f"{tmp_path}/file/x.h") == {f"{tmp_path}/file/x.h"}
    assert topmost(f"{tmp_path}/file/x/y.h") == {f"{tmp_path}/file/x"}


def test_of_nothing_nothing() -> None:
    assert topmost() == set()
    assert topmost("/no-such-file.h") == {"/no-such-file.h"}
