"""The layout of what was seen: what a reader and a writer in another language rely on."""

from dunnage.wire.seen import SEEN_ALIGNMENT, SEEN_HEADER, SEEN_HEADER_BYTES, SEEN_NOTE, SeenKind, UnseenWord


def test_the_header_leaves_room_for_later() -> None:
    assert SEEN_HEADER_BYTES == 64
    assert SEEN_HEADER.unpack(SEEN_HEADER.pack(1, 0, 1 << 63)) == (1, 0, 1 << 63)


def test_header_and_notes_are_aligned() -> None:
    """`used` is added to in one piece, and `size` is written in one."""
    assert SEEN_HEADER_BYTES % SEEN_ALIGNMENT == 0
    assert SEEN_NOTE.size % SEEN_ALIGNMENT == 0


def test_kinds_and_words_are_told_apart() -> None:
    assert [int(kind) for kind in SeenKind] == list(range(1, 14))
    assert all(word.isalpha() and word.islower() for word in UnseenWord)
