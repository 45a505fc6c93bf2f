"""The daemon: many clients at once, who may come in, and its end when its sockets or its store are gone."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from dunnage.config.places import Places
from dunnage.config.settings import defaults, load
from dunnage.daemon import server
from dunnage.daemon.control import request
from dunnage.daemon.server import Daemon, _Session
from dunnage.wire.messages import Exec, Message, Welcome
from support.crates import Crate
from support.hand_client import HandClient, hello
from support.require import require
from support.running import Running, until
from support.workshop import Workshop


def connected(running: Running) -> HandClient:
    return HandClient.connected_to(str(running.places.host_socket))


def verdict_at(path: Path) -> Message | None:
    """What the daemon at a socket says to a question to the compiler."""
    client = HandClient.connected_to(str(path))
    client.send(hello(["rustc", "-V"]))
    assert isinstance(client.next(), Welcome)
    verdict = client.next()
    client.close()
    return verdict


def wake(path: str) -> None:
    """Connect, and leave. A test's directories make longer names than a socket may have."""
    directory = os.open(os.path.dirname(path), os.O_PATH)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"/proc/self/fd/{directory}/{os.path.basename(path)}")
    os.close(directory)


def test_sixty_four_at_once(running: Running) -> None:
    with ExitStack() as stack:
        clients = [connected(running) for _ in range(64)]
        for client in clients:
            stack.callback(client.close)
        assert until(lambda: running.ask("status")["sessions"] == 64)
        for client in clients:
            client.send(hello(["rustc", "-V"]))
        for client in reversed(clients):
            assert isinstance(client.next(), Welcome)
            assert client.next() == Exec("not-a-compile")
    assert until(lambda: running.ask("status")["sessions"] == 0)
    assert running.reasons()["uncacheable"] == {"not-a-compile": 64}


def test_one_that_hangs_holds_nobody_up(running: Running) -> None:
    silent, half = connected(running), connected(running)
    half.socket.sendall(b"\x10")
    for _ in range(3):
        assert verdict_at(running.places.host_socket) == Exec("not-a-compile")
    silent.close()
    half.close()
    assert until(lambda: running.reasons()["fallback"] == {"client-gone": 2})


def test_a_daemon_with_hanging_clients_can_be_ended(running: Running) -> None:
    client = connected(running)
    running.signal(signal.SIGTERM)
    assert running.wait()
    assert client.next() is None
    client.close()


STRANGER = """
import os, sys
sys.path[:] = {path!r}
from support.hand_client import HandClient, hello
here = os.open(sys.argv[1], os.O_PATH | os.O_DIRECTORY)
os.setgroups([]); os.setgid(4321); os.setuid(4321)
os.fchdir(here)
client = HandClient.connected_to("./sock")
try:
    client.send(hello(["rustc", "-V"]))
except OSError:
    pass
client.next()
print(client.next())
"""


def stranger(directory: Path) -> str:
    """What user 4321 is told at the socket in a directory to which a mount, or here a descriptor, took it."""
    program = STRANGER.format(path=[entry for entry in sys.path if entry])
    done = subprocess.run(
        [sys.executable, "-c", program, str(directory)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_any_user_of_a_container_comes_in_through_its_mount(running: Running) -> None:
    require("root")
    assert stranger(running.places.container_dir) == str(Exec("not-a-compile"))


def test_another_user_gets_nowhere_on_the_host(running: Running) -> None:
    require("root")
    with pytest.raises(subprocess.CalledProcessError):
        stranger(running.places.host_dir)
    running.places.host_dir.chmod(0o755)
    running.places.host_socket.chmod(0o666)  # even where the modes do not stop it, the kernel tells who it is
    assert stranger(running.places.host_dir) == "None"
    walk = f"import os; os.setuid(4321); os.stat({str(running.places.container_socket)!r})"
    done = subprocess.run([sys.executable, "-c", walk], stderr=subprocess.PIPE, text=True, check=False)
    assert "PermissionError" in done.stderr


@contextmanager
def another_way_in(running: Running) -> Iterator[str]:
    """A second name for the daemon's own socket, which stays when the first is removed."""
    name = str(running.places.base / "way-in")
    os.link(running.places.host_socket, name)
    yield name
    Path(name).unlink()


@pytest.mark.parametrize("which", ["host_socket", "container_socket"])
def test_without_one_of_its_sockets_it_ends(running: Running, which: str) -> None:
    with another_way_in(running) as name:
        getattr(running.places, which).unlink()
        wake(name)
        assert running.wait()
    again = Running()
    assert again.pid != running.pid
    again.close()


def test_one_whose_place_was_taken_leaves_the_other_alone(running: Running) -> None:
    """Everything was deleted, and another daemon has begun at the same place."""
    with another_way_in(running) as name:
        for path in (running.places.host_socket, running.places.container_socket, running.places.lock):
            path.unlink()
        other = Running()
        assert other.pid != running.pid
        wake(name)
        assert running.wait()
    assert verdict_at(other.places.host_socket) == Exec("not-a-compile")
    assert verdict_at(other.places.container_socket) == Exec("not-a-compile")
    other.close()


def test_without_a_store_clients_go_on_and_are_counted_later(dunnage_dir: Path) -> None:
    dunnage_dir.mkdir()
    obstacle = dunnage_dir / "store"
    obstacle.write_text("a file where the store should be")
    running = Running()
    assert running.status["size_bytes"] == 0
    assert running.status["store_error"]
    for _ in range(2):
        assert verdict_at(running.places.host_socket) == Exec("no-store")
    assert until(lambda: running.ask("status")["sessions"] == 0)
    obstacle.unlink()
    assert verdict_at(running.places.host_socket) == Exec("not-a-compile")
    assert until(lambda: running.reasons()["uncacheable"] == {"not-a-compile": 1})
    assert running.reasons()["fallback"] == {"no-store": 2}
    running.close()


def test_status_names_everything(running: Running) -> None:
    asked = [running.ask("status")]
    while asked[-1]["sessions"]:  # who started it, or asked before, has not left yet
        asked.append(running.ask("status"))
    places, status = running.places, asked[-1]
    assert status["schema"] == 1
    assert status["socket"] == str(places.host_socket)
    assert status["container_socket"] == str(places.container_socket)
    assert status["store"] == str(places.store)
    assert status["log"] == str(places.log)
    assert (status["sessions"], status["storing"]) == (0, 0)


@pytest.fixture
def offering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A daemon that offers its cache to programs in containers."""
    monkeypatch.setenv("DUNNAGE_OFFER", "containers")
    daemon = Running()
    yield daemon
    daemon.close()


def test_what_is_offered_goes_with_it(offering: Running) -> None:
    sockets = [offering.places.offered_http, offering.places.offered_ccache]
    assert offering.status["offer"] == []
    assert offering.status["offer_sockets"] == [str(path) for path in sockets]
    for path in sockets:
        wake(str(path))
    offering.signal(signal.SIGTERM)
    assert offering.wait()
    assert list(offering.places.container_dir.iterdir()) == []


def test_without_what_it_offers_it_ends(offering: Running) -> None:
    offering.places.offered_http.unlink()
    wake(str(offering.places.host_socket))
    assert offering.wait()


def test_asking_for_an_object_is_a_sign_of_life(dunnage_dir: Path) -> None:
    daemon = Daemon(Places(dunnage_dir), load("/", os.environ))
    before = daemon._last_session
    daemon._offered()
    assert daemon._last_session > before
    daemon._ledger.close()
    daemon.waker.close()
    daemon._wake_end.close()


_LARGE_BYTES = 64 * 2**20


@pytest.fixture
def built(tmp_path: Path, running: Running) -> Places:
    """A crate has been compiled this moment, in an empty store: the toolchain is still being read, and much stored."""
    crate = Crate(tmp_path / "demo")
    crate.write("src/large.bin", "x" * _LARGE_BYTES)
    crate.write("src/lib.rs", 'pub static LARGE: &[u8] = include_bytes!("large.bin");')
    code, _, stderr = Workshop(running.places).compile(crate)
    assert code == 0, stderr
    return running.places


def test_stats_and_explain_have_the_build_that_has_just_ended(built: Places) -> None:
    stats = request(built, "stats")
    assert stats["outcomes"]["miss"] == 1
    assert stats["store"]["actions"] == 1
    assert stats["store"]["size_bytes"] > _LARGE_BYTES
    [session] = request(built, "explain")["sessions"]
    assert session["unit"].startswith("demo")


def test_what_is_cleared_stays_away(built: Places) -> None:
    assert request(built, "clear")["removed_bytes"] > _LARGE_BYTES
    assert request(built, "status")["storing"] == 0


def test_nobody_waits_forever(dunnage_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.limits, "SETTLE_TIMEOUT_S", 0)
    daemon = Daemon(Places(dunnage_dir), defaults())
    _Session(daemon).storing()
    assert "error" not in json.loads(daemon.control(b'{"op": "stats"}'))
    assert daemon._storing
    daemon._ledger.close()
    daemon.waker.close()
    daemon._wake_end.close()
