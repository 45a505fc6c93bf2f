"""Clients: the directory for an architecture, or a sentence why there is none."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from dunnage.config import clients
from dunnage.errors import ClientMissing


def _put(directory: Path, *names: str, mode: int = 0o755) -> None:
    directory.mkdir(parents=True)
    for name in names:
        (directory / name).write_bytes(b"\x7fELF")
        (directory / name).chmod(mode)


@pytest.mark.parametrize(
    ("machine", "arch"),
    [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("arm64", "aarch64"), ("armv7l", "armv7"), ("i386", "i686")],
)
def test_words_of_machines_and_engines(machine: str, arch: str) -> None:
    assert clients.arch_of(machine) == arch


def test_an_unknown_machine_has_no_client() -> None:
    assert clients.arch_of("s390x") is None


def test_this_machine_is_one_of_the_architectures() -> None:
    assert clients.host_arch() in clients.ARCHES


def test_a_machine_without_a_client_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="s390x"))
    with pytest.raises(ClientMissing, match="no client for this machine's architecture, s390x"):
        clients.host_arch()


def test_the_directory_holds_both_names(tmp_path: Path) -> None:
    _put(tmp_path / "aarch64", "dunnage", "sccache")
    assert clients.client_dir("aarch64", tmp_path) == tmp_path / "aarch64"


def test_a_client_that_was_not_built_is_named(tmp_path: Path) -> None:
    _put(tmp_path / "aarch64", "dunnage")
    with pytest.raises(ClientMissing) as caught:
        clients.client_dir("aarch64", tmp_path)
    assert str(tmp_path / "aarch64" / "sccache") in caught.value.message
    assert "make native-all" in caught.value.advice


def test_a_client_that_cannot_be_executed_is_missing(tmp_path: Path) -> None:
    _put(tmp_path / "riscv64", "dunnage", "sccache", mode=0o644)
    with pytest.raises(ClientMissing):
        clients.client_dir("riscv64", tmp_path)


def test_an_unknown_architecture_is_told_the_known_ones() -> None:
    with pytest.raises(ClientMissing, match=r"s390x.*x86_64, aarch64, armv7, i686, riscv64"):
        clients.client_dir("s390x")


def test_one_that_may_not_be_executed(tmp_path: Path) -> None:
    directory = clients.place_of("x86_64", tmp_path)
    directory.mkdir()
    for name in clients.CLIENT_NAMES:
        (directory / name).touch(0o644)
    with pytest.raises(ClientMissing, match="may not be executed") as caught:
        clients.client_dir("x86_64", tmp_path)
    assert "doctor" in caught.value.advice
