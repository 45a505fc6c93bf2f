"""What the client runs at once, without a word to the daemon."""

import errno
import subprocess
from pathlib import Path

import pytest

from dunnage.wire.version import WIRE_VERSION
from support.fake_daemon import FakeDaemon
from support.native import Stage

SAY = 'echo "[$*]"; exit 7'


def ended_at_once(stage: Stage, *words: str | Path) -> tuple[int, bytes, bytes]:
    """The end of a call that must not have touched the socket."""
    end = stage.start(*words).end()
    assert not stage.daemon.was_called()
    return end


@pytest.mark.parametrize(
    "words",
    [
        ["-vV", "--verbose"],
        ["-V"],
        ["--version"],
        ["--version", "--verbose"],
        ["--print", "sysroot"],
        ["--print=cfg"],
        ["-", "--crate-name=___", "--print=file-names"],
        ["-", "--crate-name"],
        ["-", "--crate-name", "probe", "--crate-type", "lib"],
        ["--crate-name", "___", "src/lib.rs"],
        ["--crate-name=___", "src/lib.rs"],
        ["--crate-name", "x", "src/lib.rs", "--print", "native-static-libs"],
        ["--explain", "E0308"],
        ["--help"],
        ["-C", "help"],
        ["src/lib.rs"],
        [],
    ],
    ids=" ".join,
)
def test_questions_and_what_has_no_name(stage: Stage, words: list[str]) -> None:
    """rustc that makes nothing to keep."""
    rustc = stage.script(SAY)
    assert ended_at_once(stage, rustc, *words) == (7, f"[{' '.join(words)}]\n".encode(), b"")


@pytest.mark.parametrize("name", ["gcc", "cc", "my-wrapper", "sccache", "x-rustc"])
def test_unknown_programs(stage: Stage, name: str) -> None:
    """A program that we do not know is run, whatever its words look like."""
    program = stage.script(SAY, name)
    assert ended_at_once(stage, program, "--crate-name", "x") == (7, b"[--crate-name x]\n", b"")


@pytest.mark.parametrize("name", ["rustc", "rustc-1.63", "rustc.real", "clippy-driver"])
def test_known_programs_are_asked_about(stage: Stage, name: str) -> None:
    """The other side of the same table."""
    _, peer = stage.compile(stage.script(SAY, name))
    peer.close()
    assert stage.calls[0].end()[0] == 7


@pytest.mark.parametrize("words", [["-vV"], ["-", "--crate-name", "___", "--print=file-names"]], ids=" ".join)
def test_what_cargo_asks_is_asked(stage: Stage, words: list[str]) -> None:
    """The daemon may know the answer."""
    rustc = stage.script(SAY)
    call = stage.start(rustc, *words)
    hello = stage.daemon.accept()
    assert list(hello.greet().argv) == [str(rustc), *words]
    hello.close()
    assert call.end() == (7, f"[{' '.join(words)}]\n".encode(), b"")


def test_clippy_in_front_of_rustc(stage: Stage) -> None:
    """cargo clippy: the workspace wrapper is followed by the compiler."""
    clippy, rustc = stage.script(SAY, "clippy-driver"), stage.directory / "rustc"
    assert ended_at_once(stage, clippy, rustc, "-vV")[0] == 7
    call, peer = stage.compile(clippy, str(rustc))
    peer.close()
    assert call.end()[0] == 7


def test_a_response_file_hides_the_name(stage: Stage) -> None:
    """A call that only names a response file is the daemon's to read."""
    rustc = stage.script(SAY)
    call = stage.start(rustc, "@words")
    hello = stage.daemon.accept()
    assert list(hello.greet().argv) == [str(rustc), "@words"]
    hello.close()
    assert call.end() == (7, b"[@words]\n", b"")


@pytest.mark.parametrize("value", ["1", "yes", "00", " "])
def test_disabled(stage: Stage, value: str) -> None:
    """DUNNAGE_DISABLE."""
    stage.environment["DUNNAGE_DISABLE"] = value
    assert ended_at_once(stage, stage.script(SAY), "--crate-name", "x")[0] == 7


def test_inside_an_observed_run(stage: Stage) -> None:
    """What its program reads has to be seen, so it may not be restored."""
    stage.environment["DUNNAGE_SEEN"] = "/proc/1/fd/1"
    for words in (["--crate-name", "x"], ["-vV"]):
        assert ended_at_once(stage, stage.script(SAY), *words)[0] == 7


@pytest.mark.parametrize("value", ["", "0"])
def test_not_disabled(stage: Stage, value: str) -> None:
    """What does not disable."""
    stage.environment["DUNNAGE_DISABLE"] = value
    _, peer = stage.compile(stage.script(SAY))
    peer.close()


@pytest.mark.parametrize("socket", [None, ""])
def test_no_socket_named(stage: Stage, socket: str | None) -> None:
    """Nobody switched us on."""
    del stage.environment["DUNNAGE_SOCKET"]
    if socket is not None:
        stage.environment["DUNNAGE_SOCKET"] = socket
    assert ended_at_once(stage, stage.script(SAY), "--crate-name", "x")[0] == 7


@pytest.mark.parametrize("words", [[], ["--show-stats"], ["--version"]], ids=" ".join)
def test_nothing_to_run(stage: Stage, words: list[str]) -> None:
    """It says what it is, and that this is not how it is called."""
    code, out, err = ended_at_once(stage, *words)
    assert (code, out) == (2, b"")
    assert b"dunnage 0." in err
    assert f"wire version {WIRE_VERSION}".encode() in err
    assert b"RUSTC_WRAPPER" in err


def test_everything_reaches_the_compiler(stage: Stage) -> None:
    """Environment, stdin, words that are not UTF-8, exit code."""
    rustc = stage.script('cat; printf "%s|%s" "$ODD" "$1"; exit 255')
    stage.environment["ODD"] = "\udcff=\n"
    call = stage.start(rustc, "\udcfe", stdin=subprocess.PIPE)
    assert call.end(b"in\0put") == (255, b"in\0put\xff=\n|\xfe", b"")


class TestSearch:
    """The program is found as execvp finds it, only never ourselves."""

    def test_in_path_order(self, stage: Stage) -> None:
        """The first that can be run; directories, plain files and entries that do not exist are passed over."""
        stage.script("echo second", "b/rustc")
        stage.script("echo third", "c/rustc")
        (stage.directory / "a/rustc").mkdir(parents=True)
        (stage.directory / "p").mkdir()
        (stage.directory / "p/rustc").write_text("not executable")
        places = ["nowhere", "a", "p", "b", "c"]
        stage.environment["PATH"] = ":".join(str(stage.directory / place) for place in places)
        assert ended_at_once(stage, "rustc", "-V") == (0, b"second\n", b"")

    def test_empty_entry_is_the_current_directory(self, stage: Stage) -> None:
        """As the shell has it."""
        stage.script("echo here")
        stage.environment["PATH"] = "/nowhere::/bin"
        assert ended_at_once(stage, "rustc", "-V") == (0, b"here\n", b"")

    def test_no_path_at_all(self, stage: Stage) -> None:
        """The C library's own default."""
        del stage.environment["PATH"]
        assert ended_at_once(stage, "true") == (0, b"", b"")

    def test_never_ourselves(self, stage: Stage) -> None:
        """A PATH in which the client stands in for rustc does not send it round in circles."""
        shadow = stage.directory / "shadow"
        shadow.mkdir()
        (shadow / "rustc").symlink_to(stage.client.path)
        stage.script("echo real", "b/rustc")
        stage.environment["PATH"] = f"{shadow}:{stage.directory / 'b'}:/bin"
        assert ended_at_once(stage, "rustc", "-V") == (0, b"real\n", b"")

    @pytest.mark.parametrize(
        ("name", "code", "error"),
        [
            ("no-such-program", 127, errno.ENOENT),
            ("./no-such-program", 127, errno.ENOENT),
            ("./plain", 126, errno.EACCES),
        ],
    )
    def test_not_found(self, stage: Stage, name: str, code: int, error: int) -> None:
        """Said as a shell says it: 127, or 126 when it is there."""
        (stage.directory / "plain").write_text("plain")
        ended, out, err = ended_at_once(stage, name, "x")
        assert (ended, out) == (code, b"")
        assert name.encode() in err
        assert {errno.ENOENT: b"No such file", errno.EACCES: b"Permission denied"}[error] in err


def test_no_daemon(stage: Stage) -> None:
    """No socket, a file that is none, a socket that nobody listens on."""
    rustc = stage.script(SAY)
    stale = stage.directory / "stale"
    FakeDaemon(stale).close()
    plain = stage.directory / "plain"
    plain.touch()
    for path in (stage.directory / "none", stale, plain, stage.directory / "none" / "none", Path("x" * 5000)):
        stage.environment["DUNNAGE_SOCKET"] = str(path)
        assert stage.start(rustc, "--crate-name", "x").end() == (7, b"[--crate-name x]\n", b"")


def test_a_daemon_that_does_not_accept(stage: Stage) -> None:
    """Its queue is full: the client waits for it only so long."""
    rustc = stage.script(SAY)
    path = stage.directory / "busy"
    stage.environment["DUNNAGE_SOCKET"] = str(path)
    with FakeDaemon(path, backlog=0):
        waiting = stage.start(rustc, "--crate-name", "first")
        ended = [stage.start(rustc, "--crate-name", "x") for _ in range(2)]
        # One of the three got into the queue and waits for an answer; the others have given up.
        calls = [waiting, *ended]
        while sum(call.process.poll() is not None for call in calls) < 2:
            assert all(call.process.poll() in (None, 7) for call in calls)
    assert [call.end()[0] for call in calls] == [7, 7, 7]


def test_a_socket_with_a_long_path(stage: Stage) -> None:
    """Longer than an address of a socket: reached through its directory."""
    deep = stage.directory / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    stage.environment["DUNNAGE_SOCKET"] = str(deep / "sock")
    with FakeDaemon(deep / "sock") as daemon:
        call = stage.start(stage.script(SAY), "--crate-name", "x")
        peer = daemon.accept()
        peer.greet()
        peer.close()
        assert call.end()[0] == 7
