"""What an ELF file asks for, held against what readelf says of real files."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dunnage.keys.elf import Dynamic, dynamic_section, has_compressed_sections


def parse(path: str) -> Dynamic | None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return dynamic_section(lambda offset, size: os.pread(descriptor, size, offset))
    finally:
        os.close(descriptor)


def readelf(path: str) -> Dynamic:
    said = subprocess.run(["readelf", "-dW", path], capture_output=True, text=True, check=True).stdout
    needed = tuple(re.findall(r"\(NEEDED\)\s+Shared library: \[(.*)\]", said))
    search = tuple(
        part
        for found in re.findall(r"\((?:RPATH|RUNPATH)\)\s+Library r\w*path: \[(.*)\]", said)
        for part in found.split(":")
    )
    return Dynamic(needed, search)


def test_programs_and_libraries_as_readelf_sees_them(tmp_path: Path) -> None:
    source = tmp_path / "main.c"
    source.write_text("#include <math.h>\nint main(int c, char **v) { return (int)sin((double)c); }\n")
    program = tmp_path / "main"
    subprocess.run(
        ["gcc", "-o", program, source, "-Wl,--no-as-needed", "-lm", "-Wl,-rpath,$ORIGIN/../lib:/opt/x"],
        check=True,
    )
    found = parse(str(program))
    assert found == readelf(str(program))
    assert found is not None
    assert found.search == ("$ORIGIN/../lib", "/opt/x")
    assert "libm.so.6" in found.needed


def test_the_real_rustc() -> None:
    cargo = shutil.which("cargo")
    assert cargo is not None
    sysroot = subprocess.run(
        ["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert parse(f"{sysroot}/bin/rustc") == readelf(f"{sysroot}/bin/rustc")


def test_what_is_no_dynamic_elf_file(tmp_path: Path) -> None:
    for data in (b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x02\x01" + bytes(58), os.urandom(200)):
        path = tmp_path / "file"
        path.write_bytes(data)
        assert parse(str(path)) is None


def test_a_truncated_file_is_no_error(tmp_path: Path) -> None:
    with open("/bin/sh", "rb") as file:
        data = file.read()
    path = tmp_path / "cut"
    for size in range(0, 4096, 61):
        path.write_bytes(data[:size])
        parse(str(path))


@pytest.mark.parametrize(("option", "compressed"), [("none", False), ("zlib", True)])
def test_compressed_sections(tmp_path: Path, option: str, compressed: bool) -> None:
    (tmp_path / "x.c").write_text('#include <stdio.h>\nint x(void) { return puts("x"); }\n')
    command = ["gcc", "-g3", f"-gz={option}", "-c", "x.c", "-o", "x.o"]
    subprocess.run(command, cwd=tmp_path, check=True)
    data = (tmp_path / "x.o").read_bytes()
    assert has_compressed_sections(lambda offset, size: data[offset : offset + size]) is compressed


def test_what_is_no_elf_file_has_no_sections() -> None:
    assert not has_compressed_sections(lambda offset, size: b"!<arch>\n"[offset : offset + size])
