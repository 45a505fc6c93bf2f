"""Lines of the battery for C about places: where outputs go, worktrees, other programs in PATH, full disks."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.battery.c_case import HERE, CCase, State
from support.battery.c_judge import CLIENT, Stand, copy_driver, differences, parts_of_gcc

ONE, TWO = "#define WORD 1\n", "#define WORD 2\n"
USES = '#include "word.h"\nint word(void) { return WORD; }\n'


def case(files: dict[str, str], *words: str, **more: object) -> CCase:
    return CCase(name="story", claim="", files=files, words=words, states=(State(),), **more)  # type: ignore[arg-type]


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand.at(tmp_path / "project")


@pytest.mark.parametrize("program", ["gcc", "clang"])
@pytest.mark.parametrize(
    "before",
    ["link", "hard-link", "read-only", "directory", "executable"],
)
def test_what_stands_where_the_object_goes(program: str, before: str, stand: Stand) -> None:
    """An object is made in the way that the compiler makes it, whatever stands there."""
    told = []
    for cached in (False, True, True):
        shutil.rmtree(stand.directory)
        stand.directory.mkdir()
        stand.write({"a.c": USES, "word.h": ONE})
        place, other = stand.directory / "a.o", stand.directory / "other"
        other.write_text("other\n")
        if before == "link":
            place.symlink_to("other")
        elif before == "hard-link":
            place.hardlink_to(other)
        elif before == "directory":
            place.mkdir()
        else:
            place.write_text("old\n")
            place.chmod(0o444 if before == "read-only" else 0o755)
        words = [program, "-c", "a.c"]
        done = subprocess.run(
            [str(CLIENT), *words] if cached else words,
            cwd=stand.directory,
            env=stand.environ(State()),
            capture_output=True,
            check=False,
        )
        stand.shop.settle()
        files = {
            str(path.relative_to(stand.directory)): (
                path.lstat().st_mode,
                b"" if path.is_dir() else path.read_bytes(),
            )
            for path in sorted(stand.directory.iterdir())
        }
        told.append((done.returncode, done.stdout, done.stderr, files))
    assert told[0] == told[1]
    assert told[0] == told[2]


@pytest.mark.parametrize("mask", [0o077, 0o002])
def test_the_mode_of_an_object_is_what_umask_says(mask: int, stand: Stand) -> None:
    one = case({"a.c": USES, "word.h": ONE}, "gcc", "-c", "-MD", "-g", "-gsplit-dwarf", "a.c")
    stand.enter(one, State())
    stand.compile(one, State(), cached=True)
    before = os.umask(mask)
    try:
        plain, cached = (stand.compile(one, State(), cached=cached) for cached in (False, True))
    finally:
        os.umask(before)
    assert differences(plain, cached) == []
    assert stand.shop.reasons()["hit"] == {"local": 1}


@pytest.mark.parametrize(
    ("words", "hit"),
    [(("gcc", "-O1"), True), (("gcc", "-g"), False), (("gcc", "-g", "-fdebug-prefix-map={here}=."), False)],
)
def test_a_second_worktree(words: tuple[str, ...], hit: bool, tmp_path: Path) -> None:
    """Other absolute paths: without them in the object a hit, with them bound; identical to a plain build there."""
    one = case({"src/a.c": USES, "src/word.h": ONE}, *words, "-MD", "-c", "src/a.c", "-o", "a.o")
    for name in ("first", "second place"):
        here = Stand.at(tmp_path / name)
        here.enter(one, State())
        plain, cached = (here.compile(one, State(), cached=cached) for cached in (False, True))
        assert differences(plain, cached) == []
    assert ("hit" in here.shop.reasons()) == hit


def test_absolute_words_in_a_second_worktree(tmp_path: Path) -> None:
    one = case(
        {"src/a.c": USES, "include/word.h": ONE},
        "gcc",
        "-MD",
        f"-I{HERE}/include",
        "-c",
        f"{HERE}/src/a.c",
        "-o",
        f"{HERE}/out/a.o",
    )
    for name in ("first", "second"):
        here = Stand.at(tmp_path / name)
        here.enter(one, State())
        (here.directory / "out").mkdir(exist_ok=True)
        plain, *cached = (here.compile(one, State(), cached=cached) for cached in (False, True, True))
        assert differences(plain, cached[0]) == differences(plain, cached[1]) == []


def test_an_assembler_in_front(stand: Stand) -> None:
    """Another `as` first in PATH: a script that is none of the compiler's own programs, and then a copy that is."""
    stand.write({"a.c": USES, "word.h": ONE})
    one = case({}, "gcc", "-c", "a.c")
    stand.compile(one, State(), cached=True)
    tools = stand.directory / "tools"
    tools.mkdir()
    script = tools / "as"
    script.write_text(f'#!/bin/sh\n{shutil.which("as")} --defsym shadow=1 "$@"\n')
    script.chmod(0o755)
    state = State(env={"PATH": f"{tools}:{os.environ['PATH']}"})
    plain, *cached = (stand.compile(one, state, cached=cached) for cached in (False, True, True))
    assert differences(plain, cached[0]) == differences(plain, cached[1]) == []
    assert "hit" not in stand.shop.reasons()
    script.unlink()
    shutil.copy2(os.path.realpath(shutil.which("as") or ""), script)
    plain, *cached = (stand.compile(one, state, cached=cached) for cached in (False, True, True))
    assert differences(plain, cached[0]) == differences(plain, cached[1]) == []
    assert stand.shop.reasons()["hit"] == {"local": 1}


def test_another_driver_first_in_path(stand: Stand) -> None:
    """A directory of wrappers, and ccache's directory of names."""
    stand.write({"a.c": "int word(void) { return WORD; }\n"})
    tools = stand.directory / "tools"
    tools.mkdir()
    script = tools / "gcc"
    one = case({}, "gcc", "-c", "a.c")
    state = State(env={"PATH": f"{tools}:{os.environ['PATH']}"})
    for number in (1, 2):
        script.write_text(f'#!/bin/sh\nexec {shutil.which("gcc")} -DWORD={number} "$@"\n')
        script.chmod(0o755)
        plain, *cached = (stand.compile(one, state, cached=cached) for cached in (False, True, True))
        assert plain.code == 0
        assert differences(plain, cached[0]) == differences(plain, cached[1]) == []
    assert "hit" not in stand.shop.reasons()


@pytest.mark.ccache
def test_ccache_in_front(stand: Stand, tmp_path: Path) -> None:
    stand.write({"a.c": USES, "word.h": ONE})
    ccache = shutil.which("ccache")
    assert ccache is not None
    tools = stand.directory / "tools"
    tools.mkdir()
    (tools / "gcc").symlink_to(ccache)
    state = State(env={"PATH": f"{tools}:{os.environ['PATH']}", "CCACHE_DIR": str(tmp_path / "ccache")})
    one = case({}, "gcc", "-c", "a.c")
    for text in (ONE, TWO, ONE):
        stand.write({"word.h": text})
        plain, *cached = (stand.compile(one, state, cached=cached) for cached in (False, True, True))
        assert differences(plain, cached[0]) == differences(plain, cached[1]) == []


def test_a_copied_driver(stand: Stand) -> None:
    program = copy_driver("gcc", stand.directory / "bin")
    one = case({"a.c": USES, "word.h": ONE}, str(program), parts_of_gcc(), "-c", "a.c")
    stand.enter(one, State())
    plain, *cached = (stand.compile(one, State(), cached=cached) for cached in (False, True, True))
    assert differences(plain, cached[0]) == differences(plain, cached[1]) == []
    assert stand.shop.reasons()["hit"] == {"local": 1}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize("program", ["gcc", "clang"])
def test_a_full_disk(program: str, stand: Stand, small_disk: Path) -> None:
    """The object has no room: the compiler's own words, nothing stored; and on a hit, too."""
    big = 'char big[1 << 20] = "x";\n'
    stand.write({"a.c": big})
    for words in ((program, "-c", "a.c", "-o", "a.o"), (program, "-c", "a.c", "-o", f"{small_disk}/a.o")):
        one = case({}, *words)
        plain, *cached = (stand.compile(one, State(), cached=cached) for cached in (False, True, True))
        (small_disk / "a.o").unlink(missing_ok=True)
        for seen in cached:
            assert (seen.code, words_of(seen.stderr)) == (plain.code, words_of(plain.stderr))
    assert plain.code != 0
    assert b"No space left" in plain.stderr


def words_of(stderr: bytes) -> bytes:
    """Without names and addresses that come by chance."""
    return re.sub(rb"/tmp/cc\w+|0x[0-9a-f]+|/tmp/a-\w+", b"", stderr)
