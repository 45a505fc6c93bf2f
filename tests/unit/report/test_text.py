"""What people read, letter by letter (`tests/golden/text/`), from documents as the daemon makes them."""

from pathlib import Path

import pytest

from dunnage.config.places import Places
from dunnage.model.outcome import REASONS, Outcome
from dunnage.report import documents, text
from dunnage.report.style import Style
from support.golden import assert_golden

STATS = documents.stats(
    {
        "outcomes": {"hit": 1412, "miss": 88, "uncacheable": 31, "fallback": 2},
        "reasons": {
            "hit": {"local": 1412},
            "miss": {"inputs-changed": 8, "new": 79, "compile-failed": 1, "killed": 0},
            "uncacheable": {"linked": 30, "something-newer": 1},
            "fallback": {"client-gone": 2},
        },
        "time_saved_s": 1234.5,
        "store": {"size_bytes": 1_300_000_000, "size_bytes_max": 10 * 1024**3, "actions": 88, "blobs": 241},
        "units": [
            {"name": "serde lib", "hits": 12, "misses": 1, "compile_s": 3.25, "saved_s": 38.4},
            {"name": "ripgrep bin", "hits": 0, "misses": 1000, "compile_s": 12, "saved_s": 0},
        ],
    }
)
STATUS = documents.status(
    {
        "pid": 4321,
        "version": "0.1.0",
        "socket": "/home/me/.cache/dunnage/run/0.1.0/host/sock",
        "container_socket": "/home/me/.cache/dunnage/run/0.1.0/container/sock",
        "store": "/home/me/.cache/dunnage/store",
        "log": "/home/me/.cache/dunnage/log/daemon-0.1.0.log",
        "sessions": 2,
        "storing": 1,
        "up_since": 1_795_449_600.0,
        "size_bytes": 1_300_000_000,
    }
)


@pytest.fixture(autouse=True)
def _greenwich(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def test_stats() -> None:
    assert_golden(text.stats(STATS, Style()), "text/stats.txt")


def test_stats_of_nothing() -> None:
    assert_golden(text.stats(documents.stats({}), Style()), "text/stats-empty.txt")


def test_stats_on_a_terminal() -> None:
    assert_golden(text.stats(STATS, Style(80, colour=True)), "text/stats-colour.txt")


def test_every_reason_is_told_as_a_sentence() -> None:
    for outcome, name in REASONS:
        document = documents.stats({"outcomes": {outcome: 5}, "reasons": {outcome: {name: 5}}})
        assert REASONS[outcome, name].text in text.stats(document, Style())


def test_a_reason_of_a_newer_daemon_is_told_by_name() -> None:
    assert text.reason_text(Outcome.MISS, "something-newer") == ""


def test_units() -> None:
    assert_golden(text.units(STATS, Style()), "text/units.txt")


def test_units_on_a_terminal() -> None:
    shown = text.units(STATS, Style(60))
    assert max(map(len, shown.splitlines())) <= 60
    assert all(word in shown for word in ("serde", "ripgrep", "38.40", "1,000"))


def test_no_units_yet() -> None:
    assert text.units(documents.stats({}), Style()) == "No units yet.\n"


def test_status() -> None:
    assert_golden(text.status(STATUS, Style(), 1_795_449_600.0 + 3725), "text/status.txt")


def test_a_store_that_cannot_be_used_is_told() -> None:
    shown = text.status(STATUS | {"store_error": "It is read-only.", "size_bytes": 0}, Style(), 0.0)
    assert "trouble         It is read-only.\n" in shown
    assert "size" not in shown


def test_a_clock_that_went_back() -> None:
    assert "(0.0 s)" in text.status(STATUS, Style(), 0.0)


def test_status_without_a_daemon() -> None:
    document = documents.status_without_daemon(Places(Path("/home/me/.cache/dunnage"), "0.1.0"))
    assert_golden(text.status(document, Style(), 0.0), "text/status-stopped.txt")


def test_removed() -> None:
    assert text.removed({"removed_blobs": 1, "removed_bytes": 7}) == "Removed 1 blob, 7 B.\n"
    many = {"removed_blobs": 1530, "removed_bytes": 3 * 1024**3}
    assert text.removed(many) == "Removed 1,530 blobs, 3.0 GiB.\n"


def test_differences_that_verify_mode_found() -> None:
    def said(count: int) -> str:
        paths = [f"/reports/{number}.txt" for number in range(count)]
        return text.stats(STATS | {"verify_reports": paths}, Style()).partition("differences")[2]

    assert said(0) == ""
    assert said(1) == " that verify mode found\n  /reports/0.txt\n"
    assert said(5).count("/reports/") == 5
    assert said(6).endswith("  /reports/4.txt\n  and 1 older one beside it\n")
    assert said(8).endswith("  and 3 older ones beside it\n")
