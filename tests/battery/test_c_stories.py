"""Lines of the battery for C that no two states can tell: trouble, terminals, places, and what happens at once."""

import os
import pty
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.battery.c_case import CCase, State
from support.battery.c_judge import CLIENT, Stand, differences, judge
from support.workshop import WAIT_S

ONE, TWO = "#define WORD 1\n", "#define WORD 2\n"
USES = '#include "word.h"\nint word(void) { return WORD; }\n'
STOPS = '#include "gate"\nint word(void) { return WORD; }\n'
"""With a pipe named `gate`: the compiler stands there until somebody writes."""


def case(files: dict[str, str], *words: str, **more: object) -> CCase:
    return CCase(name="story", claim="", files=files, words=words, states=(State(),), **more)  # type: ignore[arg-type]


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand.at(tmp_path / "project")


def begin(stand: Stand, *words: str, cwd: str = ".", **more: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(CLIENT), *words],
        cwd=stand.directory / cwd,
        env=stand.environ(State()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,  # type: ignore[call-overload]
    )


@pytest.fixture
def memory_directory() -> Iterator[Path]:
    directory = Path("/dev/shm", f"dunnage-test-{os.getpid()}")
    directory.mkdir()
    yield directory
    shutil.rmtree(directory)


@pytest.mark.parametrize("program", ["gcc", "clang"])
def test_a_project_below_dev_is_a_project(program: str, memory_directory: Path) -> None:
    """/dev/shm is a place for files; only what is no file there has no contents."""
    one = CCase(
        name="shm",
        claim="",
        files={"a.c": USES},
        words=(program, "-c", "a.c"),
        states=(State(files={"word.h": ONE}), State(files={"word.h": TWO})),
    )
    assert judge(one, Stand.at(memory_directory / "project")) == []


def by_bash(stand: Stand, line: str) -> list[bytes]:
    """What a line of bash makes of a.o, with `{}` in front of the compiler's name: nothing, then the client."""
    made = []
    for front in ("", f"{CLIENT} "):
        words = ["bash", "-c", line.replace("{}", front)]
        subprocess.run(words, cwd=stand.directory, env=stand.environ(State()), check=True)
        made.append((stand.directory / "a.o").read_bytes())
        (stand.directory / "a.o").unlink()
    stand.shop.settle()
    return made


@pytest.mark.parametrize("program", ["gcc", "clang"])
@pytest.mark.parametrize("option", ["-include", "-imacros"])
def test_a_header_through_a_pipe_counts(program: str, option: str, stand: Stand) -> None:
    stand.write({"a.c": "int word(void) { return WORD; }\n"})
    for number in (1, 2):
        plain, cached = by_bash(
            stand, f"{{}}{program} {option} <(echo '#define WORD {number}') -c a.c -o a.o"
        )
        assert cached == plain
    assert "hit" not in stand.shop.reasons()


def test_words_through_a_pipe_count(stand: Stand) -> None:
    """Of clang: gcc takes no words from a pipe."""
    stand.write({"a.c": "int word(void) { return WORD; }\n"})
    for number in (1, 2):
        plain, cached = by_bash(stand, f"{{}}clang @<(echo -DWORD={number} -c a.c) -o a.o")
        assert cached == plain
    assert "hit" not in stand.shop.reasons()


def test_a_header_that_is_a_named_pipe_counts(stand: Stand) -> None:
    stand.write({"a.c": STOPS})
    gate = stand.directory / "gate"
    os.mkfifo(gate)
    made = []
    for number in (1, 2):
        process = begin(stand, "gcc", "-c", "a.c")
        with gate.open("w") as file:
            file.write(f"#define WORD {number}\n")
        process.communicate(timeout=WAIT_S)
        assert process.returncode == 0
        made.append((stand.directory / "a.o").read_bytes())
        stand.shop.settle()
    assert made[0] != made[1]
    assert "hit" not in stand.shop.reasons()


def test_a_header_saved_while_the_compiler_runs(stand: Stand) -> None:
    stand.write({"a.c": '#include "word.h"\n' + STOPS.replace("WORD", "WORD + MORE"), "word.h": ONE})
    gate = stand.directory / "gate"
    os.mkfifo(gate)
    process = begin(stand, "gcc", "-c", "a.c")
    descriptor = os.open(gate, os.O_WRONLY)
    (stand.directory / "word.h").write_text(TWO)
    os.write(descriptor, b"#define MORE 1\n")
    os.close(descriptor)
    process.communicate(timeout=WAIT_S)
    assert process.returncode == 0
    assert "hit" not in stand.shop.reasons()
    assert "new" not in stand.shop.reasons()["miss"]


def in_terminal(stand: Stand, words: list[str], **env: str) -> bytes:
    """What a command says on a terminal of its own."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        words,
        cwd=stand.directory,
        env=stand.environ(State(env=env)),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 65536):
            said += chunk
    except OSError:  # EIO: the last one has closed it
        pass
    os.close(ours)
    assert done.wait(WAIT_S) == 0
    stand.shop.settle()
    return said


@pytest.mark.parametrize("program", ["gcc", "clang"])
def test_colours_on_a_terminal(program: str, stand: Stand) -> None:
    stand.write({"a.c": "int word(void) { int unused; return 1; }\n"})
    words = [program, "-Wall", "-c", "a.c"]
    for terminal in ("xterm", "dumb", "xterm"):
        plain = in_terminal(stand, words, TERM=terminal)
        assert in_terminal(stand, [str(CLIENT), *words], TERM=terminal) == plain
        assert (b"\x1b[" in plain) == (terminal == "xterm")
    piped = [
        stand.compile(case({}, *words), State(env={"TERM": "xterm"}), cached=cached)
        for cached in (False, True, True)
    ]
    assert differences(piped[0], piped[1]) == differences(piped[0], piped[2]) == []


@pytest.mark.parametrize("program", ["gcc", "clang"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_compilation_leaves_nothing(
    number: signal.Signals, program: str, stand: Stand
) -> None:
    """The client is killed, or all of the foreground is interrupted, while cc1 stands before a pipe."""
    stand.write({"a.c": STOPS})
    gate = stand.directory / "gate"
    os.mkfifo(gate)
    process = begin(stand, program, "-c", "a.c", start_new_session=True)
    descriptor = os.open(gate, os.O_WRONLY)
    if number is signal.SIGKILL:
        process.send_signal(number)
    else:
        os.killpg(process.pid, number)
    process.communicate(timeout=WAIT_S)
    assert process.returncode == -number
    os.close(descriptor)
    gate.unlink()
    stand.write({"gate": ONE})
    stand.shop.settle()
    (stand.directory / "a.o").unlink(missing_ok=True)
    one = case({}, program, "-c", "a.c")
    plain, *cached = (stand.compile(one, State(), cached=cached) for cached in (False, True, True))
    assert differences(plain, cached[0]) == differences(plain, cached[1]) == []
    reasons = stand.shop.reasons()
    assert reasons["hit"] == {"local": 1}


def test_a_killed_cc1_is_no_result(stand: Stand) -> None:
    stand.write({"a.c": STOPS})
    gate = stand.directory / "gate"
    os.mkfifo(gate)
    process = begin(stand, "gcc", "-c", "a.c")
    descriptor = os.open(gate, os.O_WRONLY)
    (cc1,) = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_cc1(entry, stand.directory)
    ]
    os.kill(cc1, signal.SIGKILL)
    _, stderr = process.communicate(timeout=WAIT_S)
    os.close(descriptor)
    assert process.returncode == 1
    assert b"Killed" in stderr
    assert stand.shop.reasons() == {"miss": {"compile-failed": 1}}


def _is_cc1(process: Path, cwd: Path) -> bool:
    try:
        return os.readlink(process / "exe").endswith("/cc1") and os.readlink(process / "cwd") == str(cwd)
    except OSError:
        return False


def test_two_compilations_of_one_object_at_once(stand: Stand) -> None:
    stand.write({"a.c": "#include <stdio.h>\n" + USES, "word.h": ONE})
    one = case({}, "gcc", "-g", "-MD", "-c", "a.c")
    plain = stand.compile(one, State(), cached=False)
    for _ in range(3):
        running = [begin(stand, *one.words) for _ in range(4)]
        for process in running:
            assert process.communicate(timeout=WAIT_S) == (b"", b"")
            assert process.returncode == 0
        for name, told in plain.files.items():
            assert told.endswith((stand.directory / name).read_bytes())
    assert sum(stand.shop.reasons()["miss"].values()) == 1
