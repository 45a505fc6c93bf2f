"""Processes under the library: what they start is observed as well, and nobody sees it in their environment."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.wire.seen import SEEN_HEADER_BYTES, SEEN_LIBRARY, SEEN_VARIABLE, SEEN_VERSION, SeenKind
from support.observing import (
    ENVIRONMENT,
    Memory,
    Note,
    library_of,
    observe,
    program,
    trapping_library,
    unobserved,
)

BEGAN, EXEC, FAILED, SPAWNED = SeenKind.BEGAN, SeenKind.EXEC, SeenKind.FAILED, SeenKind.SPAWNED
LOOKED, UNSEEN = SeenKind.LOOKED, SeenKind.UNSEEN
WAS_HERE = "/says-was-here"


def processes(notes: list[Note]) -> list[tuple[SeenKind, str]]:
    """What became of what, without the rest."""
    return [(note.kind, note.text) for note in notes if note.kind in (BEGAN, EXEC, FAILED, SPAWNED)]


def test_the_environment_is_what_it_would_be(tmp_path: Path) -> None:
    """In the program itself, whatever is preloaded besides."""
    said = observe([program("says")], env={"ZULU": "last", "ALPHA": "first"})
    plain = {**ENVIRONMENT, "ZULU": "last", "ALPHA": "first"}
    assert said.code == 5
    assert said.out.decode().splitlines()[1:] == [f"{name}={value}" for name, value in plain.items()]


@pytest.mark.parametrize("order", ["{ours}:{other}", "{other}:{ours}", "{other} {ours}", "{ours}:"])
def test_other_preloads_stay(order: str, tmp_path: Path) -> None:
    """Those of the user's own."""
    other = program("other", "-shared", "-fPIC")
    memory = Memory(library_of("host"))
    env = memory.environment() | {"LD_PRELOAD": order.format(ours=memory.library, other=other)}
    done = subprocess.run([program("says")], env=env, capture_output=True, check=False)
    wanted = [] if order.endswith(":") else [f"LD_PRELOAD={other}"]
    assert [line for line in done.stdout.decode().splitlines() if "PRELOAD" in line] == wanted
    assert b"other was loaded" in done.stdout or order.endswith(":")
    assert done.stderr == b""
    memory.close()


@pytest.mark.parametrize("how", ["fork", "vfork", "spawn", "execl", "execle", "execv", "fexecve", "execveat"])
def test_what_is_started_is_observed(how: str) -> None:
    """And sees nothing of that, also where the program chose its environment."""
    starting, says = program("fork"), program("says")
    observed, plain = observe([starting, how, says]), unobserved([starting, how, says])
    assert WAS_HERE in observed.said(LOOKED)
    assert b"ran\n" in observed.out
    known = [out for out in observed.out.splitlines() if not out.startswith(b"parent")]
    assert known == [out for out in plain.stdout.splitlines() if not out.startswith(b"parent")]
    assert observed.err == b""
    began = [note for note in observed.notes if note.kind is BEGAN and note.text == str(says)]
    assert len(began) == 1
    notes = observed.notes
    if how.startswith("exec") or how == "fexecve":
        assert began[0].pid == notes[0].pid
    else:
        assert began[0].value == notes[0].pid
    if how == "spawn":
        assert [(note.value, note.text) for note in notes if note.kind is SPAWNED] == [
            (began[0].pid, str(says))
        ]
    else:
        assert [note.pid for note in notes if note.kind is EXEC] == [began[0].pid]
        assert FAILED not in [note.kind for note in notes]


@pytest.mark.parametrize("how", ["execlp", "execvp", "execvpe", "spawnp"])
def test_a_search_in_path(how: str, tmp_path: Path) -> None:
    """Each place where the program was looked for counts; a directory of its name is not it."""
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).mkdir()
    (tmp_path / "b" / "wanted").mkdir()
    (tmp_path / "c" / "wanted").write_text("not to be run")
    (tmp_path / "d" / "wanted").symlink_to(program("says"))
    path = ":".join(str(tmp_path / name) for name in ("a", "b", "c", "d"))
    observed = observe([program("fork"), how, "wanted"], env={"PATH": path})
    looked = [text for text in observed.said(LOOKED) if text.endswith("/wanted")]
    assert looked == [str(tmp_path / name / "wanted") for name in ("a", "b", "c", "d")]
    assert WAS_HERE in observed.said(LOOKED)
    kind = SPAWNED if how == "spawnp" else EXEC
    assert observed.said(kind) == [str(tmp_path / "d" / "wanted")]


@pytest.mark.parametrize("how", ["execv", "execvp", "execl", "spawn", "spawnp"])
def test_what_cannot_be_started(how: str, tmp_path: Path) -> None:
    """The error is the C library's; a program that does not begin is said to have failed."""
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"\x7fELF" + bytes(60))
    wrong.chmod(0o755)
    for path in (tmp_path / "nowhere", wrong):
        observed, plain = observe([program("fork"), how, path]), unobserved([program("fork"), how, path])
        assert (observed.code, observed.out, observed.err) == (plain.returncode, plain.stdout, plain.stderr)
        said = processes(observed.notes)[1:]
        if (how, path) == ("execvp", wrong):
            assert said[0] == (EXEC, str(wrong))  # what it then becomes is a shell
            continue
        assert said in ([], [(EXEC, str(path)), (FAILED, str(path))])


def test_a_fork_has_its_own_pid() -> None:
    """It begins with its first note, and does not say again what its parent said."""
    observed = observe([program("fork"), "fork-only", "/none"])
    child = int(observed.out.split()[3])
    parent = int(observed.out.split()[1])
    notes = [note for note in observed.notes if note.pid == child]
    assert [(note.kind, note.value, note.text) for note in notes] == [
        (BEGAN, parent, str(program("fork"))),
        (LOOKED, 0, "/in-the-child"),
    ]
    assert ("/parent-goes-on", parent) in [(note.text, note.pid) for note in observed.notes]


def test_the_child_of_a_vfork_elsewhere(tmp_path: Path) -> None:
    """It shares its parent's memory, but not its working directory."""
    (tmp_path / "d").mkdir()
    observed = observe([program("fork"), "vfork-chdir", program("says")], cwd=tmp_path)
    below = [text for text in observed.said(LOOKED) if text.endswith("/below")]
    assert below == [f"{tmp_path}/below", f"{tmp_path}/d/below"]
    assert WAS_HERE in observed.said(LOOKED)


def test_a_shell_and_what_it_starts(tmp_path: Path) -> None:
    """Descriptors are closed, directories changed, environments emptied, and programs in programs."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_text("text")
    script = (
        "cd d; exec 3>&-; for i in 4 5 6 7 8 9; do eval exec $i'>&-'; done; env -i /bin/cat f; ls . | wc -l"
    )
    observed = observe(["/bin/sh", "-c", script], cwd=tmp_path)
    assert (observed.out, observed.err, observed.code) == (b"text1\n", b"", 0)
    assert f"{tmp_path}/d/f" in observed.said(SeenKind.READ)
    assert f"{tmp_path}/d/." in observed.said(SeenKind.LISTED)
    assert len([text for text in observed.said(BEGAN) if text.endswith(("/cat", "/ls", "/wc", "/env"))]) >= 4


def test_a_script(tmp_path: Path) -> None:
    """Its interpreter begins in its place."""
    script = tmp_path / "script"
    script.write_text("#! /bin/sh\n: > made\n")
    script.chmod(0o755)
    observed = observe([program("fork"), "execv", script], cwd=tmp_path)
    assert processes(observed.notes)[1] == (EXEC, str(script))
    assert processes(observed.notes)[2] == (BEGAN, os.path.realpath("/bin/sh"))
    assert observed.said(SeenKind.WROTE) == [f"{tmp_path}/made"]


LINKER_WORD = f"-Wl,--dependency-file=/proc/self/fd/{limits.NOTES_DESCRIPTOR}"


def test_a_linker_that_notes_for_itself() -> None:
    """Neither it nor what it starts is observed, and it is as if it had not been started."""
    shell = f'/bin/sh -c "cat /dev/null" {LINKER_WORD}; /bin/true'
    observed = observe(["/bin/sh", "-c", shell])
    assert observed.code == 0
    assert "/dev/null" not in observed.said(SeenKind.READ)
    assert not [text for text in observed.said(EXEC) + observed.said(BEGAN) if text.endswith("/cat")]
    assert observed.said(EXEC) == ["/bin/true"]


def test_a_static_program_passes_it_on() -> None:
    """It notes nothing, and what it starts does."""
    static = program("fork", "-static")
    observed = observe([program("fork"), "execv", static, "x"])
    said = processes(observed.notes)
    assert said[1:] == [(EXEC, str(static))]
    wrapped = observe(["/bin/sh", "-c", f"{static} fork {program('says')}"])
    assert WAS_HERE in wrapped.said(LOOKED)


def test_the_library_goes_in_the_middle(tmp_path: Path) -> None:
    """A child does without, and nobody hears of it."""
    library = tmp_path / SEEN_LIBRARY
    library.write_bytes(library_of("host").read_bytes())
    observed = observe(["/bin/sh", "-c", f"rm {library}; /bin/cat /dev/null"], library=library)
    assert (observed.code, observed.out, observed.err) == (0, b"", b"")
    assert "/bin/cat" in observed.said(EXEC)
    assert "/dev/null" not in observed.said(SeenKind.READ)


@pytest.mark.parametrize("wrong", ["version", "size", "gone", "nonsense", "long"])
def test_a_memory_file_that_is_none(wrong: str) -> None:
    """The program runs as it would, and nothing is written anywhere; its environment stays as it is."""
    memory = Memory(
        library_of("host"),
        size=4096 if wrong == "size" else limits.SEEN_BYTES_MAX,
        version=SEEN_VERSION + 1 if wrong == "version" else SEEN_VERSION,
    )
    env = memory.environment()
    if wrong in ("gone", "nonsense", "long"):
        env[SEEN_VARIABLE] = {"gone": "/proc/1/fd/9999", "nonsense": "=", "long": "x" * 5000}[wrong]
    done = subprocess.run([program("says")], env=env, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (5, b"")
    assert f"{SEEN_VARIABLE}={env[SEEN_VARIABLE]}".encode() in done.stdout
    assert memory.used() == 0
    memory.close()


@pytest.mark.parametrize("how", ["fork", "vfork", "spawn", "spawnp", "execl", "execle", "execvp", "fexecve"])
def test_nothing_undefined_happens(how: str) -> None:
    """In a library that would die of it."""
    observed = observe([program("fork"), how, program("says")], library=trapping_library())
    assert observed.code in (0, 5)
    assert WAS_HERE in observed.said(LOOKED)


def test_many_threads() -> None:
    """Every note is whole, and what all of them look at is seldom noted twice."""
    observed = observe([program("threads", "-pthread"), "1500"])
    looked = observed.said(LOOKED)
    assert observed.out == b"done\n"
    assert {f"/thread-{thread}/{i}" for thread in range(8) for i in range(1500)} <= set(looked)
    assert {f"/shared/{i}" for i in range(1500)} <= set(looked)


def test_the_memory_is_full() -> None:
    """Programs go on; how much was claimed says that something is missing."""
    memory = Memory(library_of("host"))
    room = limits.SEEN_BYTES_MAX - SEEN_HEADER_BYTES
    os.pwrite(memory.fd, (room - 1000).to_bytes(8, "little"), 8)
    done = subprocess.run(
        [program("threads", "-pthread"), "1500"], env=memory.environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"done\n", b"")
    assert room < memory.used() < room + 1_000_000
    memory.close()


def test_killed_in_the_middle() -> None:
    """What was noted until then is whole: a note counts when its size is written."""
    script = (
        'import os, signal\nfor i in range(50): os.path.exists(f"/{i}")\nos.kill(os.getpid(), signal.SIGKILL)'
    )
    observed = observe([sys.executable, "-c", script])
    assert observed.code == -9
    assert {f"/{i}" for i in range(50)} <= set(observed.said(LOOKED))


def test_relative_paths(tmp_path: Path) -> None:
    """They are joined to where the process is, and not made any shorter."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "f").touch()
    script = (
        "import os\nos.chdir('a')\nopen('./b/../f')\nfd = os.open('b', os.O_RDONLY)\n"
        f"os.access('../f', 0, dir_fd=fd)\nos.chdir('/')\nos.access('tmp', 0)\nos.rmdir('{tmp_path}/a/b')\n"
        "os.access('f', 0, dir_fd=fd)\n"
    )
    observed = observe([sys.executable, "-c", script], cwd=tmp_path)
    assert f"{tmp_path}/a/./b/../f" in observed.said(SeenKind.READ)
    assert f"{tmp_path}/a/b/../f" in observed.said(LOOKED)
    assert "/tmp" in observed.said(LOOKED)
    assert observed.said(UNSEEN).count("place") == 1
    assert all(note.text.startswith("/") for note in observed.notes if note.kind in (LOOKED, SeenKind.READ))


def test_libraries(tmp_path: Path) -> None:
    """Those that are there from the beginning, and those that come later, searched for or not."""
    other = program("other", "-shared", "-fPIC")
    for name in (str(other), other.name):
        script = f"import ctypes; ctypes.CDLL({name!r})"
        observed = observe([sys.executable, "-c", script], env={"LD_LIBRARY_PATH": str(other.parent)})
        assert observed.code == 0
        libraries = observed.said(SeenKind.LIBRARY)
        assert str(other) in libraries
        assert [text for text in libraries if "libc.so" in text]
        assert not [text for text in libraries if SEEN_LIBRARY in text or "vdso" in text]


def test_the_words_of_git_are_noted_and_of_nobody_else(tmp_path: Path) -> None:
    told = SeenKind.ARGUMENTS
    git = shutil.which("git")
    assert git is not None
    words = [git, "rev-parse", "--git-dir", "\n odd "]
    assert observe(words).said(told) == ["\x1f".join(words)]
    assert observe([program("says"), "git"]).said(told) == []
    # What has no room is noted as nothing, not as its beginning.
    assert observe([git, "rev-parse", "x" * 4096]).said(told) == []
    by_shell = observe(["/bin/sh", "-c", "git --version; exit 3"])
    assert (by_shell.code, by_shell.said(told)) == (3, ["git\x1f--version"])
