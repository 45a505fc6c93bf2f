"""Where something is offered, and to whom."""

import stat
from pathlib import Path

import pytest

from dunnage.config.offer import Wanted, parse_address, parse_offer, token_of
from dunnage.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8123", ("127.0.0.1", 8123)), ("localhost:1", ("127.0.0.1", 1)), ("[::1]:65535", ("::1", 65535)),
        ("127.9.9.9:80", ("127.9.9.9", 80)),
    ],
)  # fmt: skip
def test_addresses(text: str, expected: tuple[str, int]) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize(
    "text", ["8123", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:0", "host:1", "127.0.0.1:70000"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ConfigError, match="no address"):
        parse_address(text)


@pytest.mark.parametrize("text", ["0.0.0.0:1", "192.168.0.1:1", "[::]:1"])
def test_other_machines_do_not_get_there(text: str) -> None:
    with pytest.raises(ConfigError, match="other machines"):
        parse_address(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Wanted((), False)),
        ("containers", Wanted((), True)),
        ("127.0.0.1:1", Wanted((("127.0.0.1", 1),), False)),
        ("[::1]:2 containers 127.0.0.1:1", Wanted((("::1", 2), ("127.0.0.1", 1)), True)),
    ],
)
def test_places(text: str, expected: Wanted) -> None:
    assert parse_offer(text) == expected


def test_a_word_that_is_no_place() -> None:
    with pytest.raises(ConfigError, match=r"`container` is no address like .* and not `containers`"):
        parse_offer("127.0.0.1:1 container")


def test_a_token_is_made_once_for_the_user_alone(tmp_path: Path) -> None:
    token = token_of(tmp_path, "")
    assert len(token) >= 32
    assert token_of(tmp_path, "") == token
    assert stat.S_IMODE((tmp_path / "offer-token").stat().st_mode) == 0o600


def test_a_token_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.write_text("0123456789abcdef\n")
    assert token_of(tmp_path, str(file)) == "0123456789abcdef"
    file.write_text("short")
    with pytest.raises(ConfigError, match="5 characters"):
        token_of(tmp_path, str(file))
    with pytest.raises(ConfigError, match="cannot be read"):
        token_of(tmp_path, str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="cannot be read"):
        token_of(tmp_path / "none", "")
