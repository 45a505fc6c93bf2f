"""Packages whose build script compiles C and C++: with the `cc` crate, or with CMake by way of the `cmake` crate."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from support.builds import Built
from support.mixed import write
from support.projects import fetch_dependencies

CC_OLD: Final = "=1.0.73"
CC_NEW: Final = "=1.11.3"
CMAKE_NEW: Final = "=0.1.58"

SOURCES: Final = ("native/one.c", "native/two.c", "native/three.cpp")

SAYS: Final = "6 three"

_FILES: Final = {
    "native/number.h": "#define ONE 1\n#define TWO 2\n",
    "native/one.c": '#include <string.h>\n#include "number.h"\nint one(void) { return (int)strlen("x") * ONE; }\n',
    "native/two.c": '#include "number.h"\nint two(void) { return TWO; }\n',
    "native/three.cpp": '#include <string>\n#include <vector>\n#include "number.h"\n'
    'extern "C" int three() { return (int)std::vector<int>(3).size(); }\n'
    'extern "C" const char *name() { static std::string made = std::string("thr") + "ee"; return made.c_str(); }\n',
    "native/CMakeLists.txt": "cmake_minimum_required(VERSION 3.17)\nproject(numbers C CXX)\n"
    "add_library(numbers STATIC one.c two.c three.cpp)\ninstall(TARGETS numbers DESTINATION lib)\n",
    "src/main.rs": """\
use std::ffi::{c_char, c_int, CStr};

extern "C" {
    fn one() -> c_int;
    fn two() -> c_int;
    fn three() -> c_int;
    fn name() -> *const c_char;
}

fn main() {
    unsafe { println!("{} {}", one() + two() + three(), CStr::from_ptr(name()).to_str().unwrap()) }
}
""",
}

_BY_CC: Final = """\
fn main() {
    println!("cargo:rerun-if-changed=native");
    cc::Build::new().file("native/three.cpp").cpp(true).compile("cxx");
    cc::Build::new().file("native/one.c").file("native/two.c").compile("numbers");
}
"""

_BY_CMAKE: Final = """\
fn main() {
    println!("cargo:rerun-if-changed=native");
    let out = cmake::Config::new("native").generator("Unix Makefiles").build();
    println!("cargo:rustc-link-search=native={}/lib", out.display());
    println!("cargo:rustc-link-lib=static=numbers");
    println!("cargo:rustc-link-lib=stdc++");
}
"""


def by_cc(directory: Path, version: str) -> tuple[Path, Path]:
    """A package that uses the `cc` crate of that version; its directory, and the cargo home that has it."""
    return _package(directory, f'cc = "{version}"', _BY_CC)


def by_cmake(directory: Path) -> tuple[Path, Path]:
    """One that uses the newest `cmake` crate, with makefiles."""
    return _package(directory, f'cmake = "{CMAKE_NEW}"\ncc = "{CC_NEW}"', _BY_CMAKE)


def _package(directory: Path, dependencies: str, script: str) -> tuple[Path, Path]:
    package = '[package]\nname = "compiles"\nversion = "0.1.0"\nedition = "2021"\n'
    manifest = f"{package}\n[build-dependencies]\n{dependencies}\n"
    write(directory, {**_FILES, "Cargo.toml": manifest, "build.rs": script})
    return directory, fetch_dependencies(directory)


def made(built: Built) -> Mapping[str, str]:
    """What compilers made of a build with CMake. CMake's own files name the launcher."""
    return {
        name: digest
        for name, digest in built.files.items()
        if "CMakeFiles/" not in name.replace("CMakeFiles/numbers.dir/", "")
        and (name.endswith((".o", ".a", ".d", ".rlib", ".rmeta")) or "/" not in name.removeprefix("debug/"))
    }
