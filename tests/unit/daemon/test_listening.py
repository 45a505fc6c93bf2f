"""Sockets: their modes are the permission, a stale one is replaced, and a long path is no obstacle."""

import os
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dunnage.config.places import Places
from dunnage.daemon.listening import is_same_user, listen, make_directories, short_name
from support.require import require


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_user_gets_to_the_directories_and_everybody_into_the_containers(tmp_path: Path) -> None:
    places = Places(tmp_path / "base")
    old = os.umask(0)
    try:
        make_directories(places)
    finally:
        os.umask(old)
    assert mode(places.run) == 0o700
    assert mode(places.run.parent) == 0o700
    assert mode(places.host_dir) == 0o700
    assert mode(places.container_dir) == 0o755


def test_modes_are_mended(tmp_path: Path) -> None:
    places = Places(tmp_path / "base")
    make_directories(places)
    places.run.chmod(0o777)
    make_directories(places)
    assert mode(places.run) == 0o700


@pytest.mark.parametrize("permission", [0o600, 0o666])
def test_a_socket_has_its_mode_and_answers(tmp_path: Path, permission: int) -> None:
    path = tmp_path / "sock"
    with listen(path, permission) as listener, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        connection, _ = listener.accept()
        assert mode(path) == permission
        assert is_same_user(connection)
        connection.close()
    assert [entry.name for entry in tmp_path.iterdir() if "sock" in entry.name] == ["sock"]


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "sock"
    listen(path, 0o600).close()
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(ConnectionRefusedError):
        client.connect(str(path))
    with listen(path, 0o600), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_what_a_killed_daemon_of_the_same_pid_left(tmp_path: Path) -> None:
    (tmp_path / f"sock.{os.getpid()}").touch()
    with listen(tmp_path / "sock", 0o600), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "sock"))


def test_a_path_longer_than_a_socket_address(tmp_path: Path) -> None:
    directory = tmp_path / ("d" * 100) / ("e" * 100)
    directory.mkdir(parents=True)
    with (
        listen(directory / "sock", 0o600),
        short_name(directory) as parent,
        socket.socket(socket.AF_UNIX) as client,
    ):
        client.connect(f"{parent}/sock")


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        listen(tmp_path / "missing" / "sock", 0o600)


def test_another_user_is_not_the_same() -> None:
    """The kernel tells the uid that the process had when it connected."""
    require("root")
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        directory = Path(name)
        directory.chmod(0o755)
        with listen(directory / "sock", 0o666) as listener:
            program = (
                "import os, socket; os.setgroups([]); os.setgid(4321); os.setuid(4321);"
                f"s = socket.socket(socket.AF_UNIX); s.connect('{directory}/sock'); s.recv(1)"
            )
            stranger = subprocess.Popen([sys.executable, "-c", program])
            connection, _ = listener.accept()
            assert not is_same_user(connection)
            connection.close()
            assert stranger.wait() == 0
