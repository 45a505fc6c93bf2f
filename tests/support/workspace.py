"""A small workspace of everything that linkers make, and the words to build it with and without dunnage."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from support.invoking import DUNNAGE, succeed
from support.launchers import program_of

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
    """A cargo project in a directory."""

    directory: Path

    def write(self, path: str, text: str) -> None:
        """Write a file."""
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
        """Remove the target directory."""
        shutil.rmtree(self.directory / "target")

    def outputs(self) -> dict[str, bytes]:
        """Everything that compilers made, by its place."""
        target = self.directory / "target"
        return {
            str(path.relative_to(target)): program_of(path.read_bytes())
            for path in sorted(target.rglob("*"))
            if path.is_file() and ("deps" in path.parts or path.name.startswith("build-script-"))
        }  # fmt: skip


def workspace(directory: Path) -> Project:
    """A program with a procedural macro, a build script, a C library, and a shared library beside it."""
    made = Project(directory)
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
