"""The two sockets of a daemon, and who may use them.

The host's own answers the same user only (0600 in directories of 0700, and peer credentials). The containers' stands
in a directory of its own (0755, the socket 0666) below a parent that only the user may enter: on the host nobody else
gets there, in a container any uid does, because the mount is the permission.

A socket is bound under another name and renamed into its place, so that a stale one is replaced at once and nobody
meets one that does not listen yet.
"""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from dunnage.config.places import Places

_BACKLOG: Final = 256
_CREDENTIALS: Final = struct.Struct("3i")


def make_directories(places: Places) -> None:
    """Make the directories of the sockets with their modes; those above the containers' are the user's alone.

    Raises:
        OSError.
    """
    places.base.mkdir(mode=0o700, parents=True, exist_ok=True)
    for directory, mode in (
        (places.run.parent, 0o700),
        (places.run, 0o700),
        (places.host_dir, 0o700),
        (places.container_dir, 0o755),
    ):
        directory.mkdir(mode=mode, exist_ok=True)
        directory.chmod(mode)


def listen(path: Path, mode: int) -> socket.socket:
    """A listening socket at a path, in place of whatever stood there.

    Raises:
        OSError.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with short_name(path.parent) as parent:
            new = f"{parent}/{path.name}.{os.getpid()}"
            with suppress(FileNotFoundError):  # left by a daemon of the same pid that was killed just here
                os.unlink(new)
            listener.bind(new)
            os.chmod(new, mode)
            listener.listen(_BACKLOG)
            os.rename(new, f"{parent}/{path.name}")
    except BaseException:
        listener.close()
        raise
    return listener


@contextmanager
def short_name(directory: Path) -> Iterator[str]:
    """A name for a directory that is short enough for a socket's address (108 bytes), however long its own is."""
    descriptor = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def is_same_user(connection: socket.socket) -> bool:
    """Whether the process at the other end runs as this user, as the kernel says."""
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _pid, uid, _gid = _CREDENTIALS.unpack(data)
    return bool(uid == os.geteuid())
