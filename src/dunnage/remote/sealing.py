r"""Seals: what tells a record that can be trusted from one that cannot.

Who can write to a remote can put anything there, and a cache is code that others run. Blobs need no seal: they are
checked against their digest. A record says which blobs answer which key, so it carries one:

    sealed record   "dunnage record 1\n", u8 kind of seal, u8 length of the tag, the tag, the body
    tag             over: b"dunnage seal 1", trust domain, kind of record, key, body; each with its u64 length in front

    kind 0          the first 16 bytes of BLAKE3: against bits that rot, not against people
    kind 1          HMAC-SHA256: whoever can read can write
    kind 2          Ed25519: who can read cannot write unless he has the private key, too

The key and the trust domain are in what is sealed, so a record that is moved to another key or domain is not trusted.
A reader that has been given a key takes nothing less than its kind.
"""

import hashlib
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blake3 import blake3

from dunnage.errors import ConfigError, RemoteUntrusted
from dunnage.remote.contract import RecordName

_MAGIC: Final = b"dunnage record 1\n"
_HEAD: Final = struct.Struct("<BB")
_PURPOSE: Final = b"dunnage seal 1"
_CHECK_BYTES: Final = 16
_HMAC_KEY_BYTES_MIN: Final = 16

CHECKED: Final = 0
HMAC: Final = 1
ED25519: Final = 2


@dataclass(frozen=True, slots=True)
class Seal:
    """How one daemon seals, and what it accepts."""

    kind: int
    domain: str
    """The trust domain: records of another one are not seen, whoever sealed them."""
    tag: Callable[[bytes], bytes] | None
    """Makes a tag; None where only reading is possible."""
    is_right: Callable[[bytes, bytes], bool]
    """Whether a tag (first) is that of some bytes."""

    def close(self, name: RecordName, body: bytes) -> bytes:
        """A record with its seal. RemoteUntrusted where there is no key to seal with."""
        if self.tag is None:
            raise RemoteUntrusted("There is a key to check records with, and none to seal them.")
        tag = self.tag(self._sealed(name, body))
        return _MAGIC + _HEAD.pack(self.kind, len(tag)) + tag + body

    def open(self, name: RecordName, record: bytes) -> bytes:
        """The body of a record. RemoteUntrusted: it has another kind of seal, or a wrong one."""
        at = len(_MAGIC) + _HEAD.size
        if not record.startswith(_MAGIC) or len(record) < at:
            raise RemoteUntrusted("A record is none of dunnage's.")
        kind, length = _HEAD.unpack_from(record, len(_MAGIC))
        tag, body = record[at : at + length], record[at + length :]
        if kind != self.kind:
            raise RemoteUntrusted(f"A record has a seal of kind {kind}, not {self.kind}.")
        if len(tag) < length or not self.is_right(tag, self._sealed(name, body)):
            raise RemoteUntrusted("A record has a wrong seal.")
        return body

    def _sealed(self, name: RecordName, body: bytes) -> bytes:
        parts = (_PURPOSE, self.domain.encode("utf-8", "surrogateescape"), name.kind.encode(), name.key, body)
        return b"".join(struct.pack("<Q", len(part)) + part for part in parts)


def checked(domain: str) -> Seal:
    """A seal that anybody can make."""

    def tag(data: bytes) -> bytes:
        return blake3(data).digest(_CHECK_BYTES)

    return Seal(CHECKED, domain, tag, lambda found, data: found == tag(data))


def by_secret(domain: str, secret: bytes) -> Seal:
    """The simple mode: one secret for all. ConfigError: it is too short."""
    if len(secret) < _HMAC_KEY_BYTES_MIN:
        raise ConfigError(
            f"The secret for sealing records has {len(secret)} bytes; it needs {_HMAC_KEY_BYTES_MIN}."
        )

    def tag(data: bytes) -> bytes:
        return hmac.digest(secret, data, hashlib.sha256)

    return Seal(HMAC, domain, tag, lambda found, data: hmac.compare_digest(found, tag(data)))


def by_keys(domain: str, private_pem: bytes | None, public_pem: bytes | None) -> Seal:
    """Ed25519 keys in PEM: the private one seals (and tells the public one), the public one checks. ConfigError."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    except ModuleNotFoundError:
        raise ConfigError(
            "Keys for sealing records need cryptography, which is not installed.",
            hint="Install it with `pip install 'dunnage[signing]'`.",
        ) from None
    try:
        private = serialization.load_pem_private_key(private_pem, password=None) if private_pem else None
        public = serialization.load_pem_public_key(public_pem) if public_pem else None
    except (ValueError, TypeError) as error:
        raise ConfigError(f"A key for sealing records is not understood: {error}.") from None
    if (private and not isinstance(private, Ed25519PrivateKey)) or (
        public and not isinstance(public, Ed25519PublicKey)
    ):
        raise ConfigError("A key for sealing records is not an Ed25519 key.")
    checking = public or (private.public_key() if isinstance(private, Ed25519PrivateKey) else None)
    assert isinstance(checking, Ed25519PublicKey)

    def is_right(found: bytes, data: bytes) -> bool:
        try:
            checking.verify(found, data)
        except InvalidSignature:
            return False
        return True

    return Seal(ED25519, domain, private.sign if isinstance(private, Ed25519PrivateKey) else None, is_right)


def read_key(path: str) -> bytes:
    """What a key's file holds. ConfigError."""
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise ConfigError(f"The key {path} cannot be read: {error.strerror}.") from None
