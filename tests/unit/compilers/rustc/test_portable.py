"""Which units portable mode is for."""

from pathlib import Path

import pytest

from dunnage.compilers.registry import parse
from dunnage.model.unit import Cacheable, Unit
from support.crates import Crate

ON = {"DUNNAGE_PORTABLE": "1"}


def unit(directory: Path, *words: str, **env: str) -> Unit:
    crate = Crate(directory, rustc="/rust/bin/rustc", env=env)
    verdict = parse(crate.invocation(*words))
    assert isinstance(verdict, Cacheable), verdict
    return verdict.unit


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("on", True), ("0", False), ("", False)])
def test_it_is_the_client_that_asks(tmp_path: Path, value: str, expected: bool) -> None:
    assert unit(tmp_path, DUNNAGE_PORTABLE=value).portable is expected


def test_nobody_asks(tmp_path: Path) -> None:
    assert not unit(tmp_path).portable


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-C", "instrument-coverage"), False),
        (("-C", "linker-plugin-lto"), False),
        (("-C", "profile-generate=/tmp/p"), False),
        (("-C", "profile-use=/tmp/p.profdata"), False),
        (("-Z", "profile-sample-use=/tmp/p"), False),
        (("-C", "profile-generate=no"), True),
        (("-C", "debuginfo=2"), True),
        (("-C", "x" * 200_000), False),
    ],
)
def test_what_hides_its_paths_is_left_as_it_is(
    tmp_path: Path, words: tuple[str, ...], expected: bool
) -> None:
    assert unit(tmp_path, *words, **ON).portable is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), True),
        (("-L", "dependency=/t/deps", "-L", "native=/n", "--extern", "proc_macro", "-Z", "threads=2"), True),
        (("--extern", "a=/t/liba.rmeta"), False),
        (("-L", "/crates"), False),
        (("-L", "crate=/crates"), False),
        (("-Z", 'crate-attr=doc=env!("OUT_DIR")'), False),
        (("-Z", "crate_attr=no_std"), False),
        (("--quux=x",), False),
    ],
)
def test_no_macros_come_to_it(tmp_path: Path, words: tuple[str, ...], expected: bool) -> None:
    assert unit(tmp_path, *words).alone is expected


def test_words_cannot_stand_behind_the_end(tmp_path: Path) -> None:
    crate = Crate(tmp_path, rustc="/rust/bin/rustc", env=ON)
    invocation = crate.invocation()
    words = [word for word in invocation.argv if word != "src/lib.rs"]
    invocation = type(invocation)(
        program=invocation.program, argv=[*words, "--", "src/lib.rs"], cwd=invocation.cwd, env=invocation.env
    )
    verdict = parse(invocation)
    assert isinstance(verdict, Cacheable)
    assert not verdict.unit.portable


def test_the_users_own_remaps_in_their_order(tmp_path: Path) -> None:
    words = ("--remap-path-prefix=/a=b", "--remap-path-prefix", "/c=d", "--remap-path-scope", "macro")
    assert unit(tmp_path, *words).remaps == ["/a=b", "/c=d"]


def test_a_member_of_a_workspace_and_a_package_elsewhere(tmp_path: Path) -> None:
    assert unit(tmp_path).package == ""
    crate = Crate(
        tmp_path, rustc="/rust/bin/rustc", env={"CARGO_PKG_NAME": "x", "CARGO_PKG_VERSION": "1.0.0"}
    )
    invocation = crate.invocation()
    argv = [str(tmp_path / word) if word == "src/lib.rs" else word for word in invocation.argv]
    for env, expected in ((invocation.env, "x-1.0.0"), ({}, "demo")):
        verdict = parse(type(invocation)(program=invocation.program, argv=argv, cwd=invocation.cwd, env=env))
        assert isinstance(verdict, Cacheable)
        assert verdict.unit.package == expected
