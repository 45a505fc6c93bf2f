"""The libraries that a program loads, held against what the dynamic linker itself says."""

import re
import subprocess
from pathlib import Path

from dunnage.keys.libraries import loaded_libraries, read_dynamic
from support.crates import real_rustc
from support.units import LocalView


def compiled(path: Path, text: str, *options: str) -> str:
    source = path.with_suffix(".c")
    source.write_text(text)
    subprocess.run(["gcc", "-o", path, source, *options], check=True)
    return str(path)


def chain(directory: Path) -> tuple[str, list[str]]:
    """A program that loads one library, which loads another from its own directory; and their paths."""
    (directory / "lib").mkdir()
    inner = compiled(directory / "lib/libinner.so", "int inner(void) { return 1; }\n", "-shared", "-fPIC")
    outer = compiled(
        directory / "lib/libouter.so", "int inner(void); int outer(void) { return inner(); }\n",
        "-shared", "-fPIC", f"-L{directory}/lib", "-linner", "-Wl,-rpath,$ORIGIN",
    )  # fmt: skip
    program = compiled(
        directory / "main", "int outer(void); int main(void) { return outer() - 1; }\n",
        f"-L{directory}/lib", "-louter", "-Wl,-rpath,$ORIGIN/lib", f"-Wl,-rpath-link,{directory}/lib", "-lm",
    )  # fmt: skip
    subprocess.run([program], check=True)
    return program, [inner, outer]


def test_libraries_of_libraries_are_found_from_where_each_stands(tmp_path: Path) -> None:
    program, libraries = chain(tmp_path)
    assert [str(Path(path).resolve()) for path in loaded_libraries(LocalView(), [program])] == libraries


def test_the_same_as_the_dynamic_linker_finds_for_rustc() -> None:
    rustc = real_rustc()
    said = subprocess.run(["ldd", rustc], capture_output=True, text=True, check=True).stdout
    sysroot = rustc.removesuffix("/bin/rustc")
    expected = {Path(path).resolve() for path in re.findall(r"=> (\S+)", said) if path.startswith(sysroot)}
    assert expected
    found = {Path(path).resolve() for path in loaded_libraries(LocalView(), [rustc])}
    assert {path for path in found if path.is_relative_to(sysroot)} == expected


def test_a_library_that_is_nowhere_is_left_out(tmp_path: Path) -> None:
    program, [inner, outer] = chain(tmp_path)
    Path(inner).unlink()
    assert [str(Path(path).resolve()) for path in loaded_libraries(LocalView(), [program])] == [outer]


def test_two_libraries_that_need_each_other(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a"), ("a", "b")):
        needed = (
            [f"-L{tmp_path}", f"-l{other}", "-Wl,--no-as-needed"]
            if (tmp_path / f"lib{other}.so").exists()
            else []
        )
        compiled(
            tmp_path / f"lib{name}.so", f"int {name}(void) {{ return 1; }}\n",
            "-shared", "-fPIC", *needed[2:], *needed[:2], "-Wl,-rpath,$ORIGIN",
        )  # fmt: skip
    found = loaded_libraries(LocalView(), [f"{tmp_path}/liba.so"])
    assert found == [f"{tmp_path}/liba.so", f"{tmp_path}/libb.so"]


def test_what_is_no_program(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    assert loaded_libraries(LocalView(), [str(script), f"{tmp_path}/missing"]) == []
    assert read_dynamic(LocalView(), str(script)) is None
    assert read_dynamic(LocalView(), f"{tmp_path}/missing") is None
