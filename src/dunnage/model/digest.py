"""Digests: BLAKE3, and the two kinds of key made from it, which are never mixed."""

from typing import NewType

DIGEST_BYTES = 32

Digest = NewType("Digest", bytes)
"""BLAKE3 of some bytes: the name of a blob."""

UnitKey = NewType("UnitKey", bytes)
"""Hash of everything that counts for a unit but the contents of its inputs."""

ActionKey = NewType("ActionKey", bytes)
"""Hash of everything that counts for a unit."""

ToolchainId = NewType("ToolchainId", bytes)
"""Hash of the contents of a compiler with all that changes what it makes."""
