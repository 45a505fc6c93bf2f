"""The table of messages fits the classes, the limits and itself."""

import dataclasses

from dunnage import limits
from dunnage.model.view import STAT
from dunnage.wire import messages
from dunnage.wire.messages import CLIENT_MESSAGES, DAEMON_MESSAGES, GREETINGS, STAT_RECORD

ALL = (*CLIENT_MESSAGES, *DAEMON_MESSAGES)


def test_no_two_messages_share_a_type() -> None:
    types = [message.TYPE for message in ALL]
    assert len(types) == len(set(types))
    assert all(0 < number < 0x100 for number in types)


def test_the_table_of_a_message_is_its_class() -> None:
    for message in ALL:
        assert [field.name for field in message.FIELDS] == [
            field.name for field in dataclasses.fields(message)
        ]


def test_the_tuples_hold_every_message_of_the_module() -> None:
    found = {value for value in vars(messages).values() if isinstance(value, type) and hasattr(value, "TYPE")}
    assert found == set(ALL)


def test_every_limit_has_a_number() -> None:
    for message in ALL:
        for field in message.FIELDS:
            assert not field.limit or getattr(limits, field.limit) > 0


def test_a_greeting_begins_with_what_all_versions_share() -> None:
    starts = {message.__name__: [field.name for field in message.FIELDS] for message in GREETINGS}
    assert starts["Hello"][:2] == starts["Control"][:2] == ["magic", "wire_version"]
    assert starts["Welcome"][0] == "wire_version"


def test_a_stat_record_is_48_bytes_without_holes() -> None:
    assert STAT_RECORD is STAT
    assert STAT.size == 48


def test_the_largest_answers_fit_into_their_frames() -> None:
    """What a limit allows must be possible: else a request could be made that has no answer."""
    assert 5 + STAT.size * limits.PATHS_PER_FRAME_MAX <= limits.CLIENT_FRAME_BYTES_MAX
    assert 17 + 2 * limits.STREAM_BYTES_MAX <= limits.DAEMON_FRAME_BYTES_MAX
    assert limits.OUTPUTS_PER_UNIT_MAX <= limits.FDS_PER_FRAME_MAX
    name_bytes_max = 255
    assert limits.NAMES_PER_LISTING_MAX * (5 + name_bytes_max) > limits.CLIENT_FRAME_BYTES_MAX  # hence E2BIG
