"""HELLO: what the daemon learns from the client."""

import os
import pty
import shutil
import subprocess
from pathlib import Path

from dunnage import __version__
from dunnage.wire.messages import Exec, Exit, Exited, Hello, Output, Run, Tty
from dunnage.wire.version import MAGIC_NUMBER, WIRE_VERSION, Capability
from support.fake_daemon import FakeDaemon
from support.native import Stage
from support.require import require


def greeting(stage: Stage, *words: str | Path, **options: object) -> Hello:
    """The greeting of a call, which is then sent away."""
    call = stage.start(*words, **options)  # type: ignore[arg-type]
    peer = stage.daemon.accept()
    hello = peer.greet()
    peer.send(Exec("test"))
    assert call.end()[0] == 0
    return hello


def test_words_environment_and_place(stage: Stage) -> None:
    """Everything as it was, whatever its encoding."""
    rustc = stage.script("")
    stage.environment |= {"ODD": "\udcff\udcfe=x", "EMPTY": ""}
    words = [str(rustc), "--crate-name", "x", "", "\udc80", "a b\n"]
    hello = greeting(stage, *words)
    assert list(hello.argv) == words
    assert sorted(hello.env) == sorted(f"{name}={value}" for name, value in stage.environment.items())
    assert hello.cwd == str(stage.directory)
    assert hello.program == str(rustc)
    assert (hello.magic, hello.wire_version, hello.client_version) == (
        MAGIC_NUMBER,
        WIRE_VERSION,
        __version__,
    )
    assert hello.capabilities & Capability.DESCRIPTORS


def test_the_order_of_the_environment_is_kept(stage: Stage) -> None:
    """The kernel's order: nothing is sorted or dropped."""
    hello = greeting(stage, stage.script(""), "--crate-name", "x")
    if not stage.client.emulated:
        assert list(hello.env) == [f"{name}={value}" for name, value in stage.environment.items()]


def test_the_program_as_found(stage: Stage) -> None:
    """A bare name is searched for in PATH; argv keeps it as it was."""
    rustc = stage.script("", "bin/rustc")
    stage.environment["PATH"] = f"/nowhere:{rustc.parent}:{stage.environment['PATH']}"
    hello = greeting(stage, "rustc", "--crate-name", "x")
    assert hello.program == str(rustc)
    assert hello.argv[0] == "rustc"


def test_the_pid_is_its_own(stage: Stage) -> None:
    """So that a log line can be matched with a process."""
    call = stage.start(stage.script(""), "--crate-name", "x")
    assert stage.daemon.accept().greet().pid == call.process.pid


def test_terminals(stage: Stage) -> None:
    """Each stream by itself."""
    rustc = stage.script("")
    assert greeting(stage, rustc, "--crate-name", "x").tty == 0
    master, terminal = pty.openpty()
    try:
        assert greeting(stage, rustc, "--crate-name", "x", stderr=terminal).tty == Tty.STDERR
        assert greeting(stage, rustc, "--crate-name", "x", stdin=terminal).tty == Tty.STDIN
        assert greeting(stage, rustc, "--crate-name", "x", stdout=terminal).tty == Tty.STDOUT
    finally:
        os.close(terminal)
        os.close(master)


def test_the_mount_namespace_is_the_same_each_time(stage: Stage) -> None:
    """Two calls from one place name the same; it is announced as a capability."""
    rustc = stage.script("")
    first, second = (greeting(stage, rustc, "--crate-name", "x") for _ in range(2))
    assert first.mount_namespace == second.mount_namespace != 0
    assert first.capabilities & Capability.MOUNT_NAMESPACE


def test_a_large_greeting_is_streamed(stage: Stage) -> None:
    """More than a megabyte of environment and words, through a buffer of a few kilobytes."""
    stage.environment |= {f"LARGE_{i}": f"{i}" * 100_000 for i in range(6)}
    words = [str(stage.script("")), "--crate-name", "x", *(f"--cfg=feature{i}" for i in range(20_000))]
    hello = greeting(stage, *words)
    assert list(hello.argv) == words
    assert sorted(hello.env) == sorted(f"{name}={value}" for name, value in stage.environment.items())


def test_no_current_directory(stage: Stage) -> None:
    """A directory that was deleted has no name: the compiler is run without a greeting."""
    rustc = stage.script("echo ran")
    gone = stage.directory / "gone"
    script = stage.script(f'mkdir "{gone}"; cd "{gone}"; rmdir "{gone}"; exec "$@"', "in-no-place")
    call = stage.start(rustc, "--crate-name", "x")
    stage.daemon.accept().close()
    assert call.end()[0] == 0  # from here the same call would be greeted
    ended = subprocess.run(
        [str(script), *stage.client.argv(rustc, "--crate-name", "x")],
        env=stage.environment,
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, b"ran\n")


def test_a_stream_that_is_closed(stage: Stage) -> None:
    """Without stderr our pipes could take its number, so the compiler is run at once."""
    rustc = stage.script('echo "$1"')
    wrapped = stage.script('exec "$@" 2>&-', "without-stderr")
    ended = subprocess.run(
        [str(wrapped), *stage.client.argv(rustc, "--crate-name", "x")],
        env=stage.environment,
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, b"--crate-name\n")


def test_nothing_there_but_the_client(host_stage: Stage) -> None:
    """An image without /proc, a shell or a library: another copy of the client plays the compiler.

    Without its mark it is taken for one, and it looks for the rustc that it would stand in front of.
    """
    require("root")
    image = host_stage.directory / "image"
    image.mkdir()
    shutil.copy(host_stage.client.path, image / "dunnage")
    (image / "rustc").write_bytes(host_stage.client.path.read_bytes()[:-1])
    (image / "rustc").chmod(0o755)
    environment = {"DUNNAGE_SOCKET": "/sock", "PATH": "/"}
    with (
        FakeDaemon(image / "sock") as daemon,
        subprocess.Popen(
            ["/dunnage", "rustc", "--crate-name", "x"],
            env=environment,
            preexec_fn=lambda: (os.chroot(image), os.chdir("/")),  # noqa: PLW1509
            stderr=subprocess.PIPE,
        ) as process,
    ):
        peer = daemon.accept()
        hello = peer.greet()
        assert (hello.program, hello.cwd) == ("//rustc", "/")
        assert hello.mount_namespace == 0
        assert not hello.capabilities & Capability.MOUNT_NAMESPACE
        peer.send(Run(0))
        assert b"cannot run rustc" in peer.expect(Output).data
        assert peer.expect(Exited).code == 127
        peer.send(Exit(127, 0))
        assert b"cannot run rustc" in process.communicate()[1]
        assert process.returncode == 127
