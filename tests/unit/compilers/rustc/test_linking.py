"""How a unit is linked, and what is not understood."""

import pytest

from dunnage.compilers.registry import parse
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.unit import Cacheable, Link, Uncacheable, Verdict

BASE = ("rustc", "--crate-name", "x", "--emit=dep-info,link", "a.rs", "-Cextra-filename=-1")


def verdict(*words: str, env: dict[str, str] | None = None) -> Verdict:
    return parse(Invocation(program="/r/rustc", argv=[*BASE, *words], cwd="/w", env=env or {}))


def link(*words: str) -> Link | None:
    found = verdict(*words)
    assert isinstance(found, Cacheable), found
    return found.unit.link


def test_a_plain_program() -> None:
    assert link() == Link(driver="cc", stem="x-1")


def test_a_library_is_not_linked() -> None:
    assert link("--crate-type=lib") is None


def test_no_search_path_is_none() -> None:
    assert link("-Crpath=no") == Link(driver="cc", stem="x-1")


@pytest.mark.parametrize(
    "word", ["-Clto=fat", "-Clto=thin", "-Clinker-plugin-lto", "-Clinker-plugin-lto=yes"]
)
def test_link_time_optimisation(word: str) -> None:
    assert link(word) == Link(driver="cc", stem="x-1")


def test_words_and_directories() -> None:
    found = link(
        "-Clinker=/usr/bin/aarch64-linux-gnu-gcc-12", "-Clink-arg=-fuse-ld=bfd",
        "-Clink-args=-static -Wl,-z,now,--gc-sections",
        "-Lnative=/n", "-Ldependency=/d", "-Clink-arg=-L/more", "-Clink-arg=-lfoo", "-Clink-arg=/x/y.o",
    )  # fmt: skip
    assert found is not None
    assert found.driver == "/usr/bin/aarch64-linux-gnu-gcc-12"
    assert found.words == ("-fuse-ld=bfd", "-static")
    assert found.search_dirs == ("/n", "/more")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("-Clinker=./mine",), "linker-unknown"),
        (("-Clinker=ld.lld",), "linker-unknown"),
        (("-Clinker=sub/gcc",), "linker-unknown"),
        (("-Clinker-flavor=ld.lld",), "linker-unknown"),
        (("-Clinker-plugin-lto=/usr/lib/LLVMgold.so",), "linker-unknown"),
        (("-Clink-self-contained=yes",), "linker-unknown"),
        (("-Crpath",), "linker-unknown"),
        (("-C", "rpath=yes"), "linker-unknown"),
        (("--target=x86_64-pc-windows-gnu",), "linker-unknown"),
        (("--target=aarch64-linux-android",), "linker-unknown"),
        (("--target=/t/mine.json",), "linker-unknown"),
        (("-Clink-arg=-Wl,-Map=x.map",), "link-argument"),
        (("-Clink-arg=-Wl,--dependency-file=x",), "link-argument"),
        (("-Clink-arg=-Wl,--compress-debug-sections=zlib",), "link-argument"),
        (("-Clink-arg=-fuse-ld=other",), "link-argument"),
        (("-Clink-arg=@words",), "link-argument"),
        (("-Clink-arg=-Wl,@words",), "link-argument"),
        (("-Clink-arg=-specs=x",), "link-argument"),
        (("--crate-type=cdylib,dylib",), "linked"),
    ],
)
def test_left_to_rustc(words: tuple[str, ...], reason: str) -> None:
    found = verdict(*words)
    assert isinstance(found, Uncacheable)
    assert found.reason == reason
    assert (Outcome.UNCACHEABLE, reason) in REASONS


def test_words_cannot_stand_behind_the_end_of_options() -> None:
    argv = ["rustc", "--crate-name", "x", "--emit=dep-info,link", "--", "a.rs"]
    found = parse(Invocation(program="/r/rustc", argv=argv, cwd="/w", env={}))
    assert isinstance(found, Uncacheable)
    assert found.reason == "argument"


def test_an_environment_in_which_a_linker_writes_more() -> None:
    found = verdict(env={"LLD_REPRODUCE": "/x.tar"})
    assert isinstance(found, Uncacheable)
    assert found.reason == "linker-unknown"


def test_the_environment_of_linkers_counts_where_one_runs() -> None:
    env = {"LIBRARY_PATH": "/a:/b"}
    linked, plain = verdict(env=env), verdict("--crate-type=lib", env=env)
    assert isinstance(linked, Cacheable)
    assert isinstance(plain, Cacheable)
    assert [word.value for word in linked.unit.words if word.name == "env LIBRARY_PATH"] == ["/a", "/b"]
    assert not [word for word in plain.unit.words if word.name == "env LIBRARY_PATH"]
