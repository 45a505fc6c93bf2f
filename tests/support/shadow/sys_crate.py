"""A package for shadow builds whose build script does what those of `-sys` crates do, and tells cargo next to nothing.

It reads a file, lists a directory, looks for another file, asks for a variable, and compiles C with the `cc` crate,
whose sources and headers are texts, too, so that they are edited. Of all that it names one file to cargo.
"""

from pathlib import Path

BUILD = """
use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=data");
    println!("cargo:rerun-if-changed=native");
    println!("cargo:rerun-if-env-changed=SHADOW_WORD");
    let out = env::var("OUT_DIR").unwrap();
    let number = fs::read_to_string("data/number.txt").unwrap();
    let entries = fs::read_dir("data").unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let there = Path::new("data/there.txt").exists();
    let word = env::var("SHADOW_WORD").unwrap_or_default();
    fs::create_dir_all(Path::new(&out).join("made/deep")).unwrap();
    fs::write(
        Path::new(&out).join("made/deep/said.rs"),
        format!("pub const SAID: &str = {:?};", format!("{} {names:?} {there} {word}", number.trim())),
    ).unwrap();
    cc::Build::new().file("native/answer.c").include("native/first").include("native/second").compile("answer");
    println!("cargo:warning=made of {}", number.trim());
}
"""

FILES: dict[str, str] = {
    "Cargo.toml": (
        '[package]\nname = "stone"\nversion = "0.1.0"\nedition = "2021"\n[build-dependencies]\ncc = "={version}"\n'
    ),
    "build.rs": BUILD,
    "data/number.txt": "1, 2, 3\n",
    "native/answer.c": '#include "limit.txt"\nint answer(void) { return LIMIT; }\n',
    "native/second/limit.txt": "#define LIMIT 4\n",
    "native/first/other.txt": "5\n",
    "src/lib.rs": (
        'include!(concat!(env!("OUT_DIR"), "/made/deep/said.rs"));\nextern "C" {\n    fn answer() -> i32;\n}\n'
        "pub fn asked() -> i32 {\n    unsafe { answer() }\n}\n"
    ),
    "src/main.rs": 'fn main() {\n    println!("{} {}", stone::SAID, stone::asked());\n}\n',
}

DATA = ("data/number.txt", "native/second/limit.txt", "native/first/other.txt")
"""What is edited besides sources."""


def write_sys_crate(directory: Path, version: str) -> Path:
    """Write all of it; `version` is the one of the `cc` crate."""
    for name, text in FILES.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("{version}", version) if name == "Cargo.toml" else text)
    return directory
