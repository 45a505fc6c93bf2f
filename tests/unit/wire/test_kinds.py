"""The rows of kinds: complete, and honest about how many bytes they take."""

from dunnage import limits
from dunnage.wire.codec import encode
from dunnage.wire.kinds import KINDS, body_bytes_max, limit_of
from dunnage.wire.messages import (
    CLIENT_MESSAGES,
    DAEMON_MESSAGES,
    Exit,
    Exited,
    Field,
    Hello,
    Opened,
    Output,
    Stat,
    Stats,
    Stream,
)


def test_every_kind_is_used_and_every_used_kind_exists() -> None:
    used = {field.kind for message in (*CLIENT_MESSAGES, *DAEMON_MESSAGES) for field in message.FIELDS}
    assert used == set(KINDS)


def test_a_limit_is_a_number_of_limits() -> None:
    assert limit_of("FDS_PER_FRAME_MAX") == limits.FDS_PER_FRAME_MAX
    assert limit_of("") is None


def test_the_largest_body_is_what_the_largest_message_takes() -> None:
    header = 5
    assert body_bytes_max(Exited.FIELDS) == len(encode(Exited(0, 0, 0, 0, 0, 0))) - header
    largest = Output(Stream.STDOUT, bytes(limits.OUTPUT_CHUNK_BYTES_MAX))
    assert body_bytes_max(Output.FIELDS) == len(encode(largest)) - header
    records = Stats([bytes(48)] * limits.PATHS_PER_FRAME_MAX)
    assert body_bytes_max(Stats.FIELDS) == len(encode(records)) - header
    errnos = Opened([0] * limits.FDS_PER_FRAME_MAX)
    assert body_bytes_max(Opened.FIELDS) == len(encode(errnos)) - header
    stream = bytes(limits.STREAM_BYTES_MAX)
    assert body_bytes_max(Exit.FIELDS) == len(encode(Exit(0, 0, stream, stream))) - header


def test_lists_of_texts_and_blobs_without_a_limit_are_bounded_by_their_frame_only() -> None:
    assert body_bytes_max(Stat.FIELDS) is None
    assert body_bytes_max(Hello.FIELDS) is None
    assert body_bytes_max([Field("request", "blob")]) is None


def test_an_empty_value_can_be_written_wherever_a_message_may_be_unread() -> None:
    for kind in KINDS.values():
        parts: list[bytes] = []
        kind.write(parts.append, kind.empty, None)
        assert len(b"".join(parts)) == kind.fixed_bytes
