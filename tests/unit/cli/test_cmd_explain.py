"""`dunnage explain` where nothing was compiled yet; what it says of real builds is tested with cargo."""

import json
from collections.abc import Callable


def test_a_store_that_saw_nothing(dunnage: Callable) -> None:
    assert dunnage("explain").stdout == "Nothing to explain: no miss is kept.\n"
    assert dunnage("explain", "--last").returncode == 0
    assert json.loads(dunnage("explain", "--json").stdout) == {"schema": 1, "sessions": []}


def test_a_unit_that_nobody_knows(dunnage: Callable) -> None:
    assert dunnage("explain", "serde").stdout.startswith("Nothing is kept of 'serde'")


def test_both_at_once(dunnage: Callable) -> None:
    done = dunnage("explain", "--last", "serde")
    assert (done.returncode, done.stdout) == (2, "")
