"""Which calls of C compilers the daemon is asked about; all the others cost an exec."""

import pytest

from dunnage.compilers.gnu.names import is_driver
from support.native import Stage

SAY = 'echo "[$*]"; exit 7'

DRIVERS = [
    *("gcc", "g++", "cc", "c++", "clang", "clang++"),
    *("gcc-12", "gcc-4.9.2", "clang++-14", "aarch64-linux-gnu-gcc", "aarch64-linux-gnu-gcc-12"),
    *("arm-none-eabi-g++", "x86_64-linux-musl-cc", "musl-gcc", "armv7-unknown-linux-gnueabihf-clang"),
]

OTHERS = [
    *(
        "gcc-ar",
        "gcc-ar-12",
        "gcc-nm",
        "clang-format",
        "clang-format-14",
        "clang-cpp-14",
        "clang-tidy",
        "ccache",
    ),
    *(
        "gcc-",
        "gcc-12a",
        "gcc12",
        "-12",
        "xgcc",
        "gccgo",
        "gcc.real",
        "cc1",
        "ld",
        "as",
        "collect2",
        "cpp",
        "lcc",
    ),
    *("make", "tcc", "nvcc", "rust", "gfortran"),
]

COMPILES = [
    ["-c", "a.c"],
    ["-O2", "a.c", "-o", "a.o", "-c"],
    ["-c", "-MD", "-MMD", "-MP", "-MF", "a.d", "-MT", "a.o", "-MQ", "a.o", "-MG", "a.c"],
    ["-v", "-c", "a.c"],
    ["@words"],
    ["-o", "a", "@objects"],
    ["-c", "-Ex", "-Sx", "-Mx", "--versions", "-I-", "a.c"],
]

ELSE = [
    [],
    ["a.c"],
    ["a.o", "-o", "a"],
    ["-shared", "a.o", "-Wl,-soname,c"],
    ["-E", "a.c"],
    ["-c", "-E", "a.c"],
    ["-S", "-c", "a.c"],
    ["-M", "-c", "a.c"],
    ["-c", "-MM", "a.c"],
    ["-c", "-x", "c", "-"],
    ["-c", "a.c", "-###"],
    ["-v"],
    ["--version"],
    ["-c", "--version"],
    ["--help", "-c"],
    ["-dumpversion"],
    ["-dumpmachine"],
    ["-print-prog-name=ld"],
    ["-print-search-dirs"],
    ["--print-file-name=crt1.o"],
    ["-fsyntax-only", "a.c"],
    ["-cc1", "a.c"],
    ["-E", "@words"],
]


def test_the_daemon_means_the_same_names() -> None:
    """The client's test of them is another one, for the sake of its size."""
    assert [name for name in (*DRIVERS, *OTHERS) if is_driver(name)] == DRIVERS


@pytest.mark.parametrize("name", DRIVERS)
def test_drivers_are_asked_about(stage: Stage, name: str) -> None:
    call = stage.start(stage.script(SAY, name), "-c", "a.c")
    peer = stage.daemon.accept()
    assert list(peer.greet().argv) == [str(stage.directory / name), "-c", "a.c"]
    peer.close()
    assert call.end() == (7, b"[-c a.c]\n", b"")


@pytest.mark.parametrize("name", OTHERS)
def test_others_are_not(host_stage: Stage, name: str) -> None:
    assert host_stage.start(host_stage.script(SAY, name), "-c", "a.c").end() == (7, b"[-c a.c]\n", b"")
    assert not host_stage.daemon.was_called()


@pytest.mark.parametrize("words", COMPILES, ids=" ".join)
def test_compiles_are_asked_about(host_stage: Stage, words: list[str]) -> None:
    call = host_stage.start(host_stage.script(SAY, "gcc"), *words)
    host_stage.daemon.accept().close()
    assert call.end()[0] == 7


@pytest.mark.parametrize("words", ELSE, ids=" ".join)
def test_all_else_runs_at_once(host_stage: Stage, words: list[str]) -> None:
    call = host_stage.start(host_stage.script(SAY, "gcc"), *words)
    assert call.end() == (7, f"[{' '.join(words)}]\n".encode(), b"")
    assert not host_stage.daemon.was_called()
