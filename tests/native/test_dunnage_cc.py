"""`dunnage-cc`, the shell that a person writes in front of a compiler: with the cache on, off, and out of order."""

import os
import subprocess
from pathlib import Path

import pytest

from support.native import NATIVE, Client, Stage, client_of

SCRIPT = NATIVE / "dunnage-cc"
WORDS = ("-c", "a b.c", '-DX="\n$HOME"', "", "*")
USAGE = b'dunnage-cc: it stands in front of a compiler: make CC="dunnage-cc gcc"\n'


@pytest.fixture
def client() -> Client:
    return client_of("host")


def said(stage: Stage, *words: str, client: str | None) -> subprocess.CompletedProcess[bytes]:
    """What comes of it, where DUNNAGE_CLIENT is that."""
    env = stage.environment | ({} if client is None else {"DUNNAGE_CLIENT": client})
    env["PATH"] = f"{stage.directory}/real:{os.environ['PATH']}"
    return subprocess.run([SCRIPT, *words], env=env, cwd=stage.directory, capture_output=True, check=False)


def shows(stage: Stage) -> None:
    """A gcc that prints its words, each with a nought behind it."""
    stage.script("printf '%s\\0' gcc \"$@\"; exit 7", "real/gcc")


def test_it_becomes_the_client(stage: Stage) -> None:
    """Which asks the daemon, with the words as they were."""
    shows(stage)
    env = stage.environment | {"DUNNAGE_CLIENT": str(stage.client.path), "PATH": f"{stage.directory}/real"}
    with subprocess.Popen(
        ["/bin/sh", SCRIPT, "gcc", *WORDS], env=env, cwd=stage.directory, stdout=subprocess.PIPE
    ) as process:
        peer = stage.daemon.accept()
        hello = peer.greet()
        peer.close()
        out, _ = process.communicate()
    assert list(hello.argv) == ["gcc", *WORDS]
    assert (process.returncode, out.split(b"\0")[:-1]) == (7, [word.encode() for word in ("gcc", *WORDS)])


@pytest.mark.parametrize("client", [None, "", "/gone/with/an/old/version/sccache"])
def test_without_a_client_it_becomes_the_compiler(stage: Stage, client: str | None) -> None:
    """What a configure script wrote down is right with the cache off, too."""
    shows(stage)
    done = said(stage, "gcc", *WORDS, client=client)
    assert (done.returncode, done.stderr) == (7, b"")
    assert done.stdout.split(b"\0")[:-1] == [word.encode() for word in ("gcc", *WORDS)]
    assert not stage.daemon.was_called()


@pytest.mark.parametrize("words", [(), ("",), ("--version",), ("-c", "a.c")])
def test_without_a_compiler_it_says_what_it_is_for(stage: Stage, words: tuple[str, ...]) -> None:
    for client in (None, str(stage.client.path)):
        done = said(stage, *words, client=client)
        assert (done.returncode, done.stdout, done.stderr) == (2, b"", USAGE)


def test_no_compiler_of_that_name(stage: Stage, tmp_path: Path) -> None:
    done = said(stage, str(tmp_path / "no-gcc"), "-c", "a.c", client=None)
    assert done.returncode == 127
    assert b"no-gcc" in done.stderr
