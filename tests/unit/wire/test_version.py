"""The magic is the same in bytes and as a number; capabilities are single bits."""

from dunnage.wire.version import CAPABILITIES, MAGIC, MAGIC_NUMBER, WIRE_VERSION, Capability


def test_the_magic_reads_as_its_name_on_the_wire() -> None:
    assert MAGIC_NUMBER.to_bytes(8, "little") == MAGIC == b"dunnage\0"


def test_the_version_fits_its_field_and_is_not_zero() -> None:
    assert 0 < WIRE_VERSION < 1 << 16


def test_capabilities_are_bits_of_their_own() -> None:
    values = [capability.value for capability in Capability]
    assert all(value.bit_count() == 1 for value in values)
    assert sum(values) < 1 << 32
    assert CAPABILITIES & Capability.DESCRIPTORS
