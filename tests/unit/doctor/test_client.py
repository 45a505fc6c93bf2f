"""A client that is not there, cannot be run, or is another one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import dunnage
from dunnage.config.clients import ARCHES, CLIENT_NAMES, client_dir, host_arch
from dunnage.doctor import client
from dunnage.doctor.client import check
from dunnage.doctor.finding import Level
from dunnage.doctor.look import Mount
from dunnage.doctor.patient import Patient


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """A directory with clients of all architectures, which are all this machine's."""
    for arch in ARCHES:
        shutil.copytree(client_dir(host_arch()), tmp_path / "clients" / arch)
    return tmp_path / "clients"


def test_all_are_there(ill: Callable[..., Patient], clients: Path) -> None:
    (finding,) = check(ill(), clients)
    assert (finding.level, finding.what) == (Level.OK, str(clients / host_arch() / "sccache"))


def test_those_of_containers_are_not(ill: Callable[..., Patient], clients: Path) -> None:
    for arch in set(ARCHES) - {host_arch()}:
        shutil.rmtree(clients / arch)
    _, finding = check(ill(), clients)
    assert finding.level is Level.NOTE
    assert "There are no clients for" in finding.what


def test_it_is_not_there(ill: Callable[..., Patient], tmp_path: Path) -> None:
    (finding,) = check(ill(), tmp_path)
    assert finding.level is Level.ERROR
    assert "is not there" in finding.what


def replaced(clients: Path, script: str) -> None:
    for name in CLIENT_NAMES:
        path = clients / host_arch() / name
        path.unlink()
        path.write_text(script)
        path.chmod(0o755)


def test_it_is_something_else(ill: Callable[..., Patient], clients: Path) -> None:
    replaced(clients, "#!/bin/sh\nexit 7\n")
    finding = next(iter(check(ill(), clients)))
    assert finding.level is Level.ERROR
    assert finding.what.endswith("sccache is none: it exits 7.")


def test_it_is_of_another_version(ill: Callable[..., Patient], clients: Path) -> None:
    replaced(clients, "#!/bin/sh\necho dunnage 0.0.1 '(wire version 1)' >&2\n")
    finding = next(iter(check(ill(), clients)))
    assert finding.level is Level.WARNING
    assert finding.what.startswith("The client is of dunnage 0.0.1")


@pytest.mark.parametrize(
    ("options", "why"),
    [(("rw", "noexec"), "/somewhere is mounted noexec."), (("rw",), "Its mode, or a policy")],
)
def test_it_cannot_be_run(
    ill: Callable[..., Patient],
    clients: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    why: str,
) -> None:
    replaced(clients, "#!/no/such/interpreter\n")
    monkeypatch.setattr(client, "mount_of", lambda path: Mount("/somewhere", "ext4", options))
    finding = next(iter(check(ill(), clients)))
    assert finding.level is Level.ERROR
    assert finding.why.startswith(why)


def test_a_mount_that_lets_nothing_be_run(mounted: Callable, tmp_path: Path) -> None:
    """dunnage itself as it is installed there."""
    source = Path(dunnage.__file__).parent
    copied = f'cp -r "{source}" "$0/dunnage"'
    (finding, *_) = mounted("client", "noexec", copied, env={"PYTHONPATH": str(tmp_path / "mount")})
    assert finding["level"] == "error"
    assert finding["what"].endswith("sccache cannot be run: Permission denied.")
    assert finding["why"] == f"{tmp_path}/mount is mounted noexec."
