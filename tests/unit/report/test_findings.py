"""The text of what the doctor found, letter by letter."""

from dunnage.report import documents
from dunnage.report.findings import text
from dunnage.report.style import Style
from support.golden import assert_golden

ROWS = [
    {
        "check": "settings",
        "level": "ok",
        "what": "/home/me/.config/dunnage/dunnage.toml",
        "why": "",
        "cure": "",
    },
    {
        "check": "wrapper",
        "level": "warning",
        "what": "RUSTC_WRAPPER is kachle.",
        "why": "It is replaced under `dunnage run`.",
        "cure": "Unset it.",
    },
    {
        "check": "remotes",
        "level": "error",
        "what": "The bucket s3://b does not exist.",
        "why": "",
        "cure": "Make it.",
    },
    {"check": "remotes", "level": "note", "what": "s3://c is read only.", "why": "", "cure": ""},
    {
        "check": "remotes",
        "level": "error",
        "what": "The bucket s3://d does not exist.",
        "why": "",
        "cure": "Make it.",
    },
]


def test_what_a_person_reads() -> None:
    assert_golden(text(documents.doctor(ROWS), Style()), "text/doctor.txt")
    assert_golden(text(documents.doctor(ROWS), Style(80, True)), "text/doctor-colour.txt")


def test_when_all_is_well() -> None:
    assert text(documents.doctor(ROWS[:1]), Style()).endswith("dunnage.toml\n\nNothing is wrong.\n")


def test_long_sentences_are_wrapped_on_a_terminal() -> None:
    row = ROWS[0] | {
        "level": "note",
        "what": "word " * 30,
        "why": "https://a.very-long/url" * 5,
        "cure": "Do this.",
    }
    lines = text(documents.doctor([row]), Style(60)).splitlines()
    assert lines[0] == "note     settings  word word word word word word word word"
    assert lines[1] == " " * 19 + "word word word word word word word word"
    assert lines[4] == " " * 19 + "https://a.very-long/url" * 5
    assert lines[5] == " " * 19 + "what to do: Do this."
