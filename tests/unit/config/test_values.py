"""Values: sizes and durations as people write them."""

import pytest

from dunnage.config.values import (
    format_duration,
    format_size,
    is_on,
    nearest,
    parse_duration,
    parse_size,
    switch_word,
)


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("10GiB", 10 * 1024**3),
        ("10 gib", 10 * 1024**3),
        ("500M", 500_000_000),
        ("500MB", 500_000_000),
        ("1.5G", 1_500_000_000),
        ("0.1GiB", 107_374_182),
        ("2Ki", 2048),
        ("1TiB", 1024**4),
        ("4096", 4096),
        ("4096B", 4096),
    ],
)
def test_sizes(text: str, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize(
    "text", ["", "GiB", "-1G", "10 apples", "1e3", "10GiBi", "1.G", "5i", "5iB", "\u0665G"]
)
def test_what_is_not_a_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size like 10GiB"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4h", 14_400),
        ("30m", 1800),
        ("1h30m", 5400),
        ("2d", 172_800),
        ("45s", 45),
        ("600", 600),
        ("1d 2h", 93_600),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", " ", "h", "30m1h", "1.5h", "-4h", "soon", "\u0665"])
def test_what_is_not_a_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration like 4h"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (10 * 1024**3, "10.0 GiB"),
        (1536 * 1024, "1.5 MiB"),
        (3 * 1024**4, "3.0 TiB"),
    ],
)
def test_sizes_for_people(size_bytes: int, text: str) -> None:
    assert format_size(size_bytes) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (12.34, "12.3 s"),
        (59.97, "1 min 00 s"),
        (245, "4 min 05 s"),
        (3599.6, "1 h 00 min"),
        (12_000, "3 h 20 min"),
        (187_200, "2 d 04 h"),
    ],
)
def test_durations_for_people(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize("text", ["", "0", "off", "Off", "false", "no", " no "])
def test_a_switch_in_the_environment_is_off(text: str) -> None:
    assert not is_on(text)


@pytest.mark.parametrize("text", ["1", "on", "true", "YES", "please"])
def test_a_switch_in_the_environment_is_on(text: str) -> None:
    assert is_on(text)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (True, "on"),
        ("1", "on"),
        (1, "on"),
        ("ON", "on"),
        (False, "off"),
        ("no", "off"),
        ("maybe", "maybe"),
        (2, 2),
    ],
)
def test_spellings_of_a_switch(value: object, word: object) -> None:
    assert switch_word(value) == word


def test_what_was_probably_meant() -> None:
    assert nearest("regoin", ["profile", "region"]) == "region"
    assert nearest("xyz", ["profile", "region"]) is None
