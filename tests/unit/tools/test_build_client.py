"""The builder of the clients: what it takes for fresh, and how it says no."""

import os
import platform
from pathlib import Path

import pytest

from tools import build_client


@pytest.mark.parametrize(
    ("machine", "arch"),
    [
        ("x86_64", "x86_64"),
        ("aarch64", "aarch64"),
        ("armv7l", "armv7"),
        ("i386", "i686"),
        ("riscv64", "riscv64"),
    ],
)
def test_host_arch(monkeypatch: pytest.MonkeyPatch, machine: str, arch: str) -> None:
    """Our name, whatever the kernel's is."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert build_client.host_arch() == arch


def test_no_client_for_this_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said by name, with those that there are."""
    monkeypatch.setattr(platform, "machine", lambda: "s390x")
    assert build_client.main([]) == 1
    said = capsys.readouterr().err
    assert "s390x" in said
    assert "riscv64" in said


def test_fresh(tmp_path: Path) -> None:
    """There, and newer than everything it is made from."""
    outputs = [tmp_path / name for name in build_client.NAMES]
    outputs[0].touch()
    assert not build_client.is_fresh(outputs)
    outputs[1].touch()
    assert build_client.is_fresh(outputs)
    os.utime(outputs[1], ns=(0, 0))
    assert not build_client.is_fresh(outputs)


def test_a_client_ends_with_its_mark(tmp_path: Path) -> None:
    """The text of native/search.h, by which clients know each other."""
    client = tmp_path / "dunnage"
    client.write_bytes(b"\x7fELF")
    build_client.mark(client)
    assert client.read_bytes() == b"\x7fELFdunnage: client\n"


def test_the_sources_are_the_client() -> None:
    """Every C file beside main.c."""
    names = [path.name for path in build_client.sources()]
    assert "main.c" in names
    assert names == sorted(names)


def test_the_launcher_is_the_client_with_another_main() -> None:
    client, launcher = build_client.sources(), build_client.launcher_sources()
    assert [path.name for path in launcher if path not in client] == ["carried.c", "main.c"]
    assert [path.name for path in client if path not in launcher] == ["main.c"]


def test_so_is_the_forwarder() -> None:
    client, forwarder = build_client.sources(), build_client.forwarder_sources()
    own = ["command.c", "listening.c", "main.c", "relay.c", "saying.c"]
    assert [path.name for path in forwarder if path not in client] == own
    assert [path.name for path in client if path not in forwarder] == ["main.c"]


def test_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit that the client breaks fails the build, but only where it was asked for."""

    def compile_to(arch: str, output: Path) -> None:
        output.write_text(arch * 100)

    monkeypatch.setattr(build_client, "compile_to", compile_to)
    monkeypatch.setattr(build_client, "SIZE_MAX", 500)
    monkeypatch.setattr(build_client, "compile_library", compile_to)
    monkeypatch.setattr(build_client, "compile_launcher", compile_to)
    monkeypatch.setattr(build_client, "compile_forwarder", compile_to)
    asked = ["--arch", "riscv64", "--into", str(tmp_path), "--force"]
    assert build_client.main(asked) == 0
    assert "700 and    700 bytes" in capsys.readouterr().out
    assert build_client.main([*asked, "--check-size"]) == 1
    assert "at most 500 bytes" in capsys.readouterr().err
    every = [*build_client.NAMES, build_client.LAUNCHER, build_client.FORWARDER, build_client.LIBRARY]
    files = [tmp_path / "riscv64" / name for name in every]
    assert [file.read_text() for file in files] == ["riscv64" * 100] * 5
    assert [file.stat().st_mode & 0o777 for file in files] == [0o755] * 5
    assert sorted(os.listdir(tmp_path / "riscv64")) == sorted(every)
