"""The words of portable mode: of a unit that is stored, and of one that is left to the compiler."""

from pathlib import Path

from dunnage.engine.portable import added_words
from dunnage.keys.digests import Digests
from dunnage.keys.toolchain import Toolchains
from dunnage.store.store import Store
from support.crates import crate, real_rustc
from support.subjects import subject_of
from support.units import LocalView, unit_of


def test_none_in_any_other_mode(tmp_path: Path, store: Store) -> None:
    toolchains = Toolchains(Digests(store, lambda: 0))
    unit = unit_of(str(tmp_path))
    assert list(added_words(LocalView(), unit, {}, toolchains)) == []
    assert list(added_words(LocalView(), unit, {}, toolchains, subject_of(tmp_path))) == []


def test_of_a_subject_everything_is_known(tmp_path: Path, store: Store) -> None:
    subject = subject_of(tmp_path, portable=True)
    asked = LocalView()
    words = added_words(asked, subject.unit, {}, Toolchains(Digests(store, lambda: 0)), subject)
    assert f"--remap-path-prefix={tmp_path}=/dunnage/workspace" in words
    assert asked.asked == []


def test_of_what_is_left_to_the_compiler_it_is_found_out(tmp_path: Path, store: Store) -> None:
    made = crate(tmp_path / "a")
    view = made.view(made.invocation())
    toolchains = Toolchains(Digests(store, lambda: 0))
    unit = unit_of(str(made.directory), portable=True, compiler=real_rustc())
    words = added_words(view, unit, {}, toolchains)
    assert f"--remap-path-prefix={made.directory}=/dunnage/workspace" in words
    assert any("=/rustc/" in word for word in words)
    asked = len(view.asked)
    assert asked > 0
    assert added_words(view, unit, {}, toolchains) == words
    assert len(view.asked) == asked  # the toolchain is remembered


def test_of_a_compiler_that_is_none_the_roots_that_are_known(tmp_path: Path, store: Store) -> None:
    unit = unit_of(str(tmp_path), portable=True, compiler="/nowhere/rustc")
    words = added_words(LocalView(), unit, {}, Toolchains(Digests(store, lambda: 0)))
    assert f"--remap-path-prefix={tmp_path}=/dunnage/workspace" in words
    assert not any("=/rustc/" in word for word in words)
