"""What is said of remotes."""

from typing import Any

from dunnage.report.remotes import Progress, not_sent, sent, table
from dunnage.report.style import Style

TIER: dict[str, Any] = {
    "name": "s3://bucket", "writes": True, "fetched": 1234, "fetched_bytes": 5 * 1024**2, "not_fetched": {"late": 2},
    "sent": 1, "sent_bytes": 2048, "not_sent": {"full": 3, "odd": 1}, "waiting": 4, "trouble": "It has no room.",
}  # fmt: skip
READ = TIER | {
    "name": "file:///b",
    "writes": False,
    "not_fetched": {},
    "not_sent": {},
    "trouble": "",
    "sent": 0,
}


def test_the_table() -> None:
    text = table([TIER, READ], Style(width=None))
    assert "s3://bucket" in text
    assert "1,234" in text
    assert "5.0 MiB" in text
    assert "2 not fetched: s3://bucket did not come within the time that compiling takes" in text
    assert "3 not sent: s3://bucket had no room" in text
    assert "It has no room." in text
    assert table([], Style(width=None)) == ""


def test_sentences() -> None:
    assert sent([TIER, READ]) == ["1 result (2.0 KiB) went to s3://bucket."]
    assert not_sent([TIER, READ | {"waiting": 0}]) == [
        "3 results did not go to s3://bucket: it had no room.",
        "1 result did not go to s3://bucket: it odd.",
        "4 results could not go to s3://bucket in time. It has no room.",
    ]


def test_nothing_is_drawn_where_there_is_no_terminal() -> None:
    with Progress() as progress:
        for waiting in (3, 2, 0):
            progress.show(waiting)
