"""From a URL to a client of Redis."""

from pathlib import Path

import pytest

from dunnage.errors import ConfigError, RemoteRefused
from dunnage.remote.redis_url import client_of
from dunnage.remote.registry import open_backend
from dunnage.remote.url import RemoteUrl
from support.remotes.certificates import SERVER, authority
from support.remotes.programs import Program, listens
from support.remotes.waiting import free_port


@pytest.mark.parametrize(
    "url",
    [
        "redis://",
        "redis:///0",
        "redis://host/name",
        "redis://host?option=1",
        "redis://host?db=1",
        "redis://host?ca_file=/x",
        "redis://host?password_file=/nonexistent",
        "rediss://host?ca_file=/nonexistent",
        "redis+unix://",
        "redis+unix://host/path",
        "redis+unix:///path?db=x",
        "redis://host?ttl_s=x",
    ],
)
def test_what_is_wrong(url: str) -> None:
    with pytest.raises(ConfigError):
        open_backend(url, {})


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("redis://host", {"host": "host", "port": 6379, "db": 0, "username": None, "password": None}),
        (
            "redis://me:p%40ss@host:1/2",
            {"host": "host", "port": 1, "db": 2, "username": "me", "password": "p@ss"},
        ),
        ("redis+unix:///run/x.sock?db=3", {"path": "/run/x.sock", "db": 3}),
    ],
)
def test_what_is_understood(url: str, wanted: dict[str, object]) -> None:
    made = client_of(RemoteUrl.parse(url), {}).connection_pool.connection_kwargs
    assert {key: made[key] for key in wanted} == wanted


def test_the_password_of_a_variable_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("of-a-file\n")
    environ = {"REDISCLI_AUTH": "of-a-variable"}
    for options, password in (("", "of-a-variable"), (f"?password_file={tmp_path}/password", "of-a-file")):
        made = client_of(RemoteUrl.parse(f"redis://host{options}"), environ)
        assert made.connection_pool.connection_kwargs["password"] == password


def test_tls(tmp_path: Path) -> None:
    trusted, _ = authority(tmp_path)
    port = free_port()
    argv = [
        "redis-server", "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", "",
        "--tls-cert-file", tmp_path / SERVER, "--tls-key-file", tmp_path / SERVER,
        "--tls-ca-cert-file", trusted, "--tls-auth-clients", "no",
    ]  # fmt: skip
    with Program(argv, tmp_path / "log", lambda: listens(port)).running():
        open_backend(f"rediss://127.0.0.1:{port}?ca_file={trusted}", {}).check()
        with pytest.raises(RemoteRefused, match="certificate that does not verify"):
            open_backend(f"rediss://127.0.0.1:{port}", {}).check()
