import pytest

from dunnage.store.reports import Fsck, Trimmed


def test_what_was_removed_adds_up() -> None:
    assert Trimmed(1, 2, 300) + Trimmed(4, 0, 50) == Trimmed(5, 2, 350)


@pytest.mark.parametrize(
    ("report", "clean"),
    [
        (Fsck(results=4, blobs=5, bytes=6, orphans=7), True),
        (Fsck(corrupt=("ab",)), False),
        (Fsck(missing=("ab",)), False),
        (Fsck(unreadable=1), False),
        (Fsck(database=("malformed",)), False),
    ],
)
def test_clean_means_that_nothing_recorded_was_lost(report: Fsck, clean: bool) -> None:
    assert report.clean is clean
