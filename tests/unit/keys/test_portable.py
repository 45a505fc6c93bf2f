"""Stable names: every place has one, nested places in the order that rustc needs, and the user's words win."""

import dataclasses

from dunnage.keys.portable import remap_words, stable_names
from dunnage.keys.roots import Roots
from dunnage.keys.toolchain import Toolchain
from dunnage.keys.unit_key import unit_text
from dunnage.model.digest import ToolchainId
from dunnage.model.unit import Unit
from support.units import unit_of

TOOLCHAIN = Toolchain(ToolchainId(b"t" * 32), "/rust", "host", watched=(), records=(), commit="abc")
HERE = Roots.of(
    [("sysroot", "/rust"), ("workspace", "/w"), ("target", "/w/target"), ("cargo-home", "/h/u/.cargo")]
)
THERE = Roots.of(
    [("sysroot", "/r"), ("workspace", "/project"), ("target", "/target"), ("cargo-home", "/cargo")]
)


def portable(**changes: object) -> Unit:
    return unit_of("/w", portable=True, **changes)


def test_the_inner_place_stands_behind_the_outer_one() -> None:
    assert stable_names(portable(), HERE, TOOLCHAIN) == [
        ("/w", "/dunnage/workspace"),
        ("/w/target", "/dunnage/target"),
        ("/h/u/.cargo", "/dunnage/cargo-home"),
        ("/rust/lib/rustlib/src/rust", "/rustc/abc"),
    ]


def test_the_users_own_stand_last() -> None:
    words = remap_words(portable(remaps=("/w/src=/mine",)), HERE, None)
    assert words[0] == "--remap-path-prefix=/w=/dunnage/workspace"
    assert words[-1] == "--remap-path-prefix=/w/src=/mine"


def test_without_the_mode_nothing_is_added() -> None:
    assert remap_words(unit_of("/w", remaps=("/w=/mine",)), HERE, TOOLCHAIN) == []


def test_a_compiler_without_a_commit_has_no_name_for_its_sources() -> None:
    unknown = dataclasses.replace(TOOLCHAIN, commit="")
    assert "/rustc/" not in str(stable_names(portable(), HERE, unknown))


def test_a_sysroot_of_the_command_lines_own() -> None:
    assert ("/s/lib/rustlib/src/rust", "/rustc/abc") in stable_names(portable(sysroot="/s"), HERE, TOOLCHAIN)


def test_a_package_outside_of_the_workspace_has_a_name_of_its_own() -> None:
    assert ("/w", "/dunnage/packages/x-1.0.0") in stable_names(portable(package="x-1.0.0"), HERE, TOOLCHAIN)


def test_the_names_are_in_the_key_and_the_places_are_not() -> None:
    here = unit_text(portable(), TOOLCHAIN, HERE).pairs()
    moved = unit_of(
        "/project", portable=True, out_dir="/target/debug/deps", outputs=(), dep_info="/target/x.d"
    )
    there = unit_text(moved, TOOLCHAIN, THERE).pairs()
    names = [value for name, value in here if name == "portable"]
    assert names == [value for name, value in there if name == "portable"]
    assert "/dunnage/target" in names
    assert not [name for name, _ in unit_text(unit_of("/w"), TOOLCHAIN, HERE).pairs() if name == "portable"]
