"""The registry: programs by name."""

import pytest

from dunnage.compilers.registry import FAMILIES, family, language_of, parse, response_files
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.unit import Uncacheable


@pytest.mark.parametrize(
    "program", ["rustc", "/rust/bin/rustc", "rustc.exe", "clippy-driver", "./clippy-driver"]
)
def test_rust_programs(program: str) -> None:
    front_end = family(program)
    assert front_end is not None
    assert front_end.language == "rust"


@pytest.mark.parametrize(
    "program", ["cc", "/usr/bin/gcc", "clang++-14", "aarch64-linux-gnu-gcc-12", "gcc.exe"]
)
def test_c_programs(program: str) -> None:
    front_end = family(program)
    assert front_end is not None
    assert front_end.language == "c"
    assert response_files([program, "@a"]) == ("a",)


@pytest.mark.parametrize("program", ["ld", "/usr/bin/gcc-ar", "rustc-wrapper", "rustdoc", "", "rustc/"])
def test_others_are_not_known(program: str) -> None:
    assert family(program) is None


def test_a_program_that_is_not_known_is_uncacheable_by_name() -> None:
    verdict = parse(
        Invocation(program="/usr/bin/cargo-llvm-cov", argv=["cargo-llvm-cov", "rustc"], cwd="/", env={})
    )
    assert verdict == Uncacheable("unknown-compiler", "cargo-llvm-cov")
    assert (Outcome.UNCACHEABLE, "unknown-compiler") in REASONS


def test_an_empty_command_line_is_uncacheable() -> None:
    assert isinstance(parse(Invocation(program="", argv=[], cwd="/", env={})), Uncacheable)
    assert response_files([]) == ()


@pytest.mark.parametrize(
    ("argv", "language"),
    [(["/r/rustc"], "rust"), (["gcc-12", "-S"], "c"), (["c++"], "c"), (["my-rustc"], "rust"), ([], "rust")],
)
def test_the_language_of_a_command_line(argv: list[str], language: str) -> None:
    assert language_of(argv) == language


def test_what_a_front_end_refuses_is_uncacheable() -> None:
    for argv, reason in (
        (["rustc", "--wat"], "argument"),
        (["gcc", "-c", "-"], "stdin"),
        (["gcc", "@a"], "response-file"),
    ):
        verdict = parse(Invocation(program=argv[0], argv=argv, cwd="/", env={}))
        assert isinstance(verdict, Uncacheable)
        assert verdict.reason == reason


def test_response_files_only_of_known_programs() -> None:
    assert response_files(["rustc", "@a", "b", "@a", "@c"]) == ("a", "c")
    assert response_files(["ld", "@a"]) == ()


def test_names_have_no_directory() -> None:
    assert all("/" not in name for name in FAMILIES)
