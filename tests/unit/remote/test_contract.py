"""The contract's own words."""

from dunnage.model.digest import Digest
from dunnage.remote.contract import Backend, BlobName, RecordName, Traits


def test_what_a_backend_has_to_have() -> None:
    assert {name for name in vars(Backend) if not name.startswith("_")} == {
        "traits", "check", "get_records", "put_records", "missing", "get_blobs", "doubt", "put_blobs", "flush",
        "close",
    }  # fmt: skip


def test_names_are_what_they_say() -> None:
    assert RecordName("unit", b"k" * 32) != RecordName("action", b"k" * 32)
    assert BlobName(Digest(b"d" * 32), 1) != BlobName(Digest(b"d" * 32), 2)
    assert len({RecordName("unit", b"k"), RecordName("unit", b"k")}) == 1


def test_an_ordinary_backend_has_no_special_trait() -> None:
    assert not any((Traits().immutable, Traits().wants_packs, Traits().read_only))
