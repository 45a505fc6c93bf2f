"""Roots: found from what cargo does, nested ones longest first, and paths there and back."""

import pytest

from dunnage.keys.roots import Roots, cargo_home, roots_of, run_roots, target_dir
from dunnage.model.unit import Input
from support.units import unit_of

ROOTS = Roots.of(
    [("target", "/ws/target"), ("workspace", "/ws"), ("cargo-home", "/home/u/.cargo"), ("x", "/")]
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/ws/src/lib.rs", "{workspace}/src/lib.rs"),
        ("/ws/target/debug/x", "{target}/debug/x"),
        ("/ws/target", "{target}"),
        ("/ws/targets/x", "{workspace}/targets/x"),
        ("/wsx/a", "/wsx/a"),
        ("/home/u/.cargo/registry/src/i/a-1/lib.rs", "{cargo-home}/registry/src/i/a-1/lib.rs"),
        ("/etc/x", "/etc/x"),
    ],
)
def test_paths_there_and_back(path: str, text: str) -> None:
    assert ROOTS.relative(path) == text
    assert ROOTS.absolute(text) == path
    assert ROOTS.absolute_all([text, "/etc/x"]) == [path, "/etc/x"]


def test_a_root_that_is_not_known_today() -> None:
    with pytest.raises(KeyError):
        ROOTS.absolute("{elsewhere}/x")
    with pytest.raises(KeyError):
        ROOTS.absolute_all(["{elsewhere}/x"])


def test_the_root_directory_is_no_root() -> None:
    assert ROOTS.place("x") is None


def test_of_two_names_for_one_place_the_first_wins() -> None:
    assert Roots.of([("a", "/p"), ("b", "/p/")]).places == (("a", "/p"),)


def test_within_finds_every_place_in_a_text() -> None:
    assert set(ROOTS.within("-L/ws/target/debug")) == {"target", "workspace"}


@pytest.mark.parametrize(
    ("out_dir", "target", "expected"),
    [
        ("/p/target/debug/deps", None, "/p/target"),
        ("/p/target/debug/examples", None, "/p/target"),
        ("/target/aarch64-unknown-linux-gnu/release/deps", "aarch64-unknown-linux-gnu", "/target"),
        ("/target/mine/release/deps", "/specs/mine.json", "/target"),
        # Host units of a build with --target: cargo gives rustc no --target for them.
        ("/target/debug/deps", None, "/target"),
        # cargo's newer layout, one directory a unit.
        ("/p/target/debug/build/serde/0123456789abcdef/out", None, "/p/target"),
        ("/p/target/t/debug/build/serde/0123456789abcdef/out", "t", "/p/target"),
        # A build script, and what it compiles into its OUT_DIR.
        ("/p/target/debug/build/serde-0123456789abcdef", None, "/p/target"),
        ("/p/target/t/release/build/serde-0123456789abcdef", "t", "/p/target"),
        ("/p/target/debug/build/serde-0123456789abcdef/out", None, "/p/target"),
        ("/p/build/serde", None, "/p/build/serde"),
        # Nobody's layout.
        ("/tmp/out", None, "/tmp/out"),
    ],
)
def test_target_dir(out_dir: str, target: str | None, expected: str) -> None:
    assert target_dir(out_dir, target) == expected


def test_cargo_home_is_seen_in_paths_before_the_environment_is_believed() -> None:
    told = {"CARGO_HOME": "/other", "HOME": "/me"}
    assert cargo_home(["/c/registry/src/index/a-1"], told) == "/c"
    assert cargo_home(["/c/git/checkouts/a-1/2"], {}) == "/c"
    assert cargo_home(["/ws"], told) == "/other"
    assert cargo_home(["/ws"], {}) is None


def test_cargo_home_is_where_cargo_has_it_when_nobody_says_so() -> None:
    """A container sets CARGO_HOME and a user does not: both have that root."""
    assert cargo_home(["/ws"], {"HOME": "/home/me/"}) == "/home/me/.cargo"
    assert cargo_home(["/ws"], {"CARGO_HOME": "", "HOME": "/me"}) == "/me/.cargo"
    assert cargo_home(["/ws"], {"HOME": ""}) is None


def test_roots_of_a_member_of_a_workspace() -> None:
    roots = roots_of(unit_of("/ws"), sysroot="/rust", env={"CARGO_HOME": "/cargo"})
    assert dict(roots.places) == {
        "sysroot": "/rust", "target": "/ws/target", "workspace": "/ws", "cargo-home": "/cargo",
    }  # fmt: skip


def test_roots_of_a_package_from_the_registry() -> None:
    package = "/cargo/registry/src/index/a-1.0.0"
    unit = unit_of(
        "/ws", cwd=package, package_dir=package, inputs=(Input("source", f"{package}/src/lib.rs"),)
    )
    roots = roots_of(unit, sysroot="/rust", env={})
    assert dict(roots.places) == {"sysroot": "/rust", "target": "/ws/target", "cargo-home": "/cargo"}


def test_roots_of_a_build_scripts_run() -> None:
    package = "/cargo/registry/src/index/a-1.0.0"
    for out_dir in (
        "/t/debug/build/a-0123456789abcdef/out",
        "/t/x86_64-unknown-linux-gnu/release/build/a-0123456789abcdef/out",
        "/t/debug/build/a/0123456789abcdef/out",
    ):
        roots = run_roots(out_dir, package, {"TARGET": "x86_64-unknown-linux-gnu"})
        assert dict(roots.places) == {"target": "/t", "cargo-home": "/cargo"}
    roots = run_roots("/odd/place", "/ws/member", {"CARGO_HOME": "/cargo"})
    assert dict(roots.places) == {"target": "/odd/place", "cargo-home": "/cargo", "package": "/ws/member"}


def test_a_text_that_only_looks_like_a_root() -> None:
    """The value of a variable may be anything; two values must not become one."""
    for text in ("{workspace}/x", "{}", "{", "{}{target}", "{no root"):
        assert ROOTS.relative(text) != text
        assert ROOTS.absolute(ROOTS.relative(text)) == text


def test_the_roots_of_c() -> None:
    """A build script's, where one compiles; the directory where the compiler runs."""
    unit = unit_of("/w/project", language="c", package_dir="/c/registry/src/index/zstd-sys-2.0")
    env = {"OUT_DIR": "/t/debug/build/zstd-sys-0123456789abcdef/out", "HOME": "/home/me"}
    assert dict(roots_of(unit, sysroot="", env=env).places) == {
        "workspace": "/w/project", "cargo-home": "/c", "target": "/t",
    }  # fmt: skip
    plain = unit_of("/w/project", language="c")
    assert dict(roots_of(plain, sysroot="", env={}).places) == {"workspace": "/w/project"}
    inside = unit_of("/c/registry/src/index/zstd-sys-2.0", language="c")
    assert dict(roots_of(inside, sysroot="", env={}).places) == {"cargo-home": "/c"}
