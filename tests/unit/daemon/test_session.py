"""Sessions with a real daemon: whatever a peer does ends its own session, with a reason, and no other."""

import struct
import threading

import pytest

from dunnage import limits
from dunnage.wire.codec import encode
from dunnage.wire.messages import Control, Exec, Opened, Reply, Welcome
from dunnage.wire.version import CAPABILITIES, MAGIC_NUMBER, WIRE_VERSION, Capability
from support.hand_client import HandClient, hello
from support.running import Running, until


def connected(running: Running) -> HandClient:
    return HandClient.connected_to(str(running.places.host_socket))


def is_served(running: Running) -> bool:
    """Whether a well-behaved client gets its answer."""
    client = connected(running)
    client.send(hello(["rustc", "-V"]))
    greeting, verdict = client.next(), client.next()
    client.close()
    return isinstance(greeting, Welcome) and isinstance(verdict, Exec)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        bytes(64),
        b"\xff" * 64,
        struct.pack("<I", limits.CLIENT_FRAME_BYTES_MAX + 1) + b"\x01",
        encode(Opened((0,))),  # a message, but not the first
        encode(hello(magic=1)),
        encode(hello())[:-1] + b"\xff" + encode(hello())[-1:],
    ],
    ids=["http", "zeroes", "ones", "too long", "out of turn", "no magic", "damaged"],
)
def test_rubbish_ends_that_session_alone(running: Running, data: bytes) -> None:
    bystander = connected(running)
    client = connected(running)
    client.socket.sendall(data)
    client.socket.shutdown(1)
    while client.next() is not None:
        pass
    client.close()
    assert until(lambda: running.reasons()["fallback"])
    assert running.reasons()["fallback"] in ({"protocol": 1}, {"client-gone": 1})
    bystander.send(hello(["rustc", "-V"]))
    assert isinstance(bystander.next(), Welcome)
    bystander.close()
    assert is_served(running)


def test_a_flood_ends_where_its_first_frame_would_be_too_long(running: Running) -> None:
    client = connected(running)

    def flood() -> None:
        try:
            while True:
                client.socket.sendall(b"\xee" * 65536)
        except OSError:
            pass

    thread = threading.Thread(target=flood)
    thread.start()
    thread.join()
    client.close()
    assert until(lambda: running.reasons()["fallback"])
    assert running.reasons()["fallback"] == {"protocol": 1}
    assert is_served(running)


def test_one_that_says_nothing_and_leaves(running: Running) -> None:
    connected(running).close()
    assert until(lambda: running.reasons()["fallback"])
    assert running.reasons()["fallback"] == {"client-gone": 1}


def test_one_that_leaves_in_the_middle_of_a_word(running: Running) -> None:
    client = connected(running)
    client.socket.sendall(encode(hello(["rustc"], env=["A=" + "x" * 1000]))[:700])
    client.close()
    assert until(lambda: running.reasons()["fallback"])
    assert running.reasons()["fallback"] == {"client-gone": 1}


def test_another_version_parts_as_a_friend(running: Running) -> None:
    client = connected(running)
    client.send(hello(wire_version=WIRE_VERSION + 1))
    assert isinstance(client.next(), Welcome)
    assert client.next() == Exec("version")
    client.close()
    assert until(lambda: running.reasons()["fallback"])
    assert running.reasons()["fallback"] == {"version": 1}


def test_what_is_no_compile_is_told_so_and_counted(running: Running) -> None:
    assert is_served(running)
    assert until(lambda: running.reasons()["uncacheable"])
    assert running.reasons()["uncacheable"] == {"not-a-compile": 1}


def test_the_command_line_is_not_answered_where_containers_come_in(running: Running) -> None:
    client = HandClient.connected_to(str(running.places.container_socket))
    client.send(Control(MAGIC_NUMBER, WIRE_VERSION, b'{"op":"stop"}'))
    assert client.next() is None
    client.close()
    assert until(lambda: running.reasons()["fallback"])
    assert running.reasons()["fallback"] == {"protocol": 1}
    assert running.is_alive


def test_a_request_is_answered_and_not_counted(running: Running) -> None:
    client = connected(running)
    client.send(Control(MAGIC_NUMBER, WIRE_VERSION, b'{"op":"status"}'))
    reply = client.next()
    assert isinstance(reply, Reply)
    assert b'"running": true' in reply.answer
    assert client.next() is None
    client.close()
    assert set(running.ask("stats")["outcomes"].values()) == {0}


def test_a_request_in_another_version_is_refused_in_words(running: Running) -> None:
    client = connected(running)
    client.send(Control(MAGIC_NUMBER, WIRE_VERSION + 1, b"?"))
    reply = client.next()
    assert isinstance(reply, Reply)
    assert b"VersionMismatch" in reply.answer
    client.close()


def test_a_launcher_is_known_by_its_capability_and_digest(running: Running) -> None:
    """What it carries is a run of a build script; without the capability its payload says nothing."""
    for capability, reason in ((Capability.LAUNCHER, "run-by-hand"), (0, "unknown-compiler")):
        client = connected(running)
        said = int(CAPABILITIES) | int(capability)
        client.send(hello(("/t/build-script-build",), payload="ab" * 32, capabilities=said))
        assert isinstance(client.next(), Welcome)
        assert client.next() == Exec(reason)
        client.close()
