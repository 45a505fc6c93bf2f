"""Advice: a row for each outcome that was no hit, and for no other."""

from dunnage.model.advice import ADVICE
from dunnage.model.outcome import REASONS, Outcome


def test_every_reason_but_hits_has_a_row_and_nothing_else_has() -> None:
    assert set(ADVICE) == {key for key in REASONS if key[0] is not Outcome.HIT}


def test_only_what_is_explained_by_differences_has_no_words() -> None:
    assert [key for key, words in ADVICE.items() if not words] == [(Outcome.MISS, "inputs-changed")]
