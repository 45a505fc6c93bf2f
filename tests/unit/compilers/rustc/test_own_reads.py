"""What rustc looks at by itself: each rule of the table, and that nothing near it is taken along."""

import pytest

from dunnage.compilers.rustc.own_reads import PLACES, VARIABLES, OwnReads, is_own_variable, is_system_library
from dunnage.model.unit import Input, Link, SearchDir
from support.units import unit_of

ENV = {
    "CARGO_MAKEFLAGS": "-j --jobserver-fds=8,9 --jobserver-auth=8,9",
    "MAKEFLAGS": " -j4 --jobserver-auth=fifo:/tmp/GMfifo77",
}
OWN = OwnReads(
    unit_of(
        "/ws",
        inputs=(
            Input("source", "/ws/src/lib.rs"),
            Input("manifest", "/ws/Cargo.toml"),
            Input("extern macros", "/ws/made/libmacros-1.so"),
        ),
        library_dirs=("/ws/target/debug/deps",),
        search_dirs=(SearchDir("-L native", "/ws/native", (".a",)),),
        incremental="/ws/target/debug/incremental",
        link=Link(driver="/usr/bin/cc", search_dirs=("/ws/more",)),
    ),
    "/rust",
    ENV,
)
DEPS = "/ws/target/debug/deps"


@pytest.mark.parametrize(
    "path",
    [
        "/rust",
        "/rust/bin/rustc",
        "/rust/bin/../lib/librustc_driver-6108105cd7e839cf.so",
        "/rust/lib/libLLVM.so.22.1-rust-1.95.0-stable",
        "/rust/lib/rustlib/x86_64-unknown-linux-gnu/lib/libstd-1.rlib",
        "/rust/lib64/rustlib",
        "/rust/lib/rustlib/src/rust/library/std/src/lib.rs",
        "/ws/src/lib.rs",
        "/ws/Cargo.toml",
        "/ws/made",
        "/ws/made/libmacros-1.so",
        DEPS,
        f"{DEPS}/demo-1.d",
        f"{DEPS}/libdemo-1.rmeta",
        f"{DEPS}/libother-2.rmeta",
        f"{DEPS}/libmacros-3.so",
        f"{DEPS}/demo-1.demo.b75c747db3c90ec4-cgu.0.rcgu.o",
        f"{DEPS}/rmetabPJvuj/full.rmeta",
        f"{DEPS}/rustcNYjoNA",
        f"{DEPS}/.tmpizN1M9.temp-archive/tmp.a",
        "/tmp/rustcNYjoNA/symbols.o",
        "/ws/native",
        "/ws/native/libz.a",
        "/ws/more/libq.so",
        "/ws/target/debug/incremental/demo-0abc/s-1/dep-graph.bin",
        "/usr/local/bin/cc",
        "/proc/self/statm",
        "/dev/fd/8",
        "/sys/fs/cgroup/cpu.max",
        "/tmp/GMfifo77",
        "/etc/malloc.conf",
    ],
)
def test_what_rustc_looks_at(path: str) -> None:
    assert OWN.is_read(path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ws",
        "/ws/target",
        "/ws/data.txt",
        "/ws/src/a.rs",
        "/ws/native/data.txt",
        f"{DEPS}/data.txt",
        f"{DEPS}/demo-12.d",
        "/ws/target/debug/build/demo-1/out/gen.rs",
        "/ws/target/debug/incremental-notes",
        "/rust/share/doc",
        "/rustic",
        "/rust/bin/cargo",
        "/usr/bin/ccache",
        "/process",
        "/tmp/rustc-data",
    ],
)
def test_what_only_a_macro_looks_at(path: str) -> None:
    assert not OWN.is_read(path)


def test_a_toolchain_below_usr_is_not_all_of_usr() -> None:
    own = OwnReads(unit_of("/ws"), "/usr", {})
    assert own.is_read("/usr/lib/rustlib/x86_64-unknown-linux-gnu/lib/libcore-1.rlib")
    assert not own.is_read("/usr/share/zoneinfo/UTC")
    assert not own.is_read("/usr/bin/git")
    assert not own.is_read("/usr/lib/libpq.so.5")


@pytest.mark.parametrize(
    ("path", "own"),
    [
        (f"{DEPS}/libdemo-1.rmeta", True),
        (DEPS, True),
        ("/ws/target", True),  # made on the way to the output directory
        ("/", True),
        (f"{DEPS}/rustcNYjoNA", True),
        (f"{DEPS}/generated.rs", False),
        ("/ws/target/debug/build/demo-1/out/gen.rs", False),
        ("/ws/target/other", False),
    ],
)
def test_what_rustc_writes(path: str, own: bool) -> None:
    assert OWN.is_written(path) is own


@pytest.mark.parametrize(
    ("path", "above"),
    [("/", True), ("/ws", True), (DEPS, True), ("/ws/src", False), ("/w", False), ("/ws/tar", False)],
)
def test_directories_that_are_there_whenever_rustc_runs(path: str, above: bool) -> None:
    assert OWN.is_above(path) is above


def test_every_row_says_why() -> None:
    assert all((*VARIABLES.values(), *PLACES.values()))


@pytest.mark.parametrize("name", ["RUSTC_LOG", "RUSTC_LOG_COLOR", "CARGO_MAKEFLAGS", "DUNNAGE_SEEN", "PATH"])
def test_variables_that_rustc_asks_for(name: str) -> None:
    assert is_own_variable(name)


@pytest.mark.parametrize("name", ["HOME", "OUT_DIR", "CARGO_PKG_NAME", "DATABASE_URL", "CI"])
def test_variables_that_count(name: str) -> None:
    assert not is_own_variable(name)


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/lib/x86_64-linux-gnu/libc.so.6", True),
        ("/lib64/ld-linux-x86-64.so.2", True),
        ("/lib/ld-musl-x86_64.so.1", True),
        ("/lib/libc.musl-x86_64.so.1", True),
        ("/lib/libpthread-2.31.so", True),
        ("/lib/x86_64-linux-gnu/libz.so.1", True),
        ("/usr/lib/libstdc++.so.6.0.30", True),
        ("/usr/lib/libpq.so.5", False),
        ("/usr/lib/libzmq.so.5", False),
        ("/usr/lib/libsqlite3.so.0", False),
    ],
)
def test_libraries_that_rustc_loads(path: str, own: bool) -> None:
    assert is_system_library(path) is own


def test_an_archive_that_is_no_input_is_seen() -> None:
    unit = unit_of(
        "/ws",
        library_dirs=("/ws/all",),
        search_dirs=(SearchDir("-L native", "/ws/native", ()), SearchDir("-L all", "/ws/all", (".rlib",))),
    )
    own = OwnReads(unit, "/rust", ENV)
    assert own.is_read("/ws/native")
    assert own.is_read("/ws/all/libx.rlib")
    for path in ("/ws/native/libz.a", "/ws/native/libz.so", "/ws/all/libz.a", "/ws/all/z.lib"):
        assert not own.is_read(path)
