"""The golden transcripts play against the codec: every byte, every comment, every refusal.

`tests/native/test_transcripts.py` plays them against the client.
"""

import pytest

from dunnage import limits
from dunnage.errors import ProtocolError
from dunnage.wire.codec import Decoder, encode
from dunnage.wire.messages import CLIENT_MESSAGES, DAEMON_MESSAGES
from dunnage.wire.version import WIRE_VERSION
from support.transcripts import TYPES, Frame, Transcript, fields_of, transcripts

ALL = transcripts()


def decoders() -> dict[str, Decoder]:
    return {
        "C": Decoder(CLIENT_MESSAGES, limits.CLIENT_FRAME_BYTES_MAX),
        "D": Decoder(DAEMON_MESSAGES, limits.DAEMON_FRAME_BYTES_MAX),
    }


def of_our_version(frame: Frame) -> bool:
    versions = frame.fields().get("wire_version")
    return not versions or versions[0].example == WIRE_VERSION.to_bytes(2, "little")


@pytest.mark.parametrize("transcript", ALL, ids=lambda transcript: transcript.name)
def test_the_codec_reads_and_writes_the_very_bytes(transcript: Transcript) -> None:
    peers = decoders()
    for frame in transcript.frames:
        peers[frame.sender].feed(frame.example)
        if frame.error is not None:
            with pytest.raises(ProtocolError) as caught:
                peers[frame.sender].next()
            assert caught.value.message == frame.error
            continue
        message = peers[frame.sender].next()
        assert message is not None
        assert type(message).__name__.upper() == frame.name
        if of_our_version(frame):
            assert encode(message) == frame.example
    assert all(peer.buffered == 0 for peer in peers.values())


@pytest.mark.parametrize("transcript", ALL, ids=lambda transcript: transcript.name)
def test_the_comments_say_which_field_is_where(transcript: Transcript) -> None:
    for frame in transcript.frames:
        if frame.error is None and of_our_version(frame):
            said = {name: b"".join(line.example for line in lines) for name, lines in frame.fields().items()}
            assert said == dict(fields_of(frame.example))
            assert len(frame.lines[0].data) == 5


@pytest.mark.parametrize("transcript", ALL, ids=lambda transcript: transcript.name)
def test_every_transcript_has_a_title_and_an_end_where_the_client_can_play(transcript: Transcript) -> None:
    assert transcript.title
    not_the_client = {"bad-greeting", "bad-magic", "control", "other-version-client"}
    assert transcript.for_the_client == (transcript.name not in not_the_client)


def test_every_message_is_in_a_transcript() -> None:
    seen = {frame.example[4] for transcript in ALL for frame in transcript.frames if frame.error is None}
    assert seen == set(TYPES)
