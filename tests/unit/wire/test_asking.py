"""CONTROL and REPLY by hand are what the codec makes of them, byte for byte."""

import pytest

from dunnage.errors import ProtocolError
from dunnage.limits import DAEMON_FRAME_BYTES_MAX
from dunnage.wire.asking import control, reply
from dunnage.wire.codec import encode
from dunnage.wire.messages import Control, Exec, Reply
from dunnage.wire.version import MAGIC_NUMBER, WIRE_VERSION


@pytest.mark.parametrize("request_json", [b"{}", b'{"op": "stats"}', b"", bytes(range(256)) * 300])
def test_control_is_the_codecs(request_json: bytes) -> None:
    assert control(request_json) == encode(Control(MAGIC_NUMBER, WIRE_VERSION, request_json))


@pytest.mark.parametrize("answer", [b"{}", b"", b"x" * 100_000])
def test_reply_is_the_codecs(answer: bytes) -> None:
    frame = encode(Reply(answer))
    assert reply(frame) == answer
    assert reply(frame + b"more") == answer


def test_every_part_of_a_reply_waits_for_the_rest() -> None:
    frame = encode(Reply(b'{"running": true}'))
    assert [reply(frame[:end]) for end in range(len(frame))] == [None] * len(frame)


def test_another_message_is_refused() -> None:
    with pytest.raises(ProtocolError, match="instead of REPLY"):
        reply(encode(Exec("")) + bytes(16))


def test_lengths_that_do_not_agree_are_refused() -> None:
    frame = bytearray(encode(Reply(b"abc")))
    frame[5] += 1
    with pytest.raises(ProtocolError, match="has a length of 8, and 4 in it"):
        reply(bytes(frame))


def test_a_frame_beyond_the_limit_is_refused_before_it_is_there() -> None:
    length = DAEMON_FRAME_BYTES_MAX + 1
    head = length.to_bytes(4, "little") + b"\x70" + (length - 5).to_bytes(4, "little")
    with pytest.raises(ProtocolError, match="has a length of"):
        reply(head)
