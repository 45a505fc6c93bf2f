"""The digest of a directory's names."""

from dunnage.keys.listings import listing_digest
from dunnage.model.view import Entry

NAMES = [Entry("a", False), Entry("b", True)]


def test_names_and_kinds_count_and_their_order_does_not() -> None:
    digest = listing_digest(NAMES)
    assert listing_digest(reversed(NAMES)) == digest
    assert listing_digest([Entry("a", False), Entry("b", False)]) != digest
    assert listing_digest([*NAMES, Entry("c", False)]) != digest
    assert listing_digest([]) != digest
    assert listing_digest([Entry("a-b", False)]) != listing_digest([Entry("a", False), Entry("b", False)])
    assert listing_digest([Entry("\udcff", False)]) != listing_digest([])


def test_what_a_client_is_writing_at_that_moment_does_not_count() -> None:
    assert listing_digest([*NAMES, Entry(".libx.rlib.dunnage-17-0", False)]) == listing_digest(NAMES)
    assert listing_digest([*NAMES, Entry(".dunnage-17-0", False)]) != listing_digest(NAMES)
