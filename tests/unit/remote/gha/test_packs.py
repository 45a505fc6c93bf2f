"""Packs, from the front and from the end."""

import contextlib
import io

import pytest
import zstandard
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from dunnage.errors import RemoteDamaged
from dunnage.model.digest import Digest
from dunnage.remote import limits
from dunnage.remote.contract import BlobName
from dunnage.remote.gha import packs
from dunnage.remote.gha.packs import Packed, Scanner
from support.remotes.pack_index import by_index
from support.remotes.things import name_of

BLOBS = st.lists(st.binary(max_size=300), max_size=8)


def made(blobs: list[bytes]) -> tuple[bytes, list[Packed]]:
    """A pack of these blobs, and what is in it."""
    file, objects = io.BytesIO(), []
    file.write(packs.head())
    for data in blobs:
        frame = zstandard.ZstdCompressor().compress(data)
        file.write(packs.header(name_of(data), len(frame)))
        objects.append(Packed(name_of(data), file.tell(), len(frame)))
        file.write(frame)
    file.write(packs.ending(objects, file.tell()))
    return file.getvalue(), objects


def scanned(pack: bytes, step: int = 1 << 20) -> list[Packed]:
    scanner = Scanner()
    found = [each for at in range(0, len(pack), step) for each in scanner.feed(pack[at : at + step])]
    scanner.end()
    assert found == scanner.objects
    return found


@given(BLOBS, st.integers(1, 200))
def test_both_ways_say_what_was_packed(blobs: list[bytes], step: int) -> None:
    pack, objects = made(blobs)
    assert scanned(pack, step) == objects == by_index(pack)
    for data, packed in zip(blobs, objects, strict=True):
        frame = pack[packed.offset : packed.offset + packed.length]
        assert zstandard.ZstdDecompressor().decompress(frame, max_output_size=300) == data
        header = pack[packed.offset - packs.HEADER_BYTES : packed.offset]
        assert packs.parse_header(header) == (packed.name, packed.length)


@given(BLOBS)
def test_it_can_be_opened_by_zstd(blobs: list[bytes]) -> None:
    pack, _ = made(blobs)
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(pack), read_across_frames=True) as reader:
        assert reader.read() == b"".join(blobs)


@given(BLOBS, st.data())
def test_a_blob_is_told_of_with_its_last_byte(blobs: list[bytes], data: st.DataObject) -> None:
    pack, objects = made(blobs)
    cut = data.draw(st.integers(0, len(pack)))
    scanner = Scanner()
    assert list(scanner.feed(pack[:cut])) == [each for each in objects if each.end <= cut]
    if cut < len(pack):
        with pytest.raises(RemoteDamaged, match="truncated"):
            scanner.end()
    assert list(scanner.feed(pack[cut:])) == [each for each in objects if each.end > cut]
    scanner.end()


@given(BLOBS, st.data())
def test_whatever_is_changed_is_seen_or_is_in_a_frame(blobs: list[bytes], data: st.DataObject) -> None:
    pack, objects = made(blobs)
    at = data.draw(st.integers(0, len(pack) - 1))
    changed = bytearray(pack)
    changed[at] ^= data.draw(st.integers(1, 255))
    if any(each.offset <= at < each.end for each in objects):
        assert scanned(bytes(changed)) == objects  # the blob's digest tells
    else:
        with pytest.raises(RemoteDamaged):
            scanned(bytes(changed))


@given(st.binary(max_size=400), st.booleans(), st.integers(1, 50))
def test_any_bytes_are_a_pack_or_damaged(data: bytes, with_head: bool, step: int) -> None:
    pack = packs.head() + data if with_head else data
    with contextlib.suppress(RemoteDamaged):
        scanned(pack, step)


def test_what_follows_the_end_is_damage() -> None:
    pack, objects = made([b"one"])
    scanner = Scanner()
    assert list(scanner.feed(pack)) == objects
    with pytest.raises(RemoteDamaged, match="behind its end"):
        list(scanner.feed(b"x"))
    with pytest.raises(RemoteDamaged):
        list(scanner.feed(b"x"))
    with pytest.raises(RemoteDamaged):
        scanner.end()


def test_an_index_that_lies_is_damage() -> None:
    pack, objects = made([b"one", b"two"])
    start = objects[-1].end
    lying = [objects[0], Packed(name_of(b"other"), objects[1].offset, objects[1].length)]
    with pytest.raises(RemoteDamaged, match="does not say what is in it"):
        scanned(pack[:start] + packs.ending(lying, start))


@pytest.mark.parametrize(("size", "length"), [(1 << 60, 10), (10, 0), (10, 5000), (0, 1 << 63)])
def test_sizes_that_cannot_be(size: int, length: int) -> None:
    name = BlobName(Digest(blake3(b"").digest()), size)
    with pytest.raises(RemoteDamaged, match="cannot have"):
        list(Scanner().feed(packs.head() + packs.header(name, length)))
    with pytest.raises(RemoteDamaged, match="cannot have"):
        packs.parse_header(packs.header(name, length))


def test_too_many_blobs(monkeypatch: pytest.MonkeyPatch) -> None:
    pack, _ = made([b"1", b"2", b"3"])
    monkeypatch.setattr(limits, "GHA_PACK_OBJECTS_MAX", 2)
    with pytest.raises(RemoteDamaged, match="too many"):
        scanned(pack)


def test_a_header_is_whole() -> None:
    with pytest.raises(RemoteDamaged):
        packs.parse_header(packs.header(name_of(b"x"), 10)[:-1])
