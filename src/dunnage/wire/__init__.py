"""The protocol, sans-I/O: bytes in, messages out. Specified in `docs/reference/wire.md`."""
