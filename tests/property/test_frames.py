"""The codec takes anything: messages come back whole in any chunking, rubbish is a ProtocolError, memory is bounded."""

import itertools
import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from dunnage import limits
from dunnage.errors import ProtocolError
from dunnage.wire.codec import Decoder, encode
from dunnage.wire.messages import CLIENT_MESSAGES, Message
from support.frames import DIRECTIONS, client_messages, daemon_messages, plain

Event = tuple[type[Message], tuple[object, ...]] | str


def events(direction: int, chunks: list[bytes]) -> list[Event]:
    """What a decoder says to these chunks: its messages, and the sentence with which it fails."""
    decoder = Decoder(*DIRECTIONS[direction])
    said: list[Event] = []
    try:
        for chunk in chunks:
            decoder.feed(chunk)
            while (message := decoder.next()) is not None:
                said.append(plain(message))
    except ProtocolError as error:
        said.append(error.message)
    return said


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The bytes, cut at these places."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


places = st.lists(st.integers(0, 1 << 20), max_size=12)


@given(client_messages)
@settings(deadline=None)
def test_what_a_client_says_comes_back(message: Message) -> None:
    assert events(0, [encode(message)]) == [plain(message)]


@given(daemon_messages)
@settings(deadline=None)
def test_what_a_daemon_says_comes_back(message: Message) -> None:
    assert events(1, [encode(message)]) == [plain(message)]


@given(st.lists(client_messages, max_size=4), places)
@settings(deadline=None)
def test_chunks_do_not_matter_to_the_daemon(messages: list[Message], at: list[int]) -> None:
    data = b"".join(map(encode, messages))
    assert events(0, cut(data, at)) == [plain(message) for message in messages]


@given(st.lists(daemon_messages, max_size=4), places)
@settings(deadline=None)
def test_chunks_do_not_matter_to_the_client(messages: list[Message], at: list[int]) -> None:
    data = b"".join(map(encode, messages))
    assert events(1, cut(data, at)) == [plain(message) for message in messages]


@given(st.binary(max_size=400), places)
@settings(deadline=None)
def test_any_bytes_give_messages_or_one_protocol_error(data: bytes, at: list[int]) -> None:
    for direction in range(len(DIRECTIONS)):
        assert events(direction, cut(data, at)) == events(direction, [data])


@given(st.one_of(client_messages, daemon_messages), st.integers(0), st.binary(min_size=1, max_size=4), places)
@settings(max_examples=400, deadline=None)
def test_a_damaged_frame_gives_messages_or_one_protocol_error(
    message: Message, where: int, damage: bytes, at: list[int]
) -> None:
    data = bytearray(encode(message))
    where %= len(data)
    data[where : where + len(damage)] = damage
    direction = 0 if message.TYPE >= 0x80 else 1
    assert events(direction, cut(bytes(data), at)) == events(direction, [bytes(data)])


@given(st.one_of(client_messages, daemon_messages), st.integers(0))
@settings(deadline=None)
def test_a_frame_cut_short_from_within_is_an_error(message: Message, where: int) -> None:
    """The length is put right, so that the fields themselves have to notice."""
    data = encode(message)
    where = 5 + where % max(1, len(data) - 5)
    if where < len(data):
        short = (where - 4).to_bytes(4, "little") + data[4:where]
        said = events(0 if message.TYPE >= 0x80 else 1, [short])
        assert len(said) == 1
        assert isinstance(said[0], str)


@given(
    st.sampled_from([message.TYPE for message in CLIENT_MESSAGES]),
    st.integers(1, 0xFFFF_FFFF),
    st.lists(
        st.sampled_from([b"\xff" * 4, b"\xff\xff\xff\x7f", b"\0\0\1\0", bytes(8), b"a" * 16]), max_size=40
    ),
)
@settings(max_examples=60, deadline=None)
def test_memory_follows_what_arrived_not_what_was_promised(kind: int, length: int, body: list[bytes]) -> None:
    data = length.to_bytes(4, "little") + bytes([kind]) + b"".join(body)
    decoder = Decoder(CLIENT_MESSAGES, limits.CLIENT_FRAME_BYTES_MAX)
    tracemalloc.start()
    try:
        decoder.feed(data)
        decoder.next()
    except ProtocolError:
        assert decoder.buffered == 0
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 64 * 1024


@given(st.integers(0, 0xFF), st.integers(0, 0xFFFF_FFFF))
@settings(deadline=None)
def test_what_waits_is_never_more_than_a_frame(kind: int, length: int) -> None:
    """A peer that promises more than it may is refused at its header, before it sends the rest."""
    decoder = Decoder(CLIENT_MESSAGES, 4096)
    decoder.feed(length.to_bytes(4, "little") + bytes([kind]))
    try:
        assert decoder.next() is None or length == 1
        assert 1 <= length <= 4096
    except ProtocolError:
        assert decoder.buffered == 0
