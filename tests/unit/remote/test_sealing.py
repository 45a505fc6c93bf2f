"""Seals: a record is trusted as it was sealed, and in no other way."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from dunnage.errors import ConfigError, RemoteUntrusted
from dunnage.remote.contract import RecordName
from dunnage.remote.sealing import Seal, by_keys, by_secret, checked, read_key

NAME = RecordName("action", b"k" * 32)
PEM, PKCS8, RAW = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()


def pems(private: Ed25519PrivateKey) -> tuple[bytes, bytes]:
    public = private.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.private_bytes(PEM, PKCS8, RAW), public


PRIVATE, PUBLIC = pems(Ed25519PrivateKey.generate())
OTHER_PRIVATE, OTHER_PUBLIC = pems(Ed25519PrivateKey.generate())

SEALS = {
    "checked": checked("d"),
    "secret": by_secret("d", b"0123456789abcdef"),
    "other secret": by_secret("d", b"fedcba9876543210"),
    "keys": by_keys("d", PRIVATE, None),
    "other keys": by_keys("d", OTHER_PRIVATE, OTHER_PUBLIC),
}


@pytest.mark.parametrize("seal", SEALS.values(), ids=SEALS)
@given(body=st.binary(max_size=200), key=st.binary(min_size=32, max_size=32))
def test_what_was_sealed_is_opened(seal: Seal, body: bytes, key: bytes) -> None:
    name = RecordName("unit", key)
    assert seal.open(name, seal.close(name, body)) == body


def test_who_has_the_public_key_opens_and_does_not_seal() -> None:
    reader = by_keys("d", None, PUBLIC)
    assert reader.open(NAME, SEALS["keys"].close(NAME, b"body")) == b"body"
    with pytest.raises(RemoteUntrusted):
        reader.close(NAME, b"body")


@pytest.mark.parametrize("one", SEALS)
@pytest.mark.parametrize("other", SEALS)
def test_nobody_elses_seal_is_right(one: str, other: str) -> None:
    if one == other:
        return
    with pytest.raises(RemoteUntrusted):
        SEALS[other].open(NAME, SEALS[one].close(NAME, b"body"))


@pytest.mark.parametrize("seal", SEALS.values(), ids=SEALS)
@given(data=st.data())
def test_any_other_byte_breaks_it(seal: Seal, data: st.DataObject) -> None:
    record = bytearray(seal.close(NAME, b"the body"))
    at = data.draw(st.integers(0, len(record) - 1))
    record[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(RemoteUntrusted):
        seal.open(NAME, bytes(record))


@pytest.mark.parametrize("seal", SEALS.values(), ids=SEALS)
@given(length=st.integers(0, 100))
def test_no_beginning_of_it_is_enough(seal: Seal, length: int) -> None:
    record = seal.close(NAME, b"the body")
    with pytest.raises(RemoteUntrusted):
        seal.open(NAME, record[: min(length, len(record) - 1)])


@pytest.mark.parametrize("seal", SEALS.values(), ids=SEALS)
def test_a_record_that_was_moved_is_not_trusted(seal: Seal) -> None:
    record = seal.close(NAME, b"body")
    for name in (RecordName("unit", NAME.key), RecordName("action", b"j" * 32)):
        with pytest.raises(RemoteUntrusted):
            seal.open(name, record)


def test_another_domain_is_not_trusted() -> None:
    for one, other in ((checked("a"), checked("b")), (by_secret("a", b"s" * 16), by_secret("b", b"s" * 16))):
        with pytest.raises(RemoteUntrusted):
            other.open(NAME, one.close(NAME, b"body"))


def test_keys_that_are_none(tmp_path: Path) -> None:
    elliptic = generate_private_key(SECP256R1()).private_bytes(PEM, PKCS8, RAW)
    with pytest.raises(ConfigError, match="15 bytes"):
        by_secret("d", b"s" * 15)
    for private, public in ((b"rubbish", None), (None, b"rubbish"), (elliptic, None), (None, PRIVATE)):
        with pytest.raises(ConfigError):
            by_keys("d", private, public)
    with pytest.raises(ConfigError, match="No such file"):
        read_key(str(tmp_path / "none"))
