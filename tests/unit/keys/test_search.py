"""Searching for places: whatever the pieces, as if the file were searched whole."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunnage import limits
from dunnage.keys.roots import Roots
from dunnage.keys.search import PlaceSearch, TextSearch

ROOTS = Roots.of([("target", "/ws/target"), ("workspace", "/ws"), ("cargo-home", "/home/u/.cargo")])


def found(pieces: list[bytes], roots: Roots = ROOTS, also: tuple[tuple[str, str], ...] = ()) -> set[str]:
    search = PlaceSearch(roots, also)
    before = bytes(limits.LOOK_BACK_BYTES)
    for piece in pieces:
        behind = b"/ws/target"  # the buffer's old contents, which are no part of the file
        search.look(bytearray(before + piece + behind), len(before), len(before) + len(piece))
        before = (before + piece)[-limits.LOOK_BACK_BYTES :]
    return search.found


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", set()),
        (b"\0/home/u/.cargo\0", {"cargo-home"}),
        (b"x" * 3000 + b"/ws/src", {"workspace"}),
        (b"/ws/src and /ws/target", {"target", "workspace"}),
        (b"/ws/target", {"target", "workspace"}),
        (b"/home/u/.carg", set()),
    ],
)  # fmt: skip
def test_a_place_is_found_wherever_it_stands(data: bytes, expected: set[str]) -> None:
    assert found([data]) == expected


PARTS = st.sampled_from([b"/ws", b"/target", b"/home", b"/u/.cargo", b"/", b"x", b"/w", b"s/target"])


@given(st.lists(PARTS, max_size=12).map(b"".join), st.lists(st.integers(0, 60), max_size=6))
def test_pieces_do_not_matter(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    whole = {name for name, place in ROOTS.places if place.encode() in data}
    assert found(pieces) == whole


def test_no_roots_nothing_found() -> None:
    assert found([b"/ws"], Roots.of([])) == set()


def test_a_place_that_no_buffer_can_show_counts_as_seen() -> None:
    longest = "/" + "x" * limits.LOOK_BACK_BYTES
    assert found([b"", b"y"], Roots.of([("workspace", longest)])) == set()
    assert found([b"", b"y"], Roots.of([("workspace", longest + "x")])) == {"workspace"}


def test_other_texts_for_a_place() -> None:
    also = (("workspace", "~/a-rather-long-name-of-a-workspace"),)
    assert found([b"~/a-rather-long-name-of", b"-a-workspace"], also=also) == {"workspace"}
    assert found([b"~/a-rather"], also=also) == set()


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_a_text_is_found_wherever_it_is_cut(around: bytes, cuts: list[int]) -> None:
    for position in range(0, len(around) + 1, 7):
        data = around[:position] + b"the needle" + around[position:]
        search = TextSearch({"there": "the needle", "not": "another needle"})
        buffer = bytearray(b"\0" * limits.LOOK_BACK_BYTES + data)
        start = limits.LOOK_BACK_BYTES
        edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
        for one, other in pairwise(edges):
            search.look(buffer, start + one, start + other)
        assert search.found == {"there"}


def test_the_end_of_one_file_and_the_beginning_of_the_next_are_no_text() -> None:
    search = TextSearch({"n": "needle"})
    for piece in (b"nee", b"dle"):
        buffer = bytearray(limits.LOOK_BACK_BYTES) + piece
        search.look(buffer, limits.LOOK_BACK_BYTES, len(buffer))
    assert search.found == set()
    search.look_at(b"a needle")
    assert search.found == {"n"}


def test_a_text_that_is_too_long_counts_as_found() -> None:
    assert TextSearch({"long": "x" * (limits.LOOK_BACK_BYTES + 1)}).found == {"long"}
