"""The protocol between client and daemon, sans-I/O: bytes in, messages out. `docs/reference/wire.md` specifies it."""
