"""Version and capabilities of the wire: what both sides compare in their greeting.

The version goes up when a message cannot be read by the other side; anything that a side may do without is a
capability. Different versions part as friends: the client runs its compiler.
"""

from enum import IntFlag
from typing import Final

MAGIC: Final = b"dunnage\0"
MAGIC_NUMBER: Final = int.from_bytes(MAGIC, "little")
"""The magic as the u64 that it is in a message."""

WIRE_VERSION: Final = 5


class Capability(IntFlag):
    """What a side can do beyond the version. A bit that the other side does not know is ignored."""

    DESCRIPTORS = 1
    """Files travel as open descriptors (`SCM_RIGHTS`). Without it they would have to travel in messages."""
    MOUNT_NAMESPACE = 2
    """`mount_namespace` in HELLO names the namespace for as long as the machine is up."""
    LAUNCHER = 4
    """The client is a launcher: it carries the program that RUN without words runs (`payload` in HELLO)."""


CAPABILITIES: Final = Capability.DESCRIPTORS
