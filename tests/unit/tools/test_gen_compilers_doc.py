"""The page about compilers: up to date, and complete."""

from pathlib import Path

import pytest

from dunnage.compilers.rustc.options import CODEGEN, OPTIONS, UNSTABLE
from dunnage.model.outcome import REASONS, Outcome
from tools import gen_compilers_doc


def test_the_page_is_what_the_code_says() -> None:
    assert gen_compilers_doc.main(["--check"]) == 0


def test_every_row_is_on_it() -> None:
    text = gen_compilers_doc.page()
    for option in OPTIONS:
        assert gen_compilers_doc.spelling(option) in text
    for name in (*CODEGEN, *UNSTABLE):
        assert f"`{name}`" in text
    for outcome, name in REASONS:
        assert outcome is not Outcome.UNCACHEABLE or f"| `{name}` |" in text


def test_the_matrix_asks_the_front_end() -> None:
    assert gen_compilers_doc.verdict("lib", "dep-info,link") == "yes"
    assert gen_compilers_doc.verdict("bin", "dep-info,link") == "yes"
    assert gen_compilers_doc.verdict("--test", "dep-info,metadata") == "yes"


def test_a_difference_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "reference" / "compilers.md"
    monkeypatch.setattr(gen_compilers_doc, "PAGE", page)
    assert gen_compilers_doc.main(["--check"]) == 1
    assert str(page) in capsys.readouterr().err
    assert gen_compilers_doc.main([]) == 0
    assert gen_compilers_doc.main(["--check"]) == 0
