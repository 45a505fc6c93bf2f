"""`dunnage trim`: sizes as people write them, and what was removed."""

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("words", [[], ["--to", "1GiB"], ["--to", "0"]])
def test_an_empty_store_has_nothing_to_remove(dunnage: Callable, words: list[str]) -> None:
    done = dunnage("trim", *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Removed 0 blobs, 0 B.\n", "")


def test_what_is_not_a_size_is_a_usage_error(dunnage: Callable) -> None:
    done = dunnage("trim", "--to", "big")
    assert done.returncode == 2
    assert "`big` is not a size like 10GiB or 500M." in done.stderr
