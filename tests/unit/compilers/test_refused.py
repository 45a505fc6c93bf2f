"""Refusals: each has a reason that is counted."""

import pytest

from dunnage.compilers.refused import Malformed, Refused, ResponseFileError
from dunnage.model.outcome import REASONS, Outcome


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (Refused("stdin"), "stdin"),
        (Malformed("-o: its value is missing"), "argument"),
        (ResponseFileError("args: not read"), "response-file"),
    ],
)
def test_a_refusal_has_a_reason_that_is_counted(refused: Refused, reason: str) -> None:
    assert refused.reason == reason
    assert (Outcome.UNCACHEABLE, reason) in REASONS


def test_what_it_says() -> None:
    assert Refused("links").detail == ""
    assert Malformed("-o: its value is missing").detail == "-o: its value is missing"
