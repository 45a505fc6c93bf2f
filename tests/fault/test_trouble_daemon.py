"""Trouble with the daemon: whatever happens to it, the build's result is right, and stats say what happened."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dunnage.daemon.control import request
from support.crates import Crate, crate
from support.hand_client import HandClient
from support.running import until
from support.workshop import Compile, Workshop, gate, plainly


@pytest.fixture
def shop() -> Workshop:
    """A workshop whose daemon runs."""
    made = Workshop.here()
    made.start()
    return made


@pytest.fixture
def demo(tmp_path: Path) -> Crate:
    """A crate that compiles with a warning."""
    return crate(tmp_path / "demo", "pub fn one() -> u32 { let unused = 1; 1 }\n")


def test_no_daemon(demo: Crate) -> None:
    expected = plainly(demo)
    code, _, stderr = Workshop.here().compile(demo)
    assert (code, demo.outputs()) == (0, expected)
    assert b"unused" in stderr


def test_killed_before_a_compile(shop: Workshop, demo: Crate) -> None:
    expected = plainly(demo)
    shop.kill()
    assert shop.compile(demo)[0] == 0
    assert demo.outputs() == expected


def test_killed_while_the_compiler_runs(shop: Workshop, tmp_path: Path) -> None:
    made = crate(tmp_path / "demo")
    with gate(made) as barrier:
        work = shop.begin(made)
        barrier.wait()
        shop.kill()
        barrier.open()
        code, _, stderr = work.end()
    assert code == 0
    assert sorted(made.outputs()) == ["demo-1.d", "libdemo-1.rlib", "libdemo-1.rmeta"]
    # What was said before and after it died is there once, and in order.
    kinds = [line.split(b'"emit":"')[1].split(b'"')[0] for line in stderr.splitlines() if b'"emit":"' in line]
    assert kinds == [b"dep-info", b"metadata", b"link"]


def test_killed_between_two_compiles(shop: Workshop, demo: Crate) -> None:
    expected = plainly(demo)
    assert shop.compile(demo)[0] == 0
    assert shop.reasons() == {"miss": {"new": 1}}
    shop.kill()
    demo.wipe()
    assert shop.compile(demo)[0] == 0
    assert demo.outputs() == expected
    demo.wipe()
    shop.start()
    assert shop.compile(demo)[0] == 0
    assert demo.outputs() == expected
    assert shop.reasons() == {"miss": {"new": 1}, "hit": {"local": 1}}


def test_stopped_while_the_compiler_runs(shop: Workshop, tmp_path: Path) -> None:
    """A stop does not wait for a compiler; its client goes on alone."""
    made = crate(tmp_path / "demo")
    with gate(made) as barrier:
        work = shop.begin(made)
        barrier.wait()
        shop.stop()
        barrier.open()
        assert work.end()[0] == 0
    assert "libdemo-1.rlib" in made.outputs()


def test_the_socket_directory_is_gone(shop: Workshop, demo: Crate) -> None:
    expected = plainly(demo)
    shutil.rmtree(shop.places.run)
    assert shop.compile(demo)[0] == 0
    assert demo.outputs() == expected
    # The next start has sockets again, whatever became of the old daemon.
    demo.wipe()
    shop.start()
    assert shop.compile(demo)[0] == 0
    assert demo.outputs() == expected


def test_a_daemon_that_never_answers(demo: Crate, tmp_path: Path) -> None:
    """It is there, but takes no connection: the client waits a moment and goes on alone."""
    expected = plainly(demo)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        deaf.listen(0)
        full = [socket.socket(socket.AF_UNIX) for _ in range(4)]
        for waiting in full:
            waiting.setblocking(False)
            waiting.connect_ex(str(tmp_path / "deaf"))
        assert Workshop.here().compile(demo, DUNNAGE_SOCKET=str(tmp_path / "deaf"))[0] == 0
        for waiting in full:
            waiting.close()
    assert demo.outputs() == expected


@pytest.mark.parametrize("rubbish", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 4096, b""])
def test_a_daemon_that_answers_rubbish(demo: Crate, tmp_path: Path, rubbish: bytes) -> None:
    expected = plainly(demo)
    path = str(tmp_path / "odd")
    with socket.socket(socket.AF_UNIX) as odd:
        odd.bind(path)
        odd.listen()
        work = Workshop.here().begin(demo, DUNNAGE_SOCKET=path)
        connection, _ = odd.accept()
        with connection:
            connection.sendall(rubbish)
            connection.shutdown(socket.SHUT_WR)
            assert work.end()[0] == 0
    assert demo.outputs() == expected


def test_interrupted_by_control_c(shop: Workshop, tmp_path: Path) -> None:
    """It ends as the compiler alone would; nothing half-made is stored, and the next build is right."""
    made = crate(tmp_path / "demo")
    invocation = made.invocation()

    def alone(_: Crate) -> Compile:
        return Compile(subprocess.Popen([*invocation.argv], cwd=invocation.cwd, stderr=subprocess.PIPE))

    codes = []
    with gate(made) as barrier:
        for begin in (alone, shop.begin):
            work = begin(made)
            barrier.wait()
            work.process.send_signal(signal.SIGINT)
            codes.append(work.end()[0])
            barrier.shut()
    assert codes[0] == codes[1] != 0
    (tmp_path / "demo/src/gate.txt").unlink()
    made.write("src/gate.txt", "through the gate")
    expected = plainly(made)
    assert shop.compile(made)[0] == 0
    assert made.outputs() == expected
    stats = shop.stats()
    assert stats["reasons"]["miss"].pop("new") == 1
    # rustc catches the signal and ends with 1; another compiler would be killed by it.
    assert stats["reasons"]["miss"] in ({"compile-failed": 1}, {"killed": 1})
    assert stats["store"]["actions"] == 1


def test_a_client_that_hangs_holds_up_nobody(shop: Workshop, demo: Crate) -> None:
    hanging = [HandClient.connected_to(str(shop.places.host_socket)) for _ in range(8)]
    for client in hanging:
        client.socket.sendall(b"\x10\0\0\0")  # a length, and then nothing
    assert shop.compile(demo)[0] == 0
    assert until(lambda: request(shop.places, "stats")["outcomes"]["miss"] == 1)
    for client in hanging:
        client.close()


def test_sixty_four_at_once(shop: Workshop, tmp_path: Path) -> None:
    crates = [crate(tmp_path / f"c{i}", f"pub fn f{i}() -> u32 {{ {i} }}\n") for i in range(16)]
    for made in crates:
        assert shop.compile(made)[0] == 0
    expected = [made.outputs() for made in crates]
    assert shop.stats()["outcomes"]["miss"] == 16
    for made in crates:
        made.wipe()
    # Four clients restore each crate at the same moment: files appear whole, whoever comes last.
    work = [shop.begin(made) for made in crates * 4]
    assert [compile_.end()[0] for compile_ in work] == [0] * 64
    assert [made.outputs() for made in crates] == expected
    assert shop.stats()["reasons"]["hit"] == {"local": 64}


def test_two_versions_at_one_store(shop: Workshop, demo: Crate, tmp_path: Path) -> None:
    """Each has a daemon and sockets of its own; what one stored the other finds."""
    other = tmp_path / "other"
    shutil.copytree(Path(sys.modules["dunnage"].__file__ or "").parent, other / "dunnage")
    init = other / "dunnage/__init__.py"
    init.write_text(init.read_text().replace('__version__ = "', '__version__ = "9.'))

    def newer(*words: str) -> str:
        argv = [sys.executable, "-m", "dunnage", *words]
        environment = os.environ | {"PYTHONPATH": str(other)}
        return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False).stdout

    assert '"running": false' in newer("status", "--json")  # it does not take the older one for its own
    newer("start")
    expected = plainly(demo)
    assert shop.compile(demo)[0] == 0
    shop.stop()
    demo.wipe()
    version = next((shop.places.base / "run").glob("9.*"))
    assert shop.compile(demo, DUNNAGE_SOCKET=str(version / "host/sock"))[0] == 0
    assert demo.outputs() == expected
    newer("stop")
    shop.start()
    assert shop.reasons() == {"miss": {"new": 1}, "hit": {"local": 1}}
