"""The transport: whole messages and their descriptors, and a reason for every kind of trouble."""

import os
import socket
from collections.abc import Iterator

import pytest

from dunnage import limits
from dunnage.daemon.transport import Transport
from dunnage.model.view import ViewGone
from dunnage.wire.codec import encode
from dunnage.wire.messages import Exec, FileSource, Opened, Stats, Write, WriteFile
from support.hand_client import HandClient, hello


@pytest.fixture
def pair() -> Iterator[tuple[Transport, HandClient]]:
    ours, theirs = socket.socketpair()
    transport, client = Transport(ours), HandClient(theirs)
    yield transport, client
    transport.close()
    client.close()


def test_messages_both_ways(pair: tuple[Transport, HandClient]) -> None:
    transport, client = pair
    client.send(hello(["rustc", "-"], env=["A=1"]), Stats([]))
    assert transport.receive() == hello(["rustc", "-"], env=["A=1"])
    assert transport.receive() == Stats([])
    transport.send([Exec("one"), Exec("two")])
    assert [client.next(), client.next()] == [Exec("one"), Exec("two")]


def test_descriptors_come_with_their_message(pair: tuple[Transport, HandClient]) -> None:
    transport, client = pair
    read_end, write_end = os.pipe()
    client.send(Opened((0,)), descriptors=[read_end])
    transport.receive()
    [descriptor] = transport.take_descriptors(1)
    assert os.fstat(descriptor).st_ino == os.fstat(read_end).st_ino
    assert not os.get_inheritable(descriptor)
    for number in (descriptor, read_end, write_end):
        os.close(number)


def test_descriptors_go_with_the_first_byte(pair: tuple[Transport, HandClient]) -> None:
    transport, client = pair
    read_end, write_end = os.pipe()
    transport.send(
        [Write((WriteFile("/x", executable=False, source=FileSource.DESCRIPTOR),)), Exec("")], [read_end]
    )
    client.next()
    assert len(client.descriptors) == 1
    os.close(read_end)
    os.close(write_end)


def test_a_promise_of_descriptors_that_did_not_come(pair: tuple[Transport, HandClient]) -> None:
    transport, client = pair
    client.send(Opened((0, 0)))
    transport.receive()
    with pytest.raises(ViewGone) as gone:
        transport.take_descriptors(2)
    assert gone.value.reason == "protocol"


def test_a_flood_of_descriptors(pair: tuple[Transport, HandClient]) -> None:
    transport, client = pair
    read_end, write_end = os.pipe()
    client.send(Opened((0,)), descriptors=[read_end] * (limits.FDS_PER_FRAME_MAX + 1))
    with pytest.raises(ViewGone) as gone:
        transport.receive()
    assert gone.value.reason == "protocol"
    os.close(read_end)
    os.close(write_end)


def test_rubbish(pair: tuple[Transport, HandClient]) -> None:
    transport, client = pair
    client.socket.sendall(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(ViewGone) as gone:
        transport.receive()
    assert gone.value.reason == "protocol"


def test_an_end_in_the_middle_of_a_message(pair: tuple[Transport, HandClient]) -> None:
    transport, client = pair
    client.socket.sendall(encode(hello())[:-1])
    client.socket.shutdown(socket.SHUT_RDWR)
    with pytest.raises(ViewGone) as gone:
        transport.receive()
    assert gone.value.reason == "client-gone"


def test_sending_to_nobody(pair: tuple[Transport, HandClient]) -> None:
    transport, client = pair
    client.socket.close()
    with pytest.raises(ViewGone) as gone:
        transport.send([Exec("")])
    assert gone.value.reason == "client-gone"


def test_a_client_that_says_nothing(pair: tuple[Transport, HandClient]) -> None:
    transport, _ = pair
    transport.wait_at_most(1)
    with pytest.raises(ViewGone) as gone:
        transport.receive()
    assert gone.value.reason == "timeout"


def test_closing_closes_what_nobody_took() -> None:
    ours, theirs = socket.socketpair()
    transport, client = Transport(ours), HandClient(theirs)
    read_end, write_end = os.pipe()
    client.send(Opened((0,)), descriptors=[write_end])
    os.close(write_end)
    transport.receive()
    transport.close()
    # Every writer is gone now, so the reader sees the end.
    assert os.read(read_end, 1) == b""
    os.close(read_end)
    client.close()
