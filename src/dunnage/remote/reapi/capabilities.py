"""What a server can, as it says itself, and what follows for us."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from blake3 import blake3

from dunnage.errors import RemoteRefused
from dunnage.remote import limits
from dunnage.remote.reapi.address import Address
from dunnage.remote.reapi.calls import Calls
from dunnage.remote.reapi.messages import (
    BLAKE3,
    SHA256,
    ZSTD,
    CacheCapabilities,
    CasDigest,
    GetCapabilitiesRequest,
    ServerCapabilities,
)
from dunnage.remote.reapi.status import NotImplementedThere

_METHOD: Final = "/build.bazel.remote.execution.v2.Capabilities/GetCapabilities"

_HASHES: Final[dict[int, Callable[[bytes], str]]] = {
    SHA256: lambda data: hashlib.sha256(data).hexdigest(),
    BLAKE3: lambda data: blake3(data).hexdigest(),
}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server can."""

    digest_function: int = SHA256
    batch_bytes_max: int = limits.REAPI_BATCH_BYTES_MAX
    """Blobs of one batch together, with what each costs beside its bytes."""
    blob_bytes_max: int = limits.REMOTE_BLOB_BYTES_MAX
    streams_zstd: bool = False
    """It sends and takes compressed streams, and sends compressed batches."""
    takes_zstd: bool = False
    """It takes compressed blobs in batches."""
    updates: bool = True
    """We may put action results."""

    def digest(self, data: bytes) -> CasDigest:
        """What these bytes are called there."""
        return CasDigest(_HASHES[self.digest_function](data), len(data))

    @property
    def is_blake3(self) -> bool:
        """Whether blobs are called there as they are here."""
        return self.digest_function == BLAKE3


def asked(calls: Calls, address: Address) -> Capabilities:
    """What a server says that it can. RemoteError; RemoteRefused where we have no digest in common."""
    try:
        answer = calls.unary(_METHOD, GetCapabilitiesRequest(address.instance), ServerCapabilities)
    except NotImplementedThere:
        return Capabilities(digest_function=address.digest_function or SHA256)
    if answer.cache_capabilities is None:
        raise RemoteRefused(
            f"The remote {address.where} is no cache.",
            hint="Name the address of the storage, where that is another one.",
        )
    return understood(answer.cache_capabilities, address)


def understood(said: CacheCapabilities, address: Address) -> Capabilities:
    """What follows from what a server says. RemoteRefused where we have no digest in common.

    A server that has BLAKE3 gets it: then nobody needs a second digest. All who share it decide in the same way.
    """
    offered = set(said.digest_functions) or {SHA256}
    wanted = (BLAKE3, SHA256) if address.digest_function is None else (address.digest_function,)
    function = next((each for each in wanted if each in offered), None)
    if function is None:
        raise RemoteRefused(
            f"The remote {address.where} names blobs neither by SHA-256 nor by BLAKE3, or not by what was asked for.",
            hint="Look at the option `digest`, and at the digest functions that the server is set to.",
        )
    updates = said.action_cache_update_capabilities
    batch = said.max_batch_total_size_bytes
    largest = said.max_cas_blob_size_bytes
    return Capabilities(
        digest_function=function,
        batch_bytes_max=min(batch, limits.REAPI_BATCH_BYTES_MAX)
        if batch > 0
        else limits.REAPI_BATCH_BYTES_MAX,
        blob_bytes_max=min(largest, limits.REMOTE_BLOB_BYTES_MAX)
        if largest > 0
        else limits.REMOTE_BLOB_BYTES_MAX,
        streams_zstd=ZSTD in said.supported_compressors,
        takes_zstd=ZSTD in said.supported_batch_update_compressors,
        updates=updates is not None and updates.update_enabled,
    )
