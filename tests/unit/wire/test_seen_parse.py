"""Notes of a preloaded library: each kind, processes and what became of them, and whatever else a program may write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunnage.model.seen import Seen
from dunnage.wire.seen import SEEN_HEADER_BYTES, SEEN_VERSION, SeenKind
from dunnage.wire.seen_parse import SeenError, notes_of, parse_seen
from support.noting import CLIENT, PID, RUSTC, began, memory, note

SH = "/bin/dash"
CHILD = 101


def seen(*notes: bytes) -> Seen:
    return parse_seen(memory(*notes))


def test_each_kind_has_its_place() -> None:
    found = seen(
        began(),
        note(SeenKind.READ, "/a"),
        note(SeenKind.WROTE, "/b"),
        note(SeenKind.LOOKED, "/c"),
        note(SeenKind.LISTED, "/d"),
        note(SeenKind.ENV, "HOME"),
        note(SeenKind.COMPILER_ENV, "CI"),
        note(SeenKind.LIBRARY, "/lib/libc.so.6"),
        note(SeenKind.UNSEEN, "clock"),
        note(SeenKind.READ, "/\udcff"),
    )
    assert found.read == {"/a", "/\udcff"}
    assert (found.wrote, found.looked, found.listed) == ({"/b"}, {"/c"}, {"/d"})
    assert (found.env, found.compiler_env) == ({"HOME"}, {"CI"})
    assert found.libraries == {"/lib/libc.so.6"}
    assert (found.programs, found.unseen) == ({RUSTC}, {(RUSTC, "clock")})
    assert (found.first, found.first_pid) == (RUSTC, PID)
    process = found.by_pid[PID]
    assert (process.pid, process.parent, process.program) == (PID, CLIENT, RUSTC)
    assert (process.wrote, process.unseen) == ({"/b"}, {"clock"})


def test_who_asked_for_what_is_the_kernels() -> None:
    """A program that a process became later did not ask what it had asked before."""
    found = seen(
        began(),
        note(SeenKind.READ, "/proc/self/exe"),
        note(SeenKind.LISTED, "/sys"),
        note(SeenKind.WROTE, "/dev/null"),
        note(SeenKind.READ, "/processes"),
        note(SeenKind.LOOKED, "/dev/tty", pid=CHILD),
        began(SH, pid=CHILD, parent=PID),
        note(SeenKind.READ, "/memfd:x (deleted)", pid=CHILD),
    )
    assert found.special == {
        (RUSTC, "/proc/self/exe"), (RUSTC, "/sys"), ("", "/dev/tty"), (SH, "/memfd:x (deleted)"),
    }  # fmt: skip
    assert "/proc/self/exe" in found.read


def test_the_words_are_those_of_the_last_program() -> None:
    words = note(SeenKind.ARGUMENTS, "git\x1fdescribe\x1f--always", pid=CHILD)
    found = seen(began(), began("/git", pid=CHILD, parent=PID), words)
    assert found.by_pid[CHILD].arguments == ("git", "describe", "--always")
    assert found.by_pid[PID].arguments == ()
    assert seen(began("/git", pid=CHILD), words, began(SH, pid=CHILD)).by_pid[CHILD].arguments == ()


def test_nothing_at_all() -> None:
    assert seen() == Seen()


def test_a_program_that_becomes_another() -> None:
    """rustup's proxy becomes rustc; a script is named, its interpreter begins."""
    found = seen(began("/proxy"), note(SeenKind.EXEC, RUSTC), began(RUSTC))
    assert (found.first, found.first_pid, found.by_pid[PID].program) == ("/proxy", PID, RUSTC)
    assert found.programs == {"/proxy", RUSTC}
    script = seen(began(), note(SeenKind.EXEC, "/x.sh", pid=CHILD), began(SH, pid=CHILD, parent=PID))
    assert script.programs == {RUSTC, "/x.sh", SH}
    assert not script.unseen


def test_what_comes_before_the_first_processes_last_program_can_be_left_out() -> None:
    notes = memory(
        began("/proxy"), note(SeenKind.ENV, "RUSTUP_HOME"), note(SeenKind.EXEC, RUSTC),
        began(SH, pid=CHILD, parent=PID), began(RUSTC), note(SeenKind.ENV, "HOME"),
    )  # fmt: skip
    found = parse_seen(notes, last_program_only=True)
    assert (found.first, found.env, found.programs) == (RUSTC, {"HOME"}, {RUSTC})
    assert parse_seen(notes).env == {"HOME", "RUSTUP_HOME"}
    assert parse_seen(memory(), last_program_only=True) == Seen()


def test_a_search_for_a_program_ends_with_one_that_works() -> None:
    found = seen(
        began(),
        note(SeenKind.EXEC, "/nowhere/sh", pid=CHILD),
        note(SeenKind.FAILED, pid=CHILD),
        note(SeenKind.EXEC, "/bin/sh", pid=CHILD),
        began(SH, pid=CHILD, parent=PID),
    )
    assert found.looked == {"/nowhere/sh"}
    assert found.programs == {RUSTC, "/bin/sh", SH}
    assert not found.unseen


def test_programs_that_cannot_be_followed() -> None:
    become = seen(began(), note(SeenKind.EXEC, "/static"))
    assert become.unseen == {("/static", "exec")}
    assert become.by_pid[PID].unseen == {"exec"}
    assert "/static" in become.programs
    twice = seen(began(), note(SeenKind.EXEC, "/one"), note(SeenKind.EXEC, "/two"))
    assert twice.unseen == {("/one", "exec"), ("/two", "exec")}
    started = seen(began(), note(SeenKind.SPAWNED, "/static", value=CHILD))
    assert started.unseen == {("/static", "exec")}
    assert started.by_pid[PID].unseen == {"exec"}


@pytest.mark.parametrize("first", ["parent", "child"])
def test_a_child_that_is_started_and_begins_in_any_order(first: str) -> None:
    parent = note(SeenKind.SPAWNED, "/bin/sh", value=CHILD)
    child = began(SH, pid=CHILD, parent=PID)
    found = seen(began(), *((parent, child) if first == "parent" else (child, parent)))
    assert not found.unseen
    assert found.programs == {RUSTC, "/bin/sh", SH}
    assert (found.by_pid[CHILD].parent, found.by_pid[CHILD].program) == (PID, SH)
    assert found.first == RUSTC


def test_a_process_that_was_forked_and_runs_no_program() -> None:
    found = seen(began(), note(SeenKind.READ, "/a", pid=CHILD), note(SeenKind.UNSEEN, "network", pid=CHILD))
    assert found.unseen == {("", "network")}
    assert (found.by_pid[CHILD].parent, found.by_pid[CHILD].program) == (0, "")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        memory()[:-1],
        memory(version=SEEN_VERSION + 1),
        memory(began(), used=1 << 40),
        memory(began(), used=8),
        memory(began(), bytes(8)),
        memory(began(), bytes(16)),
        memory(began(), note(SeenKind.READ, "/a")[:-8]),
        memory(note(14, "/a")),
        memory(note(0, "/a")),
        memory(note(SeenKind.READ, "a")),
        memory(note(SeenKind.LISTED, "")),
        memory(note(SeenKind.READ, "/a", pid=0)),
        memory(note(SeenKind.READ, "/" * 8193)),
        memory(note(SeenKind.READ, "/a2345678").replace(b"\0\0\0\0\0\0", b"xxxxxx")),
        memory(b"\x0c\0\0\0" + note(SeenKind.READ, "/a")[4:]),
        memory(b"\x10\0\0\0" + note(SeenKind.READ, "/a")[4:]),
        memory(b"\x20\0\0\0" + note(SeenKind.READ, "/a")[4:]),
    ],
)
def test_what_is_damaged_or_not_whole_is_refused(data: bytes) -> None:
    with pytest.raises(SeenError):
        parse_seen(data)


def test_a_writer_that_died_in_the_middle() -> None:
    whole = note(SeenKind.READ, "/a")
    with pytest.raises(SeenError, match="nobody finished"):
        seen(began(), bytes(4) + whole[4:], note(SeenKind.READ, "/b"))


KINDS = st.sampled_from(SeenKind)
TEXTS = st.binary(max_size=20).map(lambda data: data.replace(b"\0", b"").decode("utf-8", "surrogateescape"))
NOTES = st.builds(
    lambda kind, text, pid, value: note(kind, f"/{text}", pid=pid, value=value),
    KINDS, TEXTS, st.integers(1, 4), st.integers(0, 4),
)  # fmt: skip


@given(st.lists(NOTES, max_size=12))
def test_any_whole_notes_are_understood(notes: list[bytes]) -> None:
    found = parse_seen(memory(*notes))
    assert len(list(notes_of(memory(*notes)))) == len(notes)
    assert found.by_pid.keys() <= {1, 2, 3, 4}


@given(st.lists(NOTES, min_size=1, max_size=6), st.data())
def test_a_lost_end_is_noticed(notes: list[bytes], data: st.DataObject) -> None:
    whole = memory(*notes)
    with pytest.raises(SeenError):
        parse_seen(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.lists(NOTES, max_size=4), st.data())
def test_any_bytes_are_understood_or_refused(notes: list[bytes], data: st.DataObject) -> None:
    changed = bytearray(memory(*notes))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    for bytes_ in (bytes(changed), memory(data.draw(st.binary(max_size=SEEN_HEADER_BYTES)))):
        try:
            parse_seen(bytes_)
        except SeenError:
            pass


def test_what_is_answered_for_need_not_begin() -> None:
    """A client that dunnage serves is static: the library is not in it."""
    notes = memory(
        began(), note(SeenKind.SPAWNED, "/client", value=CHILD), note(SeenKind.EXEC, "/client", pid=CHILD + 1)
    )
    assert parse_seen(notes).unseen == {("/client", "exec")}
    assert parse_seen(notes, answered={CHILD}).unseen == {("/client", "exec")}
    found = parse_seen(notes, answered={CHILD, CHILD + 1})
    assert found.unseen == frozenset()
    assert "/client" in found.programs
