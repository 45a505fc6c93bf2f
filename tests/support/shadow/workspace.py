"""A workspace of our own for shadow builds: modules, a proc macro, generated code, a native library, a program.

The native library is Rust, too, compiled by a build script behind cargo's back and put into an archive by it, so that
no C compiler has a say. It is named by `#[link]` in a source: no option and no dep-info line mentions it.
"""

from pathlib import Path

MEMBERS = ("base", "macros", "made", "native", "app")


def manifest(name: str, more: str = "") -> str:
    """A member's Cargo.toml."""
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}'


ARCHIVE = """
use std::{env, fs, path::PathBuf, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=library/answer.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let object = out.join("answer.o");
    let status = Command::new(env::var_os("RUSTC").unwrap())
        .args(["--crate-type", "lib", "--edition", "2021", "--emit", "obj", "-C", "panic=abort", "-C", "opt-level=1"])
        .arg("-o").arg(&object).arg("library/answer.rs")
        .status().unwrap();
    assert!(status.success());
    let contents = fs::read(&object).unwrap();
    let mut archive = b"!<arch>\\n".to_vec();
    archive.extend(format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\\n", "answer.o/", 0, 0, 0, 644, contents.len()).bytes());
    archive.extend(&contents);
    if contents.len() % 2 == 1 { archive.push(b'\\n'); }
    fs::write(out.join("libanswer.a"), archive).unwrap();
    println!("cargo:rustc-link-search=native={}", out.display());
}
"""

GENERATE = """
use std::{env, fs, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=numbers.txt");
    println!("cargo:rerun-if-env-changed=SHADOW_WORD");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let numbers = fs::read_to_string("numbers.txt").unwrap();
    let word = env::var("SHADOW_WORD").unwrap_or_default();
    fs::write(
        out.join("made.rs"),
        format!("pub const NUMBERS: &[u32] = &[{}];\\npub const WORD: &str = {word:?};\\n", numbers.trim()),
    ).unwrap();
    if numbers.contains('7') { println!("cargo:rustc-cfg=seven"); }
    println!("cargo:rustc-check-cfg=cfg(seven)");
}
"""

MACROS = """
use proc_macro::{Literal, TokenStream, TokenTree};

/// The words in upper case.
#[proc_macro]
pub fn shout(words: TokenStream) -> TokenStream {
    let said = words.to_string().to_uppercase();
    TokenTree::from(Literal::string(&said)).into()
}

/// `fn name()` for a type.
#[proc_macro_derive(Name)]
pub fn name(item: TokenStream) -> TokenStream {
    let mut words = item.into_iter().map(|word| word.to_string()).skip_while(|word| word != "struct");
    let name = words.nth(1).unwrap();
    format!("impl {name} {{ pub fn name() -> &'static str {{ {name:?} }} }}").parse().unwrap()
}
"""

FILES: dict[str, str] = {
    "Cargo.toml": f'[workspace]\nmembers = {list(MEMBERS)}\nresolver = "2"\n',
    "base/Cargo.toml": manifest("base", "[features]\ndefault = []\nextra = []\nmore = ['extra']\n"),
    "base/src/lib.rs": (
        'pub mod words;\npub mod numbers;\n#[cfg(feature = "extra")]\npub mod extra;\n'
        'pub fn greet(name: &str) -> String {\n    format!("{} {name} {}", words::hello(), numbers::sum())\n}\n'
        "#[cfg(test)]\nmod tests;\n"
    ),
    "base/src/words.rs": (
        "pub mod deep;\npub fn hello() -> &'static str {\n"
        '    option_env!("SHADOW_WORD").unwrap_or(deep::word())\n}\n'
    ),
    "base/src/words/deep.rs": "#[inline]\npub fn word() -> &'static str {\n    \"hello\"\n}\n",
    "base/src/numbers/mod.rs": (
        "mod two;\npub fn sum() -> u32 {\n    1 + two::two()\n}\n"
        "pub fn largest<T: Ord + Copy>(all: &[T]) -> Option<T> {\n    all.iter().copied().max()\n}\n"
    ),
    "base/src/numbers/two.rs": "pub const fn two() -> u32 {\n    2\n}\n",
    "base/src/extra.rs": 'pub fn extra() -> bool {\n    cfg!(feature = "more")\n}\n',
    "base/src/tests.rs": '#[test]\nfn greets() {\n    assert!(super::greet("you").contains("you"));\n}\n',
    "macros/Cargo.toml": manifest("macros", "[lib]\nproc-macro = true\n"),
    "macros/src/lib.rs": MACROS,
    "made/Cargo.toml": manifest("made"),
    "made/build.rs": GENERATE,
    "made/numbers.txt": "1, 2, 3\n",
    "made/src/lib.rs": (
        'include!(concat!(env!("OUT_DIR"), "/made.rs"));\n'
        "pub fn total() -> u32 {\n    NUMBERS.iter().sum::<u32>() + if cfg!(seven) { 700 } else { 0 }\n}\n"
    ),
    "native/Cargo.toml": manifest("native"),
    "native/build.rs": ARCHIVE,
    "native/library/answer.rs": (
        '#![no_std]\n#[no_mangle]\npub extern "C" fn answer() -> u32 {\n    42\n}\n'
    ),
    "native/src/lib.rs": (
        '#[link(name = "answer", kind = "static")]\nextern "C" {\n    fn answer() -> u32;\n}\n'
        "pub fn asked() -> u32 {\n    unsafe { answer() }\n}\n"
    ),
    "app/Cargo.toml": manifest(
        "app",
        "[features]\nextra = ['base/extra']\nmore = ['base/more']\n[dependencies]\n"
        + "".join(f'{name} = {{ path = "../{name}" }}\n' for name in MEMBERS[:-1]),
    ),
    "app/src/lib.rs": (
        "mod report;\npub use report::report;\n#[derive(macros::Name)]\npub struct Ship;\n"
    ),
    "app/src/report.rs": (
        "pub fn report() -> String {\n"
        '    let said = macros::shout!(ahoy there);\n    let name = crate::Ship::name();\n'
        '    format!("{} {} {} {said} {name}", base::greet("you"), made::total(), native::asked())\n}\n'
    ),
    "app/src/main.rs": 'fn main() {\n    println!("{}", app::report());\n}\n',
    "app/tests/whole.rs": '#[test]\nfn whole() {\n    assert!(app::report().contains("you"));\n}\n',
}  # fmt: skip


def write_workspace(directory: Path) -> Path:
    """Write all of it."""
    for name, text in FILES.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return directory
