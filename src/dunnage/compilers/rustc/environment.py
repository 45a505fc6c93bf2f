"""Variables that change what rustc or clippy makes or says without it telling: an allow-list, each with its why.

What rustc reads through `env!` it reports itself (dep-info, `# env-dep:`); that is the path set's matter. Everything
else, `CARGO_TERM_COLOR`, `CARGO_NET_RETRY`, `RUST_BACKTRACE`, …, must not change a key.
"""

from collections.abc import Mapping
from typing import Final

from dunnage.compilers.library_path import directories
from dunnage.model.unit import Word

RUSTC: Final[dict[str, str]] = {
    "RUSTC_BOOTSTRAP": "unlocks unstable features in a stable compiler, for all crates or those that it names",
    "RUSTC_FORCE_RUSTC_VERSION": "replaces the version that is written into metadata",
    "RUSTC_FORCE_INCR_COMP_ARTIFACT_HEADER": "the same in older compilers",
    "RUSTC_OVERRIDE_VERSION_STRING": "replaces the version that the compiler reports of itself",
    "LLVM_OVERRIDE_PRODUCER": "the name of the producer that LLVM writes into bitcode",
    "RUSTC_LOG": "adds the compiler's log to stderr",
    "RUSTC_CTFE_BACKTRACE": "adds backtraces to diagnostics of constant evaluation",
    "RUST_TARGET_PATH": "where a `--target` that is no known triple is looked up",
    "SOURCE_DATE_EPOCH": "the time that tools inside the compiler may write instead of today's",
    "MACOSX_DEPLOYMENT_TARGET": "part of Apple targets: written into objects, changes code generation",
    "IPHONEOS_DEPLOYMENT_TARGET": "the same",
    "TVOS_DEPLOYMENT_TARGET": "the same",
    "WATCHOS_DEPLOYMENT_TARGET": "the same",
    "XROS_DEPLOYMENT_TARGET": "the same",
    "SDKROOT": "where Apple targets find their SDK",
    "DEVELOPER_DIR": "where SDKROOT is looked up when it is not set",
}

PRESENT: Final[dict[str, str]] = {
    "CARGO": "whether it is set at all decides the words of some diagnostics (`unexpected_cfgs`)",
}

CLIPPY: Final[dict[str, str]] = {
    "CLIPPY_ARGS": "further arguments",
    "CLIPPY_CONF_DIR": "where clippy.toml is looked up first",
    "CLIPPY_DISABLE_DOCS_LINKS": "drops the link from each diagnostic",
    "CLIPPY_TESTS": "lints where --cap-lints would not",
    "SYSROOT": "the sysroot where the command line names none",
    "CARGO_PRIMARY_PACKAGE": "with --no-deps only primary packages are linted",
    "CARGO_PKG_RUST_VERSION": "the oldest Rust that lints may assume",
}

PROC_MACRO: Final[dict[str, str]] = {
    "CARGO_CRATE_NAME": "cargo tells it to procedural macros",
    "CARGO_BIN_NAME": "the same",
    "CARGO_PRIMARY_PACKAGE": "the same",
}
PROC_MACRO_PREFIX: Final = "CARGO_PKG_"
"""And whatever begins so: procedural macros read it with `std::env::var`, which nobody reports."""

PROC_MACRO_PATHS: Final = ("CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "OUT_DIR", "CARGO_TARGET_TMPDIR")
"""Places that a procedural macro may look into or write down."""


LINKER: Final[dict[str, str]] = {
    "LIBRARY_PATH": "where gcc and clang look for libraries and startup files after the -L words",
    "COMPILER_PATH": "where gcc and clang look for the linker",
    "GCC_EXEC_PREFIX": "in front of all that gcc looks for",
    "LD_RUN_PATH": "ld writes it down as the run path",
    "LD_LIBRARY_PATH": "where ld looks for the libraries of libraries; cargo puts its own directories in front",
    "LDEMULATION": "which target ld links for",
    "GNUTARGET": "which format ld reads",
    "CCC_OVERRIDE_OPTIONS": "changes clang's command line",
    "CLANG_CONFIG_FILE_SYSTEM_DIR": "where clang finds further words",
}
"""What gcc, clang and ld read when they link. Source: the chapters on environment variables of gcc's manual and of
ld's, and clang's driver."""

LINKER_WRITES: Final = ("LLD_REPRODUCE", "COLLECT_GCC_OPTIONS")
"""Set, a linker writes more than its output, or is somebody else's already."""


def words_of_linkers(env: Mapping[str, str]) -> list[Word]:
    """What counts besides where something is linked; lists of directories one by one, each relative to its root."""
    return [
        Word(f"env {name}", part, is_path=part.startswith("/"))
        for name in LINKER
        if name in env
        for part in directories(name, env[name])
    ]


def of_rustc(env: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """What counts for every unit: variables that are set, and of those in PRESENT only that they are.

    A variable that is not set is left out: that is as good as None, and there are many.
    """
    found: list[tuple[str, str | None]] = [(name, env[name]) for name in RUSTC if name in env]
    found += [(name, "set") for name in PRESENT if name in env]
    return found


def of_clippy(env: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """What counts besides for clippy."""
    return [(name, env[name]) for name in CLIPPY if name in env]


def of_proc_macros(env: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """What counts besides where a procedural macro may run."""
    names = [name for name in env if name.startswith(PROC_MACRO_PREFIX)]
    names += [name for name in PROC_MACRO if name in env]
    return [(name, env[name]) for name in sorted(names)]


def paths_of_proc_macros(env: Mapping[str, str]) -> list[tuple[str, str]]:
    """Variables with places that a procedural macro may see."""
    return [(name, env[name]) for name in PROC_MACRO_PATHS if name in env]


def manifest(env: Mapping[str, str]) -> str | None:
    """The package's Cargo.toml, which procedural macros and lints read without telling; None outside of cargo."""
    path = env.get("CARGO_MANIFEST_PATH")
    if path:
        return path
    directory = env.get("CARGO_MANIFEST_DIR")
    return f"{directory}/Cargo.toml" if directory else None
