"""The table of options, against what the installed compilers say of themselves."""

import re
import subprocess

from dunnage.compilers.gnu.options import EXACT, OPTIONS, PLAIN, PREFIXES, Effect, Form
from dunnage.compilers.gnu.scan import scan
from dunnage.model.outcome import REASONS, Outcome
from support.gnu_args import installed, refusal_of

GCC_OTHERS = {"-Hd", "-Hf", "-J", "-Xf", "-fintrinsic-modules-path", "-gnatO", "-imultiarch"}
"""Options of D, Fortran and Ada, and one that no user writes: they are refused, whatever follows."""


def output_of(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True, env={"LC_ALL": "C"}).stdout


def spells(word: str) -> bool:
    """Whether the word after `word` is taken for its value."""
    return ("source", "next.c") not in scan(["gcc", word, "next.c"])


def is_refused(word: str) -> bool:
    return refusal_of(word, "next.c")[0] not in ("input", "links")


def test_every_option_of_gcc_with_a_separate_value_is_known() -> None:
    text = output_of(installed("gcc"), "--help=separate")
    words = {match[1] for match in re.finditer(r"^ +(-[^\s<]+)", text, re.MULTILINE)}
    assert len(words) > 40
    for word in words - {"-MD", "-MMD"}:  # the preprocessor's own, not the driver's
        assert spells(word) or is_refused(word), word
    assert words >= GCC_OTHERS


def test_every_option_of_clang_with_a_separate_value_is_known() -> None:
    text = output_of(installed("clang"), "--help-hidden")
    words = {match[1] for match in re.finditer(r"^ +(-[^\s<]+) <", text, re.MULTILINE)}
    assert len(words) > 60
    for word in words:
        assert spells(word) or is_refused(word), word


def test_rows() -> None:
    assert len(EXACT) == len(OPTIONS), "a word stands in two rows"
    for row in OPTIONS:
        assert (row.effect is Effect.REFUSED) == bool(row.reason), row
        assert not row.reason or (Outcome.UNCACHEABLE, row.reason) in REASONS, row
        assert row.written.startswith("-")
        assert not row.spelled or any(other.name == row.name and not other.spelled for other in OPTIONS), row


def test_prefixes() -> None:
    assert "-I" in PREFIXES
    assert "--param=" in PREFIXES
    assert "-c" not in PREFIXES
    assert not set(PLAIN) & PREFIXES.keys()
    assert all(row.form is not Form.FLAG for row in PREFIXES.values())
