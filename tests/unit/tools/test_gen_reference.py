"""The printed pages: up to date, and complete."""

import json
import re
from pathlib import Path

import pytest

from dunnage.cli.main import COMMANDS
from dunnage.config.schema import SETTINGS
from dunnage.model.outcome import REASONS
from dunnage.report import documents
from tools import gen_reference


def test_the_pages_are_what_the_code_says() -> None:
    assert gen_reference.main(["--check"]) == 0


def test_every_row_is_on_its_page() -> None:
    pages = gen_reference.pages()
    assert all(f"## dunnage {name}\n" in pages["cli.md"] for name in COMMANDS)
    assert all(f"| `{row.name}` |" in pages["settings.md"] for row in SETTINGS)
    assert all(f"| `{name}` | {row.text} |" in pages["counters.md"] for (_, name), row in REASONS.items())
    assert "| 42 | StoreFull |" in pages["exit-codes.md"]


def test_pages_are_written_and_a_difference_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gen_reference.main(["--check"], tmp_path) == 1
    assert gen_reference.main([], tmp_path) == 0
    assert gen_reference.main(["--check"], tmp_path) == 0
    capsys.readouterr()
    (tmp_path / "settings.md").write_text("something older")
    assert gen_reference.main(["--check"], tmp_path) == 1
    assert str(tmp_path / "settings.md") in capsys.readouterr().err


def test_a_bar_in_a_cell_is_no_column() -> None:
    assert gen_reference.table(("a",), iter([("x|y",)])) == "| a |\n| --- |\n| x\\|y |\n"


def test_the_documents_have_the_fields_of_their_page() -> None:
    page = (gen_reference.PAGES / "stats-json.md").read_text()
    shown = re.findall(r"^## `dunnage (\w+) --json`.*?```json\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    stats, status = (json.loads(dict(shown)[name]) for name in ("stats", "status"))
    assert documents.stats(stats) == stats
    assert set(documents.status(status)) == set(status)
