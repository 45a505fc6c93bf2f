"""A workspace with one of everything: C code that the `cc` crate compiles, a native library that only the source
names, a proc macro, build scripts, a shared library, a program and tests.
"""

from pathlib import Path

from support.projects import fetch_dependencies

CC = "=1.2.67"
"""The release of the `cc` crate; what it needs is locked when the workspace is made."""

_PACKAGE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'

_FILES = {
    "Cargo.toml": '[workspace]\nmembers = ["made", "native", "embedded", "top"]\nresolver = "2"\n',
    "made/Cargo.toml": _PACKAGE.format("made") + "[lib]\nproc-macro = true\n",
    "made/src/lib.rs": """\
use proc_macro::TokenStream;

#[proc_macro]
pub fn answer(_: TokenStream) -> TokenStream {
    "42".parse().unwrap()
}
""",
    # C in two files with a header, found and linked as `-sys` crates do it.
    "native/Cargo.toml": _PACKAGE.format("native") + f'[build-dependencies]\ncc = "{CC}"\n',
    "native/build.rs": """\
fn main() {
    println!("cargo::rerun-if-changed=src");
    cc::Build::new().files(["src/deep.c", "src/deeper.c"]).include("src").warnings(true).compile("deep");
}
""",
    "native/src/deep.h": "int deep(void);\nint deeper(void);\n",
    "native/src/deep.c": '#include "deep.h"\nint deep(void) { return deeper() + 3; }\n',
    "native/src/deeper.c": '#include "deep.h"\nint deeper(void) { return 4; }\n',
    "native/src/lib.rs": """\
extern "C" {
    fn deep() -> i32;
}

pub fn seven() -> i32 {
    unsafe { deep() }
}

#[test]
fn links() {
    assert_eq!(seven(), 7);
}
""",
    # A library that no option names: rustc takes it in because the source says so.
    "embedded/Cargo.toml": _PACKAGE.format("embedded") + f'[build-dependencies]\ncc = "{CC}"\n',
    "embedded/build.rs": """\
fn main() {
    println!("cargo::rerun-if-changed=src/eleven.c");
    cc::Build::new().file("src/eleven.c").cargo_metadata(false).compile("eleven");
    println!("cargo::rustc-link-search=native={}", std::env::var("OUT_DIR").unwrap());
}
""",
    "embedded/src/eleven.c": "int eleven(void) { return 11; }\n",
    "embedded/src/lib.rs": """\
#[link(name = "eleven", kind = "static")]
extern "C" {
    fn eleven() -> i32;
}

pub fn number() -> i32 {
    unsafe { eleven() }
}
""",
    "top/Cargo.toml": _PACKAGE.format("top")
    + """\
[lib]
crate-type = ["lib", "cdylib"]
[dependencies]
made = { path = "../made" }
native = { path = "../native" }
embedded = { path = "../embedded" }
""",
    "top/src/lib.rs": """\
pub fn all() -> String {
    format!("{} {} {}", native::seven(), embedded::number(), made::answer!())
}

#[no_mangle]
pub extern "C" fn top_eleven() -> i32 {
    embedded::number()
}
""",
    "top/src/main.rs": 'fn main() {\n    println!("{}", top::all());\n}\n',
    "top/tests/all.rs": '#[test]\nfn all() {\n    assert_eq!(top::all(), "7 11 42");\n}\n',
}


def one_of_everything(directory: Path) -> tuple[Path, Path]:
    """Write the workspace, lock it, and fetch what it needs; it, and the cargo home to build it with."""
    for name, text in _FILES.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory, fetch_dependencies(directory)
