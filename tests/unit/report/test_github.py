"""The summary of a CI job."""

from typing import Any

from dunnage.report.github import SLOWEST_MAX, slowest, summary, why

DOCUMENT: dict[str, Any] = {
    "outcomes": {"hit": 1999, "miss": 1, "uncacheable": 2, "fallback": 0},
    "time_saved_s": 61.0,
    "store": {"size_bytes": 1024**2},
    "remotes": [
        {
            "name": "gha://?lane=a|b", "fetched": 12, "fetched_bytes": 2048, "requests": 3,
            "not_fetched": {"late": 1}, "writes": True, "sent": 0, "sent_bytes": 0, "not_sent": {}, "waiting": 0,
        }
    ],
    "units": [
        {"name": "fast 1.0.0 (lib)", "hits": 0, "misses": 1, "compile_s": 0.5, "saved_s": 0.0},
        {"name": "<slow> 1.0.0 (lib)", "hits": 0, "misses": 2, "compile_s": 9.0, "saved_s": 0.0},
        {"name": "hit 1.0.0 (lib)", "hits": 1, "misses": 0, "compile_s": 0.0, "saved_s": 90.0},
    ],
}  # fmt: skip


def test_what_the_page_says() -> None:
    text = summary(DOCUMENT, {"<slow> 1.0.0 (lib)": "`src/lib.rs` | changed"})
    assert "| 1,999 | 1 | 2 | 0 | 100.0 % | 1 min 01 s | 1.0 MiB |" in text
    assert (
        "| gha://?lane=a\\|b | 12 (2.0 KiB) | 3 | 1: did not come within the time that compiling takes |"
        in text
    )
    assert "| &lt;slow> 1.0.0 (lib) | 9.00 | 'src/lib.rs' \\| changed |" in text
    assert text.index("slow>") < text.index("fast")
    assert "hit 1.0.0" not in text


def test_nothing_happened() -> None:
    empty = DOCUMENT | {"outcomes": dict.fromkeys(DOCUMENT["outcomes"], 0), "remotes": [], "units": []}
    text = summary(empty, {})
    assert "| 0 | 0 | 0 | 0 | - |" in text
    assert "slowest" not in text
    assert "remote" not in text


def test_the_slowest() -> None:
    units = [{"name": str(n), "misses": 1, "compile_s": float(n)} for n in range(SLOWEST_MAX + 5)]
    assert [unit["name"] for unit in slowest(units)] == [str(n) for n in range(SLOWEST_MAX + 4, 4, -1)]


def test_why() -> None:
    sessions = [
        {"outcome": "uncacheable", "sentence": "no", "detail": ""},
        {"outcome": "miss", "sentence": "src/lib.rs changed", "detail": "twice"},
        {"outcome": "miss", "sentence": "older", "detail": ""},
    ]
    assert why(sessions) == "src/lib.rs changed (twice)"
    assert why(sessions[2:]) == "older"
    assert why([]) == ""
