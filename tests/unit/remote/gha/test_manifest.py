"""Manifests as bytes, and whatever else bytes can be."""

import contextlib
import io
import struct

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from dunnage.errors import RemoteDamaged, RemoteFull
from dunnage.model.digest import Digest
from dunnage.remote import coding, limits
from dunnage.remote.contract import BlobName, RecordName
from dunnage.remote.gha import manifest
from dunnage.remote.gha.manifest import Kept, Manifest, Pack, Where

DIGESTS = st.binary(min_size=32, max_size=32)
KEYS = st.text("abcdefgh/-0123456789", min_size=1, max_size=60)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    packs = [
        Pack(key, draw(st.integers(1000, 1 << 40)), draw(st.integers(0, 1 << 40)))
        for key in draw(st.sets(KEYS, max_size=4))
    ]
    digests = draw(st.sets(DIGESTS, max_size=6)) if packs else set()
    blobs = {
        BlobName(Digest(digest), draw(st.integers(0, limits.REMOTE_BLOB_BYTES_MAX))): Where(
            draw(st.sampled_from(packs)).key,
            draw(st.integers(0, 900)),
            draw(st.integers(0, 100)),
            draw(st.integers(0, 99)),
        )
        for digest in digests
    }
    refers = st.lists(st.sampled_from(list(blobs)), max_size=4) if blobs else st.just([])
    records = {
        RecordName(draw(st.sampled_from(("unit", "action"))), key): Kept(
            draw(st.binary(max_size=200)), tuple(draw(refers)), draw(st.integers(0, 99))
        )
        for key in draw(st.sets(DIGESTS, max_size=6))
    }
    return Manifest({pack.key: pack for pack in packs}, blobs, records)


@given(manifests())
def test_it_comes_back(made: Manifest) -> None:
    again = manifest.decode(manifest.encode(made))
    assert again == made
    assert list(again.packs) == list(made.packs), "the oldest first"


@given(manifests(), st.data())
def test_whatever_is_changed_is_damage(made: Manifest, data: st.DataObject) -> None:
    body = bytearray(manifest.encode(made))
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(RemoteDamaged):
        manifest.decode(bytes(body))
    with pytest.raises(RemoteDamaged):
        manifest.decode(bytes(body[: data.draw(st.integers(0, len(body) - 1))]))


@settings(max_examples=300)
@given(manifests(), st.data())
def test_whatever_is_changed_in_the_plain_is_a_manifest_or_damage(
    made: Manifest, data: st.DataObject
) -> None:
    plain = bytearray(_plain(manifest.encode(made)))
    for _ in range(data.draw(st.integers(1, 3))):
        plain[data.draw(st.integers(0, len(plain) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(plain)))
    for each in (bytes(plain), bytes(plain[:cut])):
        with contextlib.suppress(RemoteDamaged):
            manifest.decode(_closed(each))


@given(st.binary(max_size=200))
def test_any_bytes_are_damage(data: bytes) -> None:
    with pytest.raises(RemoteDamaged):
        manifest.decode(data)


def _plain(body: bytes) -> bytes:
    size = struct.unpack_from("<8sQ", body)[1]
    plain = io.BytesIO()
    coding.decompress([body[32:]], plain, size)
    return plain.getvalue()


def _closed(plain: bytes, size: int | None = None) -> bytes:
    file, _ = coding.compressed(io.BytesIO(plain), len(plain))
    with file:
        frame = file.read()
    return (
        struct.pack("<8sQ16s", b"DNGMANI1", len(plain) if size is None else size, blake3(frame).digest(16))
        + frame
    )


def test_a_bomb_does_not_go_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GHA_MANIFEST_BYTES_MAX", 10_000)
    with pytest.raises(RemoteDamaged, match="larger than it may be"):
        manifest.decode(_closed(bytes(20_000)))
    with pytest.raises(RemoteDamaged, match="larger than its record says"):
        manifest.decode(_closed(bytes(20_000), size=5000))


def test_counts_that_lie_allocate_nothing() -> None:
    for counts in ((65, 0, 0), (0, 1 << 31, 0), (0, 0, 1 << 31), (64, 0, 0)):
        with pytest.raises(RemoteDamaged):
            manifest.decode(_closed(struct.pack("<III", *counts)))


def _one(**changed: object) -> Manifest:
    blob = BlobName(Digest(bytes(32)), 10)
    where = {"pack": "p", "offset": 8, "length": 20, **changed}
    return Manifest({"p": Pack("p", 100, 1)}, {blob: Where(**where)}, {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (_one(offset=90), "in no pack"),
        (Manifest({"a,b": Pack("a,b", 1, 1)}), "cannot have"),
        (Manifest({"a b": Pack("a b", 1, 1)}), "cannot have"),
        (Manifest({"é": Pack("é", 1, 1)}), "damaged"),
        (
            Manifest(
                records={RecordName("unit", bytes(32)): Kept(bytes(limits.REMOTE_RECORD_BYTES_MAX + 1))}
            ),
            "larger",
        ),
    ],
)
def test_what_cannot_be_is_damage(made: Manifest, said: str) -> None:
    with pytest.raises(RemoteDamaged, match=said):
        manifest.decode(manifest.encode(made))


def test_records_that_were_idle_longest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [RecordName("unit", bytes([number]) * 32) for number in range(4)]
    made = Manifest(
        records={name: Kept(bytes(1000), idle=(3 * number) % 4) for number, name in enumerate(names)}
    )
    monkeypatch.setattr(limits, "GHA_MANIFEST_BYTES_MAX", 2500)
    assert set(manifest.decode(manifest.encode(made)).records) == {names[0], names[3]}


def test_a_record_without_its_blobs_is_left_out() -> None:
    blob = BlobName(Digest(bytes(32)), 10)
    made = Manifest(records={RecordName("action", bytes(32)): Kept(b"x", (blob,))})
    assert manifest.decode(manifest.encode(made)) == Manifest()


def test_packs_beyond_the_bound_are_left_out() -> None:
    packs = {str(number): Pack(str(number), 10, number) for number in range(limits.GHA_PACKS_MAX + 1)}
    blob = BlobName(Digest(bytes(32)), 10)
    again = manifest.decode(manifest.encode(Manifest(packs, {blob: Where("0", 0, 1)})))
    assert list(again.packs) == list(packs)[1:], "the oldest one goes"
    assert not again.blobs


def test_more_blobs_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GHA_MANIFEST_BYTES_MAX", 50)
    with pytest.raises(RemoteFull, match="more blobs"):
        manifest.encode(_one())
