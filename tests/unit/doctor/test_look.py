"""What is mounted where, and probes that leave nothing behind."""

from pathlib import Path

import pytest

from dunnage.doctor.look import existing, has_reflinks, mount_of, probe

MOUNTS = (
    "22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n"
    "23 22 0:5 / /mnt/with\\040blank rw,noexec - nfs4 server:/x rw\n"
    "24 22 0:6 / /mnt rw,nosuid shared:1 - tmpfs none rw\n"
    "25 24 0:7 / /mnt ro master:1 - fuse.sshfs me@host: rw\n"
)


def test_the_longest_and_the_last_mount_counts(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    assert mount_of(Path("/home/me"), table).kind == "ext4"
    blank = mount_of(Path("/mnt/with blank/store"), table)
    assert (blank.point, blank.kind, blank.options) == ("/mnt/with blank", "nfs4", ("rw", "noexec"))
    assert mount_of(Path("/mnt/x"), table).kind == "fuse.sshfs"
    assert mount_of(Path("/mntx"), table).kind == "ext4"
    assert mount_of(Path("/x"), tmp_path / "none").kind == ""


def test_what_is_there(tmp_path: Path) -> None:
    assert mount_of(tmp_path).kind
    assert existing(tmp_path / "a/b/c") == tmp_path
    assert existing(tmp_path) == tmp_path


def test_a_probe_leaves_nothing(tmp_path: Path) -> None:
    with probe(tmp_path) as descriptor:
        assert descriptor is not None
        assert list(tmp_path.iterdir()) == []
    assert has_reflinks(tmp_path) in (True, False)
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), probe(tmp_path / "none"):
        pass
    with probe(Path("/proc")) as descriptor:
        assert descriptor is None
    assert not has_reflinks(tmp_path / "none")
    assert not has_reflinks(Path("/proc"))
