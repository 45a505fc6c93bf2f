"""Cases about what comes out, and about what cargo does around it: lines 16 to 28."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from support.battery.case import BASE, Build, Case, Look, app, app_with_macro, saying

SMALL_BYTES_MAX = 1024
"""Smaller files of a store are records and locks."""

STOPS = (
    'if std::path::Path::new("stop").exists() { std::process::abort() }\n    "\\"went on\\"".parse().unwrap()'
)

PROBE = """
use std::{env, io::Write, process::{Command, Stdio}};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").unwrap();
    let mut probe = match env::var_os("RUSTC_WRAPPER").filter(|wrapper| !wrapper.is_empty()) {
        Some(wrapper) => { let mut command = Command::new(wrapper); command.arg(rustc); command }
        None => Command::new(rustc),
    };
    let mut child = probe
        .args(["--crate-name", "probe", "--crate-type=lib", "--emit=metadata", "--out-dir"])
        .arg(env::var_os("OUT_DIR").unwrap()).args(PROBED)
        .stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(b"#![feature(never_type)]\\n");
    if child.wait().unwrap().success() { println!("cargo:rustc-cfg=nightly"); }
}
"""

PROBED = saying("cfg!(nightly).to_string()", "#![allow(unexpected_cfgs)]\n")


def damage(target: Path, store: Path) -> None:
    """One byte of every file of the store that is large enough to be a result."""
    for directory, _, names in os.walk(store):
        for name in names:
            path = Path(directory, name)
            known = path.lstat()
            suffixed = path.suffix in {
                ".sqlite",
                ".sqlite-wal",
                ".sqlite-shm",
                ".db",
                ".redb",
                ".log",
                ".toml",
            }
            if stat.S_ISREG(known.st_mode) and known.st_size > SMALL_BYTES_MAX and not suffixed:
                with suppress(OSError):  # ETXTBSY: a peer's own program
                    flip(path)


def write_into_outputs(target: Path, store: Path) -> None:
    """As `strip` does, or any tool that works in place."""
    for path in sorted(target.rglob("*")):
        if path.is_file() and path.suffix in {".rlib", ".rmeta", ".so"}:
            flip(path)


def flip(path: Path) -> None:
    """Another byte in the middle, whatever the mode says, in the very same inode."""
    mode = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode | 0o200)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 0xFF]))
    path.chmod(mode)


def _stop(project: Path) -> None:
    (project / "stop").touch()


def _go(project: Path) -> None:
    (project / "stop").unlink(missing_ok=True)


def _flags(flags: str) -> Build:
    return Build(env={"RUSTFLAGS": flags})


PLAIN = app(saying('"said".to_string()'))
WARNING = app(saying('"said".to_string()', "fn nobody() {}\n"))
COLOURED = Build(cargo=("build", "--offline", "--color", "always"))


def _both(build: Build) -> dict[str, Build]:
    return {"a": build, "b": build}


COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check", "--tests"),
    "test": ("test",),
    "bench": ("bench", "--no-run"),
    "clippy": ("clippy",),
    "fix": ("fix", "--allow-no-vcs"),
    "doc": ("doc",),
    "install": ("install", "--path", ".", "--root", "../target/installed"),
}
"""cargo's other commands, in the forms that leave everything below the target directory."""

TESTED = app(saying('"said".to_string()', after='#[test]\nfn says() {\n    assert_eq!(said(), "said");\n}\n'))


def _command(name: str, words: tuple[str, ...]) -> Case:
    build = Build(cargo=(*words, "--offline"))
    return Case(
        line=24, name=name, claim=f"`cargo {name}` works as it does without.", files=TESTED, **_both(build),
        peers=False, hits=name not in {"fix", "doc"},
    )  # fmt: skip


CASES = [
    Case(
        line=16, name="split-debuginfo", claim="`.dwo` files come back with everything else.", files=PLAIN,
        **_both(_flags("-Csplit-debuginfo=unpacked")), look=Look.FILES,
    ),
    Case(
        line=16, name="packed-debuginfo", claim="`.dwp` files come back with everything else.", files=PLAIN,
        **_both(_flags("-Csplit-debuginfo=packed")), look=Look.FILES,
    ),
    Case(
        line=16, name="emit-asm", claim="Assembly that `--emit` asked for comes back.", files=PLAIN,
        **_both(_flags("--emit=asm,llvm-ir")), look=Look.FILES,
    ),
    Case(
        line=16, name="save-temps", claim="What `-C save-temps` left comes back.", files=PLAIN,
        **_both(_flags("-Csave-temps")), look=Look.FILES, hits=False,
        reproducible=False,
    ),
    Case(
        line=17, name="failure", claim="A compiler that was killed has no result.",
        files=app_with_macro(STOPS), a=Build(prepare=_stop), b=Build(prepare=_go), hits=False,
        back=False,  # what makes it fail is no input that the compiler tells of
    ),
    Case(
        line=18, name="target-directory", claim="Files that name the target directory name today's.", files=PLAIN,
        a=Build(cargo=("build", "--offline", "--target-dir", f"{BASE}/target/one")),
        b=Build(cargo=("build", "--offline", "--target-dir", f"{BASE}/target/two")), look=Look.DEP_INFO,
    ),
    Case(
        line=19, name="fresh", claim="After a hit cargo has nothing to do.", files=PLAIN, look=Look.FRESH,
    ),
    Case(
        line=19, name="written-into", claim="Who writes into an output does not write into the store.", files=PLAIN,
        meddle=write_into_outputs,
    ),
    Case(
        line=21, name="colours", claim="Diagnostics come again, to the byte, colours included.", files=WARNING,
        **_both(COLOURED), look=Look.SAID,
    ),
    Case(
        line=22, name="damaged", claim="A damaged store is a miss, and never a wrong or failing build.", files=PLAIN,
        meddle=damage,
    ),
    *(_command(name, words) for name, words in COMMANDS.items()),
    Case(
        line=25, name="incremental", claim="`CARGO_INCREMENTAL=1` is no error.", files=PLAIN,
        a=Build(env={"CARGO_INCREMENTAL": "1"}),
        b=Build(env={"CARGO_INCREMENTAL": "1"}, files={"src/lib.rs": saying('"more".to_string()')}),
        reproducible=False,
    ),
    Case(
        line=26, name="new-layout", claim="cargo's new directory layout works like the old one.", files=PLAIN,
        a=Build(env={"RUSTC_BOOTSTRAP": "1"}, cargo=("build", "--offline", "-Zbuild-dir-new-layout")),
        b=Build(
            env={"RUSTC_BOOTSTRAP": "1"}, cargo=("build", "--offline", "-Zbuild-dir-new-layout"),
            files={"src/lib.rs": saying('"more".to_string()')},
        ),
    ),
    Case(
        line=28, name="probe-on-stdin", claim="A probe that comes on standard input is answered by the compiler.",
        files=app(PROBED), a=Build(env={"RUSTC_BOOTSTRAP": "1"}, files={"build.rs": PROBE.replace("PROBED", '["-"]')}),
        b=Build(files={"build.rs": PROBE.replace("PROBED", '["-"]')}),
    ),
    Case(
        line=28, name="probe-that-changes", claim="A probe whose variable is gone is asked anew.",
        files=app(PROBED) | {"probe.rs": "#![feature(never_type)]\n"},
        a=Build(env={"RUSTC_BOOTSTRAP": "1"}, files={"build.rs": PROBE.replace("PROBED", '["probe.rs"]')}),
        b=Build(files={"build.rs": PROBE.replace("PROBED", '["probe.rs"]')}),
    ),
]  # fmt: skip
"""In the order of the lines."""
