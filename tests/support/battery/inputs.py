"""Cases about inputs that a key must see: lines 1 to 15."""

import os
import shutil
from pathlib import Path

from support.battery import macros
from support.battery.case import BASE, Build, Case, Look, app, app_with_macro, package, saying
from support.battery.native import (
    ANSWER,
    archive,
    native,
    plugin,
    profile,
    search,
    sysroot_crate,
    target_file,
)
from support.tools import toolchain

WORD = saying('format!("{:?}", option_env!("WORD"))')
DESCRIBED = app_with_macro(
    'format!("{:?}", std::env::var("CARGO_PKG_DESCRIPTION").unwrap()).parse().unwrap()'
)
READS_FILE = 'format!("{:?}", std::fs::read_to_string("data.txt").unwrap()).parse().unwrap()'
READS_WORD = 'format!("{:?}", std::env::var("WORD").unwrap_or_default()).parse().unwrap()'
COUNTS_FILES = 'format!("\\"{}\\"", std::fs::read_dir("data").unwrap().count()).parse().unwrap()'
PART = 'pub const NAME: &str = "{}";\n'


def _described(word: str) -> Build:
    dependencies = '[dependencies]\nmacros = { path = "macros" }\n'
    return Build(files={"Cargo.toml": package(more=f'description = "{word}"\n{dependencies}')})


def _same_stamp(project: Path) -> None:
    """As an unpacked archive or a synchronised directory has it."""
    os.utime(project / "src/lib.rs", ns=(10**18, 10**18))


def _second_only(project: Path) -> None:
    archive(project / "second", 2)
    shutil.rmtree(project / "first", ignore_errors=True)


def _linker_script(name: str) -> Build:
    def prepare(project: Path) -> None:
        for number, word in enumerate(("one", "two"), 1):
            archive(project / word, number)
        (project / "answer.ld").write_text(f"INPUT({project / name / 'libanswer.a'})\n")

    return Build(prepare=prepare)


def _patched(word: str) -> Build:
    def prepare(project: Path) -> None:
        sysroot_crate(project.parent / "sysroot", word)

    # Not through rustup, which has rustc load the libraries of its own toolchain.
    path = f"{toolchain() / 'bin'}:{os.environ['PATH']}"
    return Build(prepare=prepare, env={"RUSTC": f"{BASE}/sysroot/bin/rustc", "PATH": path})


def _toolchain_file(word: str) -> Build:
    """Two toolchains, and the file by which rustup's proxies choose one of them."""

    def prepare(project: Path) -> None:
        place = project.parent / f"sysroot-{word}"
        sysroot_crate(place, word)
        (project / "rust-toolchain.toml").write_text(f'[toolchain]\npath = "{place}"\n')

    return Build(prepare=prepare)


def _toolchain_variable(word: str) -> Build:
    def prepare(project: Path) -> None:
        sysroot_crate(project.parent / f"sysroot-{word}", word)

    return Build(prepare=prepare, env={"RUSTUP_TOOLCHAIN": f"{BASE}/sysroot-{word}"})


def _linker(word: str) -> Build:
    """A script under the name of a linker, which says where libraries are to be looked for."""

    def prepare(project: Path) -> None:
        script = project.parent / "linker"
        script.write_text(f'#!/bin/sh\nexec cc "$@" -Wl,-rpath,/word-{word}\n')
        script.chmod(0o755)

    return Build(prepare=prepare, env={"RUSTFLAGS": f"-Clinker={BASE}/linker"})


def _profiled(count: int) -> Build:
    words = f"-Copt-level=2 -Cprofile-use={BASE}/project/profile"
    return Build(prepare=lambda project: profile(project / "profile", count), env={"RUSTFLAGS": words})


def _plugged(word: str) -> Build:
    words = f"-Copt-level=1 -Zllvm-plugins={BASE}/plugin.so"
    env = {"RUSTFLAGS": words, "RUSTC_BOOTSTRAP": "1"}
    return Build(prepare=lambda project: plugin(project.parent, word), env=env)


VERSIONED = {
    "Cargo.toml": package(),
    "build.rs": 'fn main() {\n    println!("cargo:rustc-link-arg-bins=-Wl,--version-script={}/versions.map", '
    'env!("CARGO_MANIFEST_DIR"));\n}\n',
    "src/main.rs": """fn main() {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let word = ["VERSION", "ONE"].join("_");
    print!("{}", program.windows(word.len()).any(|part| part == word.as_bytes()));
}
""",
}
LINKED = {
    "Cargo.toml": package(),
    "src/main.rs": """fn main() {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let word = ["/word", "one"].join("-");
    print!("{}", program.windows(word.len()).any(|part| part == word.as_bytes()));
}
""",
}
ORDERED = {
    "Cargo.toml": package(),
    "build.rs": 'fn main() {\n    println!("cargo:rustc-link-arg-bins=-Wl,--symbol-ordering-file={}/order", '
    'env!("CARGO_MANIFEST_DIR"));\n}\n',
    "src/main.rs": """#[no_mangle]
#[inline(never)]
pub extern "C" fn first() -> u32 {
    1
}

#[no_mangle]
#[inline(never)]
pub extern "C" fn second() -> u32 {
    2
}

fn main() {
    print!("{}", (first as *const ()) < (second as *const ()));
}
""",
}
PROFILED = app(
    '#[no_mangle]\npub extern "C" fn answer(number: u32) -> u32 {\n'
    "    if number > 3 { number * 2 } else { number + 1 }\n}\n" + saying("answer(7).to_string()")
)
FEATURES = saying(
    'format!("{} {} {}", cfg!(target_feature = "sse3"), cfg!(target_feature = "crc"), cfg!(target_feature = "lse"))'
)
BEHIND = app(
    saying("mid::said()"),
    manifest='[dependencies]\nmid = { path = "mid" }\n[profile.dev]\nlto = "fat"\n',
) | {
    "mid/Cargo.toml": package(name="mid", more='[dependencies]\nbase = { path = "../base" }\n'),
    "mid/src/lib.rs": saying("base::said()"),
    "base/Cargo.toml": package(name="base"),
    "base/src/lib.rs": saying("unsafe { answer() }.to_string()", ANSWER),
    "base/build.rs": search("libraries", library=True),
}

MOVED = saying("greeting::said()", "mod greeting;\n")
WHERE = "pub fn said() -> String {\n    file!().to_string()\n}\n"
LINTS = '[lints.rust]\nunexpected_cfgs = {{ level = "warn", check-cfg = [{}] }}\n'
LIB = '[lib]\npath = "src/{}.rs"\n'

CASES = [
    Case(
        line=1, name="unset-or-empty", claim="An unset variable and an empty one are two things.",
        files=app(WORD), a=Build(), b=Build(env={"WORD": ""}),
    ),
    Case(
        line=1, name="escapes", claim="A newline in a variable is not a backslash and an n.",
        files=app(WORD), a=Build(env={"WORD": "a\nb"}), b=Build(env={"WORD": "a\\nb"}),
    ),
    Case(
        line=2, name="bootstrap", claim="`RUSTC_BOOTSTRAP` changes what the compiler takes, and it says so nowhere.",
        files=app(saying('"taken".to_string()', "#![feature(never_type)]\n")),
        a=Build(env={"RUSTC_BOOTSTRAP": "1"}), b=Build(),
    ),
    Case(
        line=2, name="noise", claim="Variables that change nothing change no key.",
        files=app(saying('"quiet".to_string()')), b=Build(env={"CARGO_NET_RETRY": "7", "SOME_TOKEN": "x"}),
        peers=False, differ=False,
    ),
    Case(
        line=3, name="macro-and-package", claim="A proc macro that reads `CARGO_PKG_DESCRIPTION` sees today's.",
        files=DESCRIBED,
        a=_described("one"), b=_described("two"),
    ),
    *macros.CASES,
    Case(
        line=3, name="extra-input", claim="A file of `[[extra-inputs]]` counts, whoever reads it.",
        files=app_with_macro(READS_FILE) | {"dunnage.toml": '[[extra-inputs]]\nfiles = "data.txt"\n'},
        a=Build(files={"data.txt": "one"}), b=Build(files={"data.txt": "two"}), peers=False,
    ),
    Case(
        line=3, name="extra-input-that-appears", claim="A file that a glob of `[[extra-inputs]]` newly meets counts.",
        files=app_with_macro(COUNTS_FILES) | {
            "dunnage.toml": '[[extra-inputs]]\npackage = "app"\nfiles = "data/**/*.txt"\n', "data/one.txt": "1"},
        a=Build(files={"data/two.txt": None}), b=Build(files={"data/two.txt": "2"}), peers=False,
    ),
    Case(
        line=3, name="extra-input-elsewhere", claim="`[[extra-inputs]]` of another package changes nothing.",
        files=app(saying('"quiet".to_string()'))
        | {"dunnage.toml": '[[extra-inputs]]\npackage = "other"\nfiles = "data.txt"\n'},
        a=Build(files={"data.txt": "one"}), b=Build(files={"data.txt": "two"}), peers=False, differ=False,
    ),
    Case(
        line=3, name="extra-variable", claim="A variable of `[[extra-inputs]]` counts, whoever reads it.",
        files=app_with_macro(READS_WORD) | {"dunnage.toml": '[[extra-inputs]]\npackage = "a*"\nenv = "WORD"\n'},
        a=Build(env={"WORD": "one"}), b=Build(env={"WORD": "two"}), peers=False,
    ),
    Case(
        line=4, name="moved-module", claim="`x.rs` that became `x/mod.rs` is another file.",
        files=app(MOVED), a=Build(files={"src/greeting.rs": WHERE}), b=Build(files={"src/greeting/mod.rs": WHERE}),
    ),
    Case(
        line=4, name="twin-module", claim="`x/mod.rs` beside an unchanged `x.rs` is an error, and no old answer.",
        files=app(MOVED), a=Build(files={"src/greeting.rs": WHERE}),
        b=Build(files={"src/greeting.rs": WHERE, "src/greeting/mod.rs": WHERE}),
    ),
    Case(
        line=4, name="library-in-front", claim="A native library that appears in an earlier directory is taken.",
        files=native("first", "second"),
        a=Build(prepare=_second_only), b=Build(prepare=lambda project: archive(project / "first", 1)),
    ),
    Case(
        line=4, name="library-in-front-observed", files=native("first", "second", observed=True),
        claim="So is one of a crate that is observed, whose libraries count as far as rustc looks at them.",
        a=Build(prepare=_second_only), b=Build(prepare=lambda project: archive(project / "first", 1)), peers=False,
    ),
    Case(
        line=5, name="swapped-modules", claim="Two modules whose contents are swapped are not the same set of files.",
        files=app(saying('format!("{} {}", one::NAME, two::NAME)', "mod one;\nmod two;\n")),
        a=Build(files={"src/one.rs": PART.format("x"), "src/two.rs": PART.format("y")}),
        b=Build(files={"src/one.rs": PART.format("y"), "src/two.rs": PART.format("x")}),
    ),
    Case(
        line=5, name="renamed-source", claim="A source under another name says another `file!()`.",
        files=app(""),
        a=Build(files={"Cargo.toml": package(more=LIB.format("one")), "src/lib.rs": None, "src/one.rs": WHERE}),
        b=Build(files={"Cargo.toml": package(more=LIB.format("two")), "src/lib.rs": None, "src/two.rs": WHERE}),
    ),
    Case(
        line=6, name="swapped-externs", claim="Two crates that swap their `--extern` names are not the same set.",
        files=app(saying('format!("{} {}", first::NAME, second::NAME)'))
        | {"parts/one/src/lib.rs": PART.format("x"), "parts/two/src/lib.rs": PART.format("y")}
        | {f"parts/{name}/Cargo.toml": package(name=name) for name in ("one", "two")},
        a=Build(files={"Cargo.toml": package(more='[dependencies]\nfirst = { path = "parts/one", package = "one" }\n'
                                             'second = { path = "parts/two", package = "two" }\n')}),
        b=Build(files={"Cargo.toml": package(more='[dependencies]\nfirst = { path = "parts/two", package = "two" }\n'
                                             'second = { path = "parts/one", package = "one" }\n')}),
    ),
    Case(
        line=6, name="deep-change", claim="A body that changes two crates down reaches the program.",
        files=app(saying("mid::said()"), manifest='[dependencies]\nmid = { path = "mid" }\n')
        | {"mid/Cargo.toml": package(name="mid", more='[dependencies]\nbase = { path = "../base" }\n'),
           "mid/src/lib.rs": saying("base::said()"), "base/Cargo.toml": package(name="base")},
        a=Build(files={"base/src/lib.rs": saying('"one".to_string()')}),
        b=Build(files={"base/src/lib.rs": saying('"two".to_string()')}),
    ),
    Case(
        line=6, name="bundled-behind-lto", files=BEHIND,
        claim="With LTO a library that a crate two down bundles reaches the program.",
        a=Build(prepare=lambda project: archive(project / "base/libraries", 1)),
        b=Build(prepare=lambda project: archive(project / "base/libraries", 2)),
    ),
    Case(
        line=7, name="link-attribute", claim='The archive behind `#[link(kind = "static")]` is an input.',
        files=native("libraries", library=False),
        a=Build(prepare=lambda project: archive(project / "libraries", 1)),
        b=Build(prepare=lambda project: archive(project / "libraries", 2)),
    ),
    Case(
        line=7, name="link-attribute-observed", claim="Also in a crate that is observed.",
        files=native("libraries", library=False, observed=True),
        a=Build(prepare=lambda project: archive(project / "libraries", 1)),
        b=Build(prepare=lambda project: archive(project / "libraries", 2)),
        peers=False,
    ),
    Case(
        line=7, name="link-option", claim="The archive behind `-l static=` is an input.",
        files=native("libraries"),
        a=Build(prepare=lambda project: archive(project / "libraries", 1)),
        b=Build(prepare=lambda project: archive(project / "libraries", 2)),
    ),
    Case(
        line=7, name="thin-archive", claim="The objects behind a thin archive are inputs, or it is not cached.",
        files=native("libraries"),
        a=Build(prepare=lambda project: archive(project / "libraries", 1, thin=True)),
        b=Build(prepare=lambda project: archive(project / "libraries", 2, thin=True)),
        hits=False,
    ),
    Case(
        line=7, name="thin-archive-observed", claim="Also in a crate that is observed.",
        files=native("libraries", observed=True),
        a=Build(prepare=lambda project: archive(project / "libraries", 1, thin=True)),
        b=Build(prepare=lambda project: archive(project / "libraries", 2, thin=True)),
        hits=False,
        peers=False,
    ),
    Case(
        line=8, name="check-then-build", claim="What `check` made is not what `build` needs.",
        files=app(saying('"built".to_string()')), a=Build(cargo=("check", "--offline")), look=Look.FILES,
    ),
    Case(
        line=9, name="linker-script", claim="The contents of a linker script count.",
        files={
            "Cargo.toml": package(),
            "build.rs": 'fn main() {\n    println!("cargo:rustc-link-arg={}/answer.ld", '
            'env!("CARGO_MANIFEST_DIR"));\n}\n',
            "src/main.rs": ANSWER + 'fn main() {\n    print!("{}", unsafe { answer() });\n}\n',
        },
        a=_linker_script("one"), b=_linker_script("two"), hits=False,
    ),
    Case(
        line=9, name="version-script", claim="The contents of a version script count.", files=VERSIONED,
        a=Build(files={"versions.map": "VERSION_ONE { global: main; };\n"}),
        b=Build(files={"versions.map": "VERSION_TWO { global: main; };\n"}),
    ),
    Case(
        line=9, name="order-file", claim="The contents of a file that orders symbols count.", files=ORDERED,
        a=Build(files={"order": "first\nsecond\n"}), b=Build(files={"order": "second\nfirst\n"}),
    ),
    Case(
        line=9, name="linker", claim="The program behind `-C linker` counts by its contents, or it is not cached.",
        files=LINKED, a=_linker("one"), b=_linker("two"), hits=False,
    ),
    Case(
        line=9, name="profile", claim="A profile of `-C profile-use` counts by its contents.", files=PROFILED,
        a=_profiled(5), b=_profiled(7), look=Look.SAID,
    ),
    Case(
        line=9, name="native-processor", claim="`-C target-cpu=native` is what this machine has.", files=app(FEATURES),
        a=Build(env={"RUSTFLAGS": "-Ctarget-cpu=native"}), b=Build(env={"RUSTFLAGS": "-Ctarget-cpu=generic"}),
    ),
    Case(
        line=9, name="plug-in", claim="A plug-in that `-Z` names counts by its contents, or it is not cached.",
        files=app(saying('"plugged".to_string()')), a=_plugged("one"), b=_plugged("two"), look=Look.SAID, hits=False,
    ),
    Case(
        line=9, name="target-file", claim="A target specification counts by its contents.",
        files={
            "Cargo.toml": package(),
            "src/lib.rs": "#![feature(no_core)]\n#![no_core]\n",
        },
        a=target_file("pentium4"), b=target_file("core2"), look=Look.LIBRARY,
    ),
    Case(
        line=10, name="crate-in-the-sysroot", claim="A crate of the toolchain that changed under the same name counts.",
        files=app(saying("patched::WORD.to_string()", "extern crate patched;\n")),
        a=_patched("one"), b=_patched("two"),
    ),
    Case(
        line=10, name="toolchain-file", claim="`rust-toolchain.toml` decides which compiler it is.",
        files=app(saying("patched::WORD.to_string()", "extern crate patched;\n")),
        a=_toolchain_file("one"), b=_toolchain_file("two"),
    ),
    Case(
        line=10, name="toolchain-variable", claim="`RUSTUP_TOOLCHAIN` decides, too.",
        files=app(saying("patched::WORD.to_string()", "extern crate patched;\n")),
        a=_toolchain_variable("one"), b=_toolchain_variable("two"),
    ),
    Case(
        line=11, name="check-cfg", claim="`--check-cfg` decides about warnings, which are said again.",
        files=app(saying("cfg!(known).to_string()")), look=Look.SAID,
        a=Build(files={"Cargo.toml": package(more=LINTS.format(""))}),
        b=Build(files={"Cargo.toml": package(more=LINTS.format("'cfg(known)'"))}),
    ),
    Case(
        line=12, name="response-file", claim="A response file counts by its contents, one argument a line.",
        files=app(saying("cfg!(one).to_string()", "#![allow(unexpected_cfgs)]\n")),
        a=Build(files={"words": "--cfg=one\n"}, env={"RUSTFLAGS": "@words"}),
        b=Build(files={"words": "--cfg=two\n"}, env={"RUSTFLAGS": "@words"}),
    ),
    Case(
        line=15, name="same-stamp", claim="A source with the same size and modification time can be another one.",
        files=app(""),
        a=Build(files={"src/lib.rs": saying('"one".to_string()')}, prepare=_same_stamp),
        b=Build(files={"src/lib.rs": saying('"two".to_string()')}, prepare=_same_stamp),
    ),
]  # fmt: skip
"""In the order of the lines."""
