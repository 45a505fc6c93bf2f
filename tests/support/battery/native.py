"""Parts of cases that are no text: native archives, a sysroot with one crate more, a target specification, a profile,
and a plug-in of LLVM's.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import zlib
from pathlib import Path

from support.battery.case import Build, app, package, saying
from support.projects import host_triple
from support.tools import toolchain

ANSWER = 'extern "C" {\n    fn answer() -> u32;\n}\n'


def search(*directories: str, library: bool) -> str:
    """A build script that names directories of native libraries, and, if asked, the library."""
    lines = "".join(
        '    println!("cargo:rustc-link-search=native={}", '
        f'std::env::current_dir().unwrap().join("{name}").display());\n'
        for name in directories
    )
    if library:
        lines += '    println!("cargo:rustc-link-lib=static=answer");\n'
    return f'fn main() {{\n    println!("cargo:rerun-if-changed=build.rs");\n{lines}}}\n'


def native(*directories: str, library: bool = True, observed: bool = False) -> dict[str, str]:
    """A package whose `said()` is a number out of a native library; observed: it depends on a crate, too."""
    link = "" if library else '#[link(name = "answer", kind = "static")]\n'
    files = app(
        saying("unsafe { answer() }.to_string()", link + ANSWER),
        manifest='[dependencies]\nother = { path = "other" }\n' if observed else "",
    )
    if observed:
        files |= {"other/Cargo.toml": package(name="other"), "other/src/lib.rs": ""}
    return files | {"build.rs": search(*directories, library=library)}


def archive(directory: Path, answer: int, *, thin: bool = False) -> None:
    """Write `libanswer.a` with a function that returns a number."""
    directory.mkdir(parents=True, exist_ok=True)
    source, made, library = (directory / name for name in ("answer.c", "answer.o", "libanswer.a"))
    source.write_text(f"unsigned answer(void) {{ return {answer}; }}\n")
    library.unlink(missing_ok=True)
    subprocess.run(["cc", "-c", "-O1", "-fPIC", source, "-o", made], check=True)
    subprocess.run(["ar", "rcsDT" if thin else "rcsD", library, made], check=True, stderr=subprocess.DEVNULL)


def sysroot_crate(sysroot: Path, word: str, like: Path | None = None) -> None:
    """A toolchain at `sysroot` that is ours to change, with a crate `patched` beside its std: a copy of the machine's,
    or one that has its files in common with `like`, down to their inodes.

    The machine's own gets no links: each changes the ctime of a file, and other tests run with that toolchain.
    """
    real = like or toolchain()
    libraries = Path("lib", "rustlib", host_triple(), "lib")
    if not sysroot.exists():
        for part in (Path("bin"), Path("lib"), libraries):
            (sysroot / part).mkdir(parents=True)
            for path in (real / part).iterdir():
                if path.is_file() and (part != Path("bin") or path.name == "rustc"):
                    (shutil.copy2 if like is None else os.link)(path, sysroot / part / path.name)
        linkers = Path("lib", "rustlib", host_triple(), "bin")
        if (real / linkers).is_dir():
            (sysroot / linkers).symlink_to(real / linkers)
    source = sysroot.parent / "patched.rs"
    source.write_text(f'pub const WORD: &str = "{word}";\n')
    subprocess.run(
        [real / "bin/rustc", "--crate-type", "lib", "--crate-name", "patched", source,
         "--out-dir", sysroot / libraries],
        check=True,
    )  # fmt: skip


def target_file(cpu: str) -> Build:
    """A build for a target that is described in a file of the project, for one processor or another."""

    def prepare(project: Path) -> None:
        described = subprocess.run(
            ["rustc", "-Zunstable-options", "--print", "target-spec-json", "--target", "i686-unknown-linux-gnu"],
            env={**os.environ, "RUSTC_BOOTSTRAP": "1"}, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        specification = json.loads(described)
        specification["cpu"] = cpu
        specification.pop("is-builtin", None)
        (project / "ours.json").write_text(json.dumps(specification))

    words = ("build", "--offline", "--target", "ours.json", "-Zjson-target-spec")
    return Build(env={"RUSTC_BOOTSTRAP": "1"}, cargo=words, prepare=prepare)


_PROFILE = zlib.decompress(
    base64.b85decode(
        "c-s4)Q&5zjmf6V800xW<Xh4GrLbE~n0t~1MVKgfm&49)iP-nmj7PK*96?foeM$r#b^<Xj!R`CWYHmu?b3)!)XA5iDSDxR>83#&MTDGyfh1-p5%ih"
        "ro%!zykd&5u<)!VbIm9Y^fqW=`0}?Qw`RGAvHsanZC?KnfO<3Q#&Ruedz5$kG6Nd~)E3?-x)80Jr2BG5"
    )
)
"""`llvm-profdata merge` (14: later ones read it) made it of the text `:ir answer 12345 1 5`: a function, the hash of
its control flow, one counter, and that. No other byte of it is a 5."""


def profile(path: Path, count: int) -> None:
    """Write a profile by which `answer` ran so often, in another version: LLVM says how many counts it discards."""
    assert _PROFILE.count(5) == 18
    path.write_bytes(_PROFILE.replace(b"\5", bytes([count])))


_PLUGIN = """\
#include <stdio.h>
struct info { unsigned version; const char *name; const char *plugin; void (*callbacks)(void *); };
static void callbacks(void *builder) { (void)builder; fprintf(stderr, "warning: plug-in %s\\n", WORD); }
struct info llvmGetPassPluginInfo(void) { struct info it = {VERSION, "ours", "1", callbacks}; return it; }
"""


def plugin(directory: Path, word: str) -> None:
    """Write `plugin.so`, which says a word whenever LLVM runs its passes."""
    source, made, empty = (directory / name for name in ("plugin.c", "plugin.so", "empty.rs"))
    source.write_text(_PLUGIN)
    empty.write_text("")
    version = "1"
    for _ in range(2):  # the second time in the version that the first one was told of
        words = (f"-DVERSION={version}", f'-DWORD="{word}"')
        subprocess.run(["cc", "-shared", "-fPIC", *words, source, "-o", made], check=True)
        asked = subprocess.run(
            ["rustc", "--crate-type=lib", f"-Zllvm-plugins={made}", "--out-dir", directory, empty],
            env={**os.environ, "RUSTC_BOOTSTRAP": "1"}, check=False, capture_output=True, text=True,
        )  # fmt: skip
        wanted = re.search(r"supported version is (\d+)", asked.stderr)
        if wanted is None:
            assert asked.returncode == 0, asked.stderr
            return
        version = wanted[1]
    raise AssertionError(asked.stderr)
