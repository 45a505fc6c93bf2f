import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunnage.errors import StoreError
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import Digest
from dunnage.model.path_set import PathSet
from dunnage.store.encoding import (
    Damaged,
    check,
    decode_path_set,
    decode_result,
    encode_bound,
    encode_path_set,
    encode_result,
)

WIRE_TEXT = st.binary(max_size=12).map(lambda data: data.decode("utf-8", "surrogateescape"))
NAMES = WIRE_TEXT.filter(lambda text: "\0" not in text)
TUPLES = st.lists(NAMES, max_size=4).map(tuple)
PATH_SETS = st.builds(PathSet, TUPLES, TUPLES, TUPLES, TUPLES, TUPLES)
FILES = st.builds(
    StoredFile,
    WIRE_TEXT,
    st.binary(min_size=32, max_size=32).map(Digest),
    st.integers(0, 2**63),
    st.booleans(),
)
RESULTS = st.builds(
    ActionResult,
    outputs=st.lists(FILES, max_size=3).map(tuple),
    dep_info=st.binary(max_size=30),
    stdout=st.binary(max_size=30),
    stderr=st.binary(max_size=30),
    bound=st.lists(st.tuples(WIRE_TEXT, WIRE_TEXT), max_size=3).map(tuple),
    compile_us=st.integers(0, 2**63),
    created_s=st.integers(-(2**63), 2**63 - 1),
    unit_name=WIRE_TEXT,
)


@given(PATH_SETS)
def test_a_path_set_comes_back(paths: PathSet) -> None:
    body = encode_path_set(paths)
    assert decode_path_set(body, check(body)) == paths


@given(RESULTS)
def test_a_result_comes_back(result: ActionResult) -> None:
    assert decode_result(encode_result(result)) == result


@given(RESULTS, st.data())
def test_a_changed_bit_is_noticed(result: ActionResult, data: st.DataObject) -> None:
    body = bytearray(encode_result(result))
    bit = data.draw(st.integers(0, 8 * len(body) - 1))
    body[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Damaged):
        decode_result(bytes(body))


@given(RESULTS, st.data())
def test_a_lost_end_is_noticed(result: ActionResult, data: st.DataObject) -> None:
    body = encode_result(result)
    with pytest.raises(Damaged):
        decode_result(body[: data.draw(st.integers(0, len(body) - 1))])


def test_a_body_too_short_for_anything_is_damaged() -> None:
    with pytest.raises(Damaged):
        decode_result(zlib.crc32(b"").to_bytes(4, "little"))
    with pytest.raises(Damaged):
        decode_path_set(b"", check(b""))


def test_a_path_set_under_another_digest_is_damaged() -> None:
    with pytest.raises(Damaged):
        decode_path_set(encode_path_set(PathSet(("a",))), check(b"something else"))


@pytest.mark.parametrize(
    "body",
    [b"\xff\xff\xff\xff" + bytes(16), b"\2" + bytes(11) + b"a", b"\xff\xff\xff\xff\1" + bytes(19) + b"a\0b"],
)
def test_a_path_set_of_another_size_is_damaged(body: bytes) -> None:
    with pytest.raises(Damaged):
        decode_path_set(body, check(body))


def test_pairs_do_not_run_into_each_other() -> None:
    assert encode_bound((("ab", "c"),)) != encode_bound((("a", "bc"),))
    assert encode_bound((("a", "b"), ("c", "d"))) != encode_bound((("c", "d"), ("a", "b")))


def test_the_bytes_are_those_of_the_specification() -> None:
    body = encode_path_set(PathSet(("src/lib.rs", "src/\udcff.rs"), ("src/a/mod.rs",), ()))
    assert body == b"\2\0\0\0\1\0\0\0\0\0\0\0src/lib.rs\0src/\xff.rs\0src/a/mod.rs"
    body = encode_path_set(PathSet(("a",), listed=("b", "c"), places=("d",)))
    assert body == b"\xff\xff\xff\xff\1\0\0\0" + bytes(8) + b"\2\0\0\0\1\0\0\0a\0b\0c\0d"
    result = ActionResult(
        outputs=(StoredFile("link", Digest(bytes(range(32))), 5, True),),
        dep_info=b"dd",
        stdout=b"",
        stderr=b"e",
        bound=(("n", "vv"),),
        compile_us=7,
        created_s=-1,
        unit_name="u",
    )
    payload = (
        b"\7\0\0\0\0\0\0\0" + b"\xff" * 8 + b"\2\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0" + b"\1\0\0\0\1\0\0\0"
        b"ddeu" + bytes(range(32)) + b"\5\0\0\0\0\0\0\0\1\4\0\0\0link" + b"\1\0\0\0\2\0\0\0nvv"
    )
    assert encode_result(result) == zlib.crc32(payload).to_bytes(4, "little") + payload


def test_what_cannot_be_written_is_refused() -> None:
    for paths in (PathSet(("a\0b",)), PathSet(("\ud800",))):
        with pytest.raises(StoreError):
            encode_path_set(paths)
    with pytest.raises(StoreError):
        encode_result(
            ActionResult(
                outputs=(),
                dep_info=b"",
                stdout=b"",
                stderr=b"",
                bound=(),
                compile_us=-1,
                created_s=0,
                unit_name="",
            )
        )
