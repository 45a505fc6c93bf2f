"""Notes as the preloaded library writes them, for tests that have none."""

from dunnage.wire.seen import SEEN_ALIGNMENT, SEEN_HEADER, SEEN_NOTE, SEEN_VERSION, SeenKind

RUSTC = "/toolchain/bin/rustc"
PID = 100
CLIENT = 99


def note(kind: SeenKind | int, text: str = "", *, pid: int = PID, value: int = 0) -> bytes:
    """One note."""
    data = text.encode("utf-8", "surrogateescape") + b"\0"
    data += bytes(-(SEEN_NOTE.size + len(data)) % SEEN_ALIGNMENT)
    return SEEN_NOTE.pack(SEEN_NOTE.size + len(data), pid, kind, 0, value) + data


def memory(*notes: bytes, version: int = SEEN_VERSION, used: int | None = None) -> bytes:
    """A memory file: what travels of it."""
    body = b"".join(notes)
    return SEEN_HEADER.pack(version, 0, len(body) if used is None else used) + body


def began(program: str = RUSTC, *, pid: int = PID, parent: int = CLIENT) -> bytes:
    """A program that began."""
    return note(SeenKind.BEGAN, program, pid=pid, value=parent)
