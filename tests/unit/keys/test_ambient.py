"""The whole environment as a part of a key: what counts, what does not, and that places are relative."""

import pytest

from dunnage.config.cmake import LAUNCHER, LAUNCHER_VARIABLES
from dunnage.keys.ambient import IGNORED, IGNORED_PREFIXES, is_ambient, whole_environment
from dunnage.keys.roots import Roots

HERE = Roots.of([("workspace", "/here"), ("target", "/here/target")])
THERE = Roots.of([("workspace", "/there"), ("target", "/t")])
ENV = {"A": "1", "PATH": "/here/bin:/usr/bin", "OUT_DIR": "/here/target/out"}


def test_names_and_values_count_and_their_order_does_not() -> None:
    digest = whole_environment(ENV, HERE)
    assert whole_environment(dict(reversed(ENV.items())), HERE) == digest
    assert whole_environment(ENV | {"A": "2"}, HERE) != digest
    assert whole_environment(ENV | {"B": ""}, HERE) != digest
    assert whole_environment({name: ENV[name] for name in ("A", "PATH")}, HERE) != digest


def test_places_are_relative_to_their_roots() -> None:
    moved = {"A": "1", "PATH": "/there/bin:/usr/bin", "OUT_DIR": "/t/out"}
    assert whole_environment(moved, THERE) == whole_environment(ENV, HERE)


@pytest.mark.parametrize("name", [*IGNORED, *(f"{prefix}X" for prefix in IGNORED_PREFIXES)])
def test_what_differs_between_shells_does_not_count(name: str) -> None:
    assert is_ambient(name)
    assert whole_environment(ENV | {name: "x"}, HERE) == whole_environment(ENV, HERE)


def test_our_launcher_for_cmake_does_not_count_and_the_users_does() -> None:
    for name in LAUNCHER_VARIABLES:
        assert whole_environment(ENV | {name: LAUNCHER}, HERE) == whole_environment(ENV, HERE)
        assert whole_environment(ENV | {name: "distcc"}, HERE) != whole_environment(ENV, HERE)


def test_what_a_project_sets_does() -> None:
    assert not any(map(is_ambient, ("HOME", "PATH", "DATABASE_URL", "CARGO_PKG_NAME", "OUT_DIR")))
