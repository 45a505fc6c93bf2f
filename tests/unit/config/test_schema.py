"""The table of settings: every row can be written down and read again."""

import pytest

from dunnage.config.schema import BY_NAME, SETTINGS, VARIABLES, Kind, Setting, Trust


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
def test_a_default_is_a_value_that_the_row_takes(row: Setting) -> None:
    assert row.parse(row.default) == row.default
    assert row.format(row.default)
    assert row.doc.endswith(".")
    assert row.env not in VARIABLES


def test_what_spends_the_users_disk_is_the_users() -> None:
    assert BY_NAME["size_max"].trust is Trust.USER
    assert BY_NAME["idle_timeout"].trust is Trust.USER
    assert BY_NAME["container_arch"].trust is Trust.PROJECT


def test_variables_have_the_settings_name() -> None:
    assert BY_NAME["size_max"].env == "DUNNAGE_SIZE_MAX"


def test_numbers_in_toml_are_bytes_and_seconds() -> None:
    assert BY_NAME["size_max"].parse(4096) == 4096
    assert BY_NAME["idle_timeout"].parse(60) == 60


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("size_max", "big", "`big` is not a size"),
        ("size_max", True, "`True` is not a size"),
        ("size_max", 1.5, "`1.5` is not a size"),
        ("size_max", "0", "not more than zero"),
        ("size_max", -1, "`-1` is not a size"),
        ("idle_timeout", "soon", "`soon` is not a duration"),
        ("log_level", "loud", "`loud` is not one of debug, info, warning, error"),
        ("log_level", 3, "`3` is not one of debug"),
        ("verify", "maybe", "`maybe` is not one of off, on"),
        ("verify", 2, "`2` is not one of off, on"),
    ],
)
def test_wrong_values_are_told_what_they_are_not(name: str, value: object, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        BY_NAME[name].parse(value)


@pytest.mark.parametrize(("value", "expected"), [(True, "on"), ("1", "on"), ("off", "off"), (False, "off")])
def test_a_switch_may_be_spelled_in_every_usual_way(value: object, expected: str) -> None:
    assert BY_NAME["verify"].parse(value) == expected


@pytest.mark.parametrize(
    "value", ["127.0.0.1:1 containers", "  127.0.0.1:1\tcontainers ", ["127.0.0.1:1", "containers"]]
)
def test_words_are_a_text_or_a_list(value: object) -> None:
    assert BY_NAME["offer"].parse(value) == "127.0.0.1:1 containers"
    with pytest.raises(ValueError, match="is not words, in one text"):
        BY_NAME["offer"].parse([value, 1])


def test_values_for_people() -> None:
    assert BY_NAME["size_max"].format(5 * 1024**3) == "5.0 GiB"
    assert BY_NAME["idle_timeout"].format(14_400) == "4 h 00 min"
    assert BY_NAME["log_level"].format("info") == "info"


def test_only_choices_have_choices() -> None:
    assert all(bool(row.choices) == (row.kind is Kind.CHOICE) for row in SETTINGS)


def test_urls_are_a_text_or_a_list_and_show_no_secret() -> None:
    row = BY_NAME["remotes"]
    assert row.trust is Trust.USER
    assert row.parse(["s3://a", "redis://me:secret@b"]) == "s3://a redis://me:secret@b"
    assert row.parse("  s3://a\n  file:///b ") == "s3://a file:///b"
    assert (
        row.format("s3://a redis://me:secret@b?token=x&token_file=/f")
        == "s3://a redis://b?token=***&token_file=/f"
    )
    for wrong in (7, True, ["s3://a", 7], {}):
        with pytest.raises(ValueError, match="is not URLs"):
            row.parse(wrong)
