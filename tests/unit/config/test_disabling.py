"""The one variable that switches everything off."""

import pytest

from dunnage.config.disabling import is_disabled


@pytest.mark.parametrize(
    ("value", "expected"), [("", False), ("0", False), ("1", True), ("yes", True), ("off", True)]
)
def test_by_the_clients_own_rule(value: str, expected: bool) -> None:
    assert is_disabled({"DUNNAGE_DISABLE": value}) is expected
    assert not is_disabled({})
