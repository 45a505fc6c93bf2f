"""Whether runs of build scripts are replayed."""

import pytest

from dunnage.config.replay import is_replayed


@pytest.mark.parametrize(
    ("env", "replayed"),
    [
        ({}, True),
        ({"DUNNAGE_REPLAY": "1"}, True),
        ({"DUNNAGE_REPLAY": "0"}, False),
        ({"DUNNAGE_REPLAY": "off"}, False),
        ({"DUNNAGE_OBSERVE": "0"}, False),
    ],
)
def test_is_replayed(env: dict[str, str], replayed: bool) -> None:
    assert is_replayed(env) is replayed
