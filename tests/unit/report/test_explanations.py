"""The text of an explanation."""

from typing import Any

from dunnage.report.explanations import text
from dunnage.report.style import Style

SESSION: dict[str, Any] = {
    "unit": "a 1.0.0 (lib)", "files": "a-1", "outcome": "miss", "reason": "new", "detail": "", "ended": 0,
    "sentence": "`src/lib.rs` changed", "advice": "", "compared_with": 0,
    "differences": [{"sentence": f"difference {n}"} for n in range(11)],
}  # fmt: skip


def test_the_first_difference_then_some_others() -> None:
    said = text({"sessions": [SESSION]}, None, Style()).splitlines()
    assert said[0].startswith("a 1.0.0 (lib): miss, new, 19")
    assert said[1:4] == ["  `src/lib.rs` changed", "  also: difference 1", "  also: difference 2"]
    assert said[10] == "  and 2 more (--json has all)"
    assert said[11].startswith("  compared with the entry of 19")
    assert len(said) == 12


def test_what_to_do() -> None:
    session = SESSION | {
        "unit": "",
        "detail": "why",
        "advice": "Do it.",
        "compared_with": None,
        "differences": [],
    }
    assert text({"sessions": [session]}, None, Style()).splitlines()[1:] == [
        "  `src/lib.rs` changed (why)", "  what to do: Do it.",
    ]  # fmt: skip


def test_nothing() -> None:
    assert text({"sessions": []}, None, Style()) == "Nothing to explain: no miss is kept.\n"
    assert "'serde'" in text({"sessions": []}, "serde", Style())
