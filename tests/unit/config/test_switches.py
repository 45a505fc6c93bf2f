"""What the environment says of switches."""

import pytest

from dunnage.config.settings import load
from dunnage.config.switches import is_replayed, is_switched_on

DEFAULTS = {"replay": True, "observe": True, "verify": False, "portable": False}


@pytest.mark.parametrize("name", DEFAULTS)
@pytest.mark.parametrize(
    ("word", "expected"),
    [(None, None), ("", None), (" ", None), ("0", False), ("off", False), ("1", True), ("ON", True)],
)
def test_unset_and_empty_are_the_default(name: str, word: str | None, expected: bool | None) -> None:
    env = {} if word is None else {f"DUNNAGE_{name.upper()}": word}
    assert is_switched_on(name, env) is (DEFAULTS[name] if expected is None else expected)


@pytest.mark.parametrize("word", ["", "0", "off", "1", "ON"])
def test_commands_read_the_same_words_in_the_same_way(
    word: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    env = {f"DUNNAGE_{name.upper()}": word for name in DEFAULTS}
    settings = load(tmp_path_factory.mktemp("empty"), env | {"HOME": "/nowhere"})
    for name in DEFAULTS:
        assert (settings.value(name) == "on") is is_switched_on(name, env)


@pytest.mark.parametrize(
    ("env", "replayed"),
    [
        ({}, True),
        ({"DUNNAGE_REPLAY": "", "DUNNAGE_OBSERVE": ""}, True),
        ({"DUNNAGE_REPLAY": "0"}, False),
        ({"DUNNAGE_OBSERVE": "0"}, False),
    ],
)
def test_what_is_not_observed_is_not_replayed(env: dict[str, str], replayed: bool) -> None:
    assert is_replayed(env) is replayed
