"""Records that machines share: what goes in comes out, and rubbish is nothing but damaged."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunnage import limits
from dunnage.engine.shared_records import (
    decode_action,
    decode_unit,
    encode_action,
    encode_unit,
    with_paths,
    with_result,
)
from dunnage.errors import RemoteDamaged
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import Digest
from dunnage.model.path_set import PathSet

names = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8), max_size=4
)
path_sets = st.builds(PathSet, *(names.map(tuple) for _ in range(5)))
RESULT = ActionResult(
    outputs=(StoredFile("rlib", Digest(b"d" * 32), 7, False),), dep_info=b"dep", stdout=b"", stderr=b"err",
    bound=(("root:a", "/a"),), compile_us=5, created_s=6, unit_name="u",
)  # fmt: skip


@given(st.lists(path_sets, max_size=5))
def test_units(found: list[PathSet]) -> None:
    assert decode_unit(encode_unit(found)) == found


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=5, unique=True))
def test_actions(places: list[str]) -> None:
    results = [replace(RESULT, bound=(("root:a", place),)) for place in places]
    assert decode_action(encode_action(results)) == results


@given(st.binary(max_size=200))
def test_rubbish(data: bytes) -> None:
    for decode in (decode_unit, decode_action):
        try:
            assert isinstance(decode(data), list)
        except RemoteDamaged:
            pass


@given(st.data())
def test_any_other_byte_of_an_action_is_damage(data: st.DataObject) -> None:
    body = bytearray(encode_action([RESULT]))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    try:
        assert decode_action(bytes(body)) == []  # a count of nothing
    except RemoteDamaged:
        pass


def test_no_more_than_are_kept() -> None:
    many = [PathSet(files=(str(number),)) for number in range(limits.PATH_SETS_PER_UNIT_MAX + 3)]
    assert decode_unit(encode_unit(many)) == many[: limits.PATH_SETS_PER_UNIT_MAX]
    with pytest.raises(RemoteDamaged, match="more parts"):
        decode_unit(b"\xff\xff\xff\xff")


def test_the_newest_comes_first_and_once() -> None:
    one, two = PathSet(files=("1",)), PathSet(files=("2",))
    assert with_paths([one, two], two) == [two, one]
    assert with_paths([], one) == [one]
    elsewhere = replace(RESULT, bound=(("root:a", "/b"),))
    newer = replace(RESULT, compile_us=9)
    assert with_result([RESULT, elsewhere], newer) == [newer, elsewhere]
