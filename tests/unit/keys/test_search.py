"""Searching for places: whatever the pieces, as if the file were searched whole."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunnage.keys.roots import Roots
from dunnage.keys.search import PlaceSearch

ROOTS = Roots.of([("target", "/ws/target"), ("workspace", "/ws"), ("cargo-home", "/home/u/.cargo")])


def found(pieces: list[bytes]) -> set[str]:
    search = PlaceSearch(ROOTS)
    for piece in pieces:
        search.look(piece)
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
    search = PlaceSearch(Roots.of([]))
    search.look(b"/ws")
    assert search.found == set()
