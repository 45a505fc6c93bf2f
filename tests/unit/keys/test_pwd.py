"""PWD: whether it is a name of the working directory, and which."""

from pathlib import Path

import pytest

from dunnage.keys.pwd import name_here, place_of, undecided, with_name
from dunnage.model.path_set import PWD_HERE
from support.units import record_at


def named(value: str | None, cwd: Path) -> str | None:
    env = {} if value is None else {"PWD": value}
    return name_here(env, str(cwd), [record_at(path) for path in undecided(env, str(cwd))])


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    (tmp_path / "real/below").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file").touch()
    return tmp_path / "real"


@pytest.mark.parametrize("value", ["link", "link/", "real/", "real/.", "real/below/.."])
def test_another_name_of_it(cwd: Path, value: str) -> None:
    assert named(f"{cwd.parent}/{value}", cwd) == f"{cwd.parent}/{value}"


@pytest.mark.parametrize("value", ["", ".", "real/below", "file", "gone", "link/gone"])
def test_what_leads_elsewhere(cwd: Path, value: str) -> None:
    assert named(f"{cwd.parent}/{value}", cwd) is None


def test_its_own_name_and_none_need_no_look(cwd: Path) -> None:
    for value in ("", str(cwd)):
        assert undecided({"PWD": value}, str(cwd)) == ()
        assert named(value, cwd) is None
    assert undecided({}, str(cwd)) == ()
    assert named(None, cwd) is None


def test_a_relative_one_is_relative_to_it(cwd: Path) -> None:
    """gcc and a clang of today take none; an older clang does."""
    assert named("../link", cwd) == "../link"
    assert named("below", cwd) is None
    assert place_of({"PWD": "../link"}, str(cwd)) == f"{cwd}/../link"
    assert place_of({}, str(cwd)) == ""


def test_where_the_directory_cannot_be_statted_the_value_counts(cwd: Path) -> None:
    assert named("/tmp", cwd / "gone") == "/tmp"


def test_the_environment_with_it() -> None:
    env = {"PWD": "/a"}
    there = with_name(env, "/a")
    assert there == {"PWD": "/a", PWD_HERE: "/a"}
    assert with_name(there, "/b") == {"PWD": "/a", PWD_HERE: "/b"}
    assert with_name(there, None) == with_name(env, None) == env
