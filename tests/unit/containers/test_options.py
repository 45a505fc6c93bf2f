"""The options that put client, socket and environment into a container."""

import shlex
from pathlib import Path

import pytest

from dunnage.config.cmake import LAUNCHER, LAUNCHER_VARIABLES
from dunnage.config.places import Places
from dunnage.containers.options import are_in, container_environment, host_environment, run_options
from dunnage.errors import ClientMissing


def make_clients(directory: Path, *arches: str) -> Path:
    for arch in arches:
        for name in ("dunnage", "sccache"):
            file = directory / arch / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"\x7fELF")
            file.chmod(0o755)
    return directory


def test_directories_are_mounted_and_the_client_read_only(tmp_path: Path) -> None:
    clients = make_clients(tmp_path / "clients", "x86_64")
    places = Places(tmp_path / "base", "1")
    assert run_options(places, "x86_64", {}, clients=clients, selinux=False) == [
        *("-v", f"{clients}/x86_64:/dunnage/bin:ro"),
        *("-v", f"{tmp_path}/base/run/1/container:/dunnage/run"),
        *("-e", "RUSTC_WRAPPER=/dunnage/bin/sccache"),
        *("-e", "DUNNAGE_SOCKET=/dunnage/run/sock"),
        *("-e", "DUNNAGE_CLIENT=/dunnage/bin/sccache"),
        *("-e", f"CMAKE_C_COMPILER_LAUNCHER={LAUNCHER}"),
        *("-e", f"CMAKE_CXX_COMPILER_LAUNCHER={LAUNCHER}"),
    ]


def test_where_a_shell_may_split_them_no_word_needs_quotes(tmp_path: Path) -> None:
    clients = make_clients(tmp_path / "clients", "x86_64")
    words = run_options(Places(tmp_path), "x86_64", {}, clients=clients, words_only=True)
    assert shlex.join(words) == " ".join(words)
    assert "DUNNAGE_CLIENT=/dunnage/bin/sccache" in words


def test_labels_are_asked_for_where_the_kernel_has_them(tmp_path: Path) -> None:
    clients = make_clients(tmp_path / "clients", "x86_64")
    words = run_options(Places(tmp_path, "1"), "x86_64", {}, clients=clients, selinux=True)
    assert words[1] == f"{clients}/x86_64:/dunnage/bin:ro,z"
    assert words[3] == f"{tmp_path}/run/1/container:/dunnage/run:z"


def test_a_directory_with_a_colon_is_still_mounted(tmp_path: Path) -> None:
    clients = make_clients(tmp_path / "c:d", "x86_64")
    words = run_options(Places(tmp_path, "1"), "x86_64", {}, clients=clients, selinux=True)
    assert words[:2] == ["--mount", f'type=bind,"src={clients}/x86_64",dst=/dunnage/bin,readonly']


@pytest.mark.parametrize(
    "name", ["DUNNAGE_DISABLE", "DUNNAGE_VERIFY", "DUNNAGE_PORTABLE", "DUNNAGE_EXTRA_INPUTS"]
)
def test_what_speaks_to_the_client_reaches_the_container(name: str) -> None:
    assert container_environment({name: "1"})[name] == "1"
    assert name not in container_environment({name: ""})


def test_a_client_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ClientMissing):
        run_options(Places(tmp_path), "riscv64", {}, clients=tmp_path)
    with pytest.raises(ClientMissing):
        host_environment(Places(tmp_path), "riscv64", tmp_path)


def test_a_client_that_only_its_owner_may_execute_is_opened_to_all(tmp_path: Path) -> None:
    clients = make_clients(tmp_path / "clients", "x86_64")
    for path in (clients / "x86_64" / "sccache", clients / "x86_64"):
        path.chmod(0o700)
    run_options(Places(tmp_path), "x86_64", {}, clients=clients)
    for path in (clients / "x86_64" / "sccache", clients / "x86_64"):
        assert path.stat().st_mode & 0o777 == 0o755


def test_one_that_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = make_clients(tmp_path / "clients", "x86_64")
    (clients / "x86_64").chmod(0o700)

    def refuse(self: Path, mode: int) -> None:
        raise PermissionError(1, "somebody else's", str(self))

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(ClientMissing, match="may not execute"):
        run_options(Places(tmp_path), "x86_64", {}, clients=clients)


def test_the_host_gets_its_own_client_and_its_own_socket(tmp_path: Path) -> None:
    clients = make_clients(tmp_path / "clients", "aarch64")
    assert host_environment(Places(tmp_path, "1"), "aarch64", clients) == {
        "RUSTC_WRAPPER": f"{clients}/aarch64/sccache",
        "DUNNAGE_SOCKET": f"{tmp_path}/run/1/host/sock",
        "DUNNAGE_CLIENT": f"{clients}/aarch64/sccache",
        "CMAKE_C_COMPILER_LAUNCHER": LAUNCHER,
        "CMAKE_CXX_COMPILER_LAUNCHER": LAUNCHER,
    }


@pytest.mark.parametrize("name", LAUNCHER_VARIABLES)
def test_a_launcher_of_the_users_stays(tmp_path: Path, name: str) -> None:
    clients = make_clients(tmp_path / "clients", "aarch64")
    ours = host_environment(Places(tmp_path), "aarch64", clients, {name: "distcc"})
    assert set(LAUNCHER_VARIABLES) - set(ours) == {name}


@pytest.mark.parametrize("name", ["plain", "c:d"])
def test_they_are_known_again(tmp_path: Path, name: str) -> None:
    clients = make_clients(tmp_path / name, "x86_64")
    words = run_options(Places(tmp_path), "x86_64", {}, clients=clients, selinux=True)
    assert are_in(["-it", *words])
    assert are_in(shlex.join(words).split())
    assert not are_in(["-v", "/src:/src", "-e", "RUSTC_WRAPPER=/dunnage/bin/sccache"])
