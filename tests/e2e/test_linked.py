"""What linkers make, through real cargo, rustc and linkers: hits that are right, and misses where an input changed."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.invoking import DUNNAGE, succeed
from support.workshop import Workshop

MACRO = """
use proc_macro::TokenStream;
#[proc_macro]
pub fn answer(_: TokenStream) -> TokenStream { "42".parse().unwrap() }
"""

BUILD = """
fn main() {
    println!("cargo::rerun-if-changed=../native/libdeep.a");
    println!("cargo::rustc-link-search=native={}/../native", std::env::var("CARGO_MANIFEST_DIR").unwrap());
    println!("cargo::rustc-link-lib=static=deep");
}
"""

MAIN = """
extern "C" { fn deep() -> i32; }
fn main() { println!("{} {} {}", made::answer!(), unsafe { deep() }, base::name()); }
#[test]
fn links() { assert_eq!(unsafe { deep() }, 7); }
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A program with a procedural macro, a build script, a C library, and a shared library beside it."""

    directory: Path

    def write(self, path: str, text: str) -> None:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def native(self, number: int, place: str = "native") -> None:
        """Make libdeep.a, whose only function gives this number."""
        self.write("deep.c", f"int deep(void) {{ return {number}; }}\n")
        (self.directory / place).mkdir(exist_ok=True)
        subprocess.run(["cc", "-c", "deep.c", "-o", "deep.o"], cwd=self.directory, check=True)
        archive = self.directory / place / "libdeep.a"
        archive.unlink(missing_ok=True)
        subprocess.run(["ar", "rcsD", str(archive), "deep.o"], cwd=self.directory, check=True)

    def cargo(self, *words: str, env: Mapping[str, str] | None = None, cached: bool = True) -> str:
        """`dunnage run -- cargo …` or plain cargo; what it said."""
        front = [*DUNNAGE, "run", "--"] if cached else []
        done = succeed([*front, "cargo", *words], self.directory, {"CARGO_INCREMENTAL": "0", **(env or {})})
        return done.stdout + done.stderr

    def wipe(self) -> None:
        shutil.rmtree(self.directory / "target")

    def outputs(self) -> dict[str, bytes]:
        """Everything that compilers made, by its place."""
        target = self.directory / "target"
        return {
            str(path.relative_to(target)): path.read_bytes()
            for path in sorted(target.rglob("*"))
            if path.is_file() and ("deps" in path.parts or path.name.startswith("build-script-"))
        }  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "ws")
    package = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
    made.write("Cargo.toml", '[workspace]\nmembers = ["made", "base", "top"]\nresolver = "2"\n')
    made.write("made/Cargo.toml", package.format("made") + "[lib]\nproc-macro = true\n")
    made.write("made/src/lib.rs", MACRO)
    made.write("base/Cargo.toml", package.format("base") + '[lib]\ncrate-type = ["lib", "cdylib"]\n')
    made.write("base/src/lib.rs", 'pub fn name() -> &\'static str { "base" }\n')
    needs = '[dependencies]\nmade = { path = "../made" }\nbase = { path = "../base" }\n'
    made.write("top/Cargo.toml", package.format("top") + needs)
    made.write("top/build.rs", BUILD)
    made.write("top/src/main.rs", MAIN)
    made.native(7)
    return made


@pytest.fixture
def shop() -> Workshop:
    return Workshop.here()


@pytest.mark.parametrize("words", [("build",), ("build", "--release"), ("test", "--no-run")], ids="-".join)
def test_all_of_it_hits_and_is_what_a_plain_build_makes(
    project: Project, shop: Workshop, words: tuple[str, ...]
) -> None:
    project.cargo(*words, cached=False)
    plain = project.outputs()
    project.wipe()
    project.cargo(*words)
    assert project.outputs() == plain
    cold = shop.reasons()
    project.wipe()
    project.cargo(*words)
    assert project.outputs() == plain
    warm = shop.reasons()
    assert warm["hit"] == {"local": sum(cold["miss"].values())}
    assert "uncacheable" not in warm
    project.cargo(*words)
    assert shop.reasons() == warm, "the second build is a no-op"


def test_a_program_runs_from_the_store(project: Project) -> None:
    assert "42 7 base" in project.cargo("run")
    project.wipe()
    assert "42 7 base" in project.cargo("run")


def flags(*words: str) -> dict[str, str]:
    return {"RUSTFLAGS": " ".join(f"-Clink-arg={word}" for word in words)}


@pytest.mark.parametrize("linker", ["bfd", "gold"])
def test_another_linker(project: Project, shop: Workshop, linker: str) -> None:
    """The same bytes as without us, also where it is not rustc's own."""
    env = flags(f"-fuse-ld={linker}")
    project.cargo("build", env=env, cached=False)
    plain = project.outputs()
    for _ in range(2):
        project.wipe()
        project.cargo("build", env=env)
        assert project.outputs() == plain
    assert shop.reasons()["hit"] == {"local": shop.reasons()["miss"]["new"]}


def test_a_changed_linker(project: Project, shop: Workshop) -> None:
    """Its bytes count: everything in this project is linked."""
    tools = project.directory / "tools"
    tools.mkdir()
    for name in ("ld", "ld.bfd"):
        shutil.copy(os.path.realpath("/usr/bin/ld.bfd"), tools / name)
    env = flags(f"-B{tools}", "-fuse-ld=bfd")
    project.cargo("build", env=env)
    first = shop.reasons()["miss"]["new"]
    with (tools / "ld.bfd").open("ab") as file:
        file.write(b"\0")
    project.wipe()
    project.cargo("build", env=env)
    assert shop.reasons() == {"miss": {"new": 2 * first}}


def test_a_library_that_now_comes_first(project: Project, shop: Workshop) -> None:
    """Every program asks for libm."""
    early = project.directory / "early"
    early.mkdir()
    env = flags(f"-L{early}")
    project.cargo("build", env=env)
    shutil.copy("/usr/lib/x86_64-linux-gnu/libm.so", early / "libm.so")
    project.wipe()
    project.cargo("build", env=env)
    assert shop.reasons()["miss"]["inputs-changed"] >= 1
    assert "hit" not in shop.reasons()
    (early / "libm.so").unlink()
    before = shop.reasons()
    project.wipe()
    project.cargo("build", env=env)
    assert shop.reasons()["miss"] == before["miss"], "and back: all of it is known"


def test_a_changed_native_library(project: Project) -> None:
    assert "42 7 base" in project.cargo("run")
    project.native(8)
    project.wipe()
    assert "42 8 base" in project.cargo("run")
    project.native(7)
    project.wipe()
    assert "42 7 base" in project.cargo("run")
