"""The library beside other C libraries and on other machines: musl, and glibc under QEMU."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dunnage.wire.seen import SeenKind
from support.native import QEMU
from support.observing import ENVIRONMENT, Memory, library_of, notes_in, observe, program, qemu_of, unobserved
from support.require import SYSROOTS, require

ARCHES = [pytest.param(arch, marks=pytest.mark.qemu) for arch in QEMU]
TARGETS = {
    "aarch64": "aarch64-linux-gnu.2.31",
    "armv7": "arm-linux-gnueabihf.2.31",
    "i686": "x86-linux-gnu.2.31",
    "riscv64": "riscv64-linux-gnu.2.31",
}


def foreign(name: str, arch: str, *flags: str) -> Path:
    """A dynamic program for another machine, linked with an old glibc."""
    return program(name, *flags, compiler=(sys.executable, "-m", "ziglang", "cc", "-target", TARGETS[arch]))


@pytest.mark.parametrize("arch", ARCHES)
def test_another_machine(arch: str, tmp_path: Path) -> None:
    """It loads, finds the functions behind its own, and notes."""
    require("sysroots")
    sysroot, call = SYSROOTS[arch], foreign("call", arch)
    (tmp_path / "f").touch()
    calls = [
        "open",
        "s:f",
        "i:0",
        ",",
        "opendir",
        "s:.",
        ",",
        "getenv",
        "s:NAME",
        ",",
        "access",
        "s:g",
        "i:0",
    ]
    calls += [",", "stat", "s:h", "b", ",", "time", "i:0", ",", "mkdir", "s:made", "i:0700"]
    memory = Memory(library_of(arch))
    variables = [f"LD_PRELOAD={memory.library}", f"DUNNAGE_SEEN={memory.variable}"]
    options = [word for variable in variables for word in ("-E", variable)]
    done = subprocess.run(
        [qemu_of(arch), "-L", sysroot, *options, call, *calls], cwd=tmp_path, env=ENVIRONMENT,
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "made").is_dir()
    said = [(note.kind, note.text) for note in notes_in(memory.read())]
    memory.close()
    assert said[0][0] is SeenKind.BEGAN
    assert [text for kind, text in said if kind is SeenKind.LIBRARY and "libc.so" in text]
    wanted = [
        (SeenKind.READ, f"{tmp_path}/f"),
        (SeenKind.LISTED, f"{tmp_path}/."),
        (SeenKind.ENV, "NAME"),
        (SeenKind.LOOKED, f"{tmp_path}/g"),
        (SeenKind.LOOKED, f"{tmp_path}/h"),
        (SeenKind.UNSEEN, "clock"),
        (SeenKind.WROTE, f"{tmp_path}/made"),
    ]
    assert [note for note in said if note in wanted] == wanted
    plain = subprocess.run(
        [qemu_of(arch), "-L", sysroot, call, "open", "s:f", "i:0", ",", "access", "s:g", "i:0"], cwd=tmp_path,
        env=ENVIRONMENT, capture_output=True, check=False,
    )  # fmt: skip
    assert {line for line in plain.stdout.splitlines() if b"access" in line} <= set(done.stdout.splitlines())


@pytest.mark.skipif(
    os.uname().machine != "x86_64", reason="only x86_64 runs another machine's programs itself"
)
def test_a_program_that_the_library_does_not_fit() -> None:
    """Its dynamic loader would complain on stderr: it is not given the library; that there is one is passed on."""
    require("sysroots")
    sysroot = SYSROOTS["i686"]
    other = foreign("says", "i686", f"-Wl,-dynamic-linker={sysroot}/lib/ld-linux.so.2")
    observed = observe([program("fork"), "fork", other], env={"LD_LIBRARY_PATH": f"{sysroot}/lib"})
    if b"ended 9" in observed.out:
        pytest.skip("this kernel does not run 32-bit programs")
    assert (observed.code, observed.err) == (0, b"")
    assert b"ran\n" in observed.out
    assert b"LD_PRELOAD" not in observed.out
    assert b"\nDUNNAGE_SEEN=" in observed.out
    assert observed.said(SeenKind.EXEC) == [str(other)]
    assert str(other) not in observed.said(SeenKind.BEGAN)


def test_without_a_dlsym(tmp_path: Path) -> None:
    """A program for glibc before 2.34 that does not load libdl, where dlsym was: nothing of it is needed."""
    target = f"{os.uname().machine}-linux-gnu.2.17"
    zig = (sys.executable, "-m", "ziglang", "cc", "-target", target)
    says = program("threads", "-pthread", compiler=zig)
    needed = subprocess.run(["readelf", "-dW", says], capture_output=True, text=True, check=True).stdout
    assert "libpthread" in needed
    assert "libdl" not in needed
    observed = observe([says, "3"])
    assert (observed.code, observed.out, observed.err) == (0, b"done\n", b"")
    assert "/shared/2" in observed.said(SeenKind.LOOKED)
    undefined = subprocess.run(
        ["readelf", "--dyn-syms", "-W", library_of("host")], capture_output=True, text=True, check=True
    ).stdout
    assert "dlsym" not in undefined


@pytest.mark.parametrize("arch", ["host", *QEMU])
def test_what_the_library_needs(arch: str) -> None:
    """No other library, no version of a symbol, and nothing that must be there."""
    library = library_of(arch)
    said = subprocess.run(["readelf", "-dVW", library], capture_output=True, text=True, check=True).stdout
    assert not re.search(r"NEEDED|VERNEED|TEXTREL|version need", said)
    table = subprocess.run(
        ["readelf", "--dyn-syms", "-W", library], capture_output=True, text=True, check=True
    )
    undefined = [
        line.split() for line in table.stdout.splitlines() if " UND " in line and len(line.split()) > 7
    ]
    assert {words[7] for words in undefined} <= {
        "environ",
        "dl_iterate_phdr",
        "__errno_location",
        "getauxval",
    }
    assert {words[4] for words in undefined} == {"WEAK"}


def test_musl(tmp_path: Path) -> None:
    """A dynamic program of musl's: the same library, the same notes."""
    require("musl")
    call, starting = program("call", compiler=("musl-gcc",)), program("fork", compiler=("musl-gcc",))
    (tmp_path / "f").write_text("text")
    words = [
        "open",
        "s:f",
        "i:0",
        ",",
        "opendir",
        "s:.",
        ",",
        "fopen",
        "s:nowhere",
        "s:r",
        ",",
        "stat",
        "s:f",
        "b",
    ]
    words += [",", "getenv", "s:NAME", ",", "mkdir", "s:f", "i:0700", ",", "realpath", "s:nowhere", "b"]
    observed, plain = observe([call, *words], cwd=tmp_path), unobserved([call, *words], cwd=tmp_path)
    assert (observed.code, observed.err) == (0, b"")
    pointers = re.compile(rb"(opendir|fopen) [0-9-]+")
    assert pointers.sub(b"", observed.out) == pointers.sub(b"", plain.stdout)
    kinds = (SeenKind.READ, SeenKind.LISTED, SeenKind.LOOKED, SeenKind.ENV, SeenKind.WROTE)
    assert [(note.kind, note.text) for note in observed.notes if note.kind in kinds] == [
        (SeenKind.READ, f"{tmp_path}/f"),
        (SeenKind.LISTED, f"{tmp_path}/."),
        (SeenKind.READ, f"{tmp_path}/nowhere"),
        (SeenKind.LOOKED, f"{tmp_path}/f"),
        (SeenKind.ENV, "NAME"),
        (SeenKind.WROTE, f"{tmp_path}/f"),
        (SeenKind.LOOKED, f"{tmp_path}/nowhere"),
    ]
    for how in ("fork", "vfork", "spawn", "execle", "execvp"):
        observed = observe([starting, how, program("says")], cwd=tmp_path)
        assert "/says-was-here" in observed.said(SeenKind.LOOKED), how
        assert b"DUNNAGE" not in observed.out
        assert observed.err == b""
