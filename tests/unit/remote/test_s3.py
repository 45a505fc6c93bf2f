"""From a URL and variables to a store of S3."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from dunnage.errors import ConfigError, RemoteRefused
from dunnage.remote import limits
from dunnage.remote.contract import Record
from dunnage.remote.registry import open_backend
from support.remotes.http_fake import HttpFake, Reply
from support.remotes.moto import KEY, Moto
from support.remotes.things import blob, fetched, name, name_of


def asked(url: str, environ: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """Path and headers of what a check asks; `PORT` is the server's port."""
    with HttpFake(lambda _: Reply(404)).serving() as fake:
        port = str(fake.port)
        opened = open_backend(
            url.replace("PORT", port), {key: value.replace("PORT", port) for key, value in environ.items()}
        )
        opened.check()
        return fake.asked[0].path, fake.asked[0].headers


@pytest.mark.parametrize(
    ("url", "environ", "region"),
    [
        ("s3://b?endpoint=http://127.0.0.1:PORT", {}, "us-east-1"),
        ("s3://b?endpoint=http://127.0.0.1:PORT&region=one", {"AWS_REGION": "two"}, "one"),
        ("s3://b?endpoint=http://127.0.0.1:PORT", {"AWS_DEFAULT_REGION": "three"}, "three"),
        ("s3://b", {"AWS_ENDPOINT_URL": "http://127.0.0.1:PORT/", "AWS_REGION": "two"}, "two"),
    ],
)
def test_where_it_is(url: str, environ: dict[str, str], region: str) -> None:
    path, headers = asked(url, {**KEY, **environ})
    assert path == "/b/v1/check"
    assert f"/{region}/s3/aws4_request" in headers["authorization"]
    assert "Credential=key/" in headers["authorization"]


def test_a_prefix_and_a_session() -> None:
    path, headers = asked(
        "s3://b/pre/fix/?endpoint=http://127.0.0.1:PORT", {**KEY, "AWS_SESSION_TOKEN": "session"}
    )
    assert path == "/b/pre/fix/v1/check"
    assert headers["x-amz-security-token"] == "session"


def test_nobody() -> None:
    _, headers = asked("s3://b?endpoint=http://127.0.0.1:PORT&anonymous=1", KEY)
    assert "authorization" not in headers


def test_the_buckets_name_in_front_of_the_host() -> None:
    opened = open_backend("s3://b?endpoint=https://host:1&style=virtual", KEY)
    assert opened._objects._store.config["endpoint"] == "https://b.host:1"  # type: ignore[attr-defined]


def test_a_profile(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text(
        "[team]\naws_access_key_id = of-team\naws_secret_access_key = x%x\n"
    )
    environ = {**KEY, "AWS_SHARED_CREDENTIALS_FILE": f"{tmp_path}/credentials"}
    _, headers = asked("s3://b?endpoint=http://127.0.0.1:PORT&profile=team", environ)
    assert "Credential=of-team/" in headers["authorization"]


def test_what_the_machine_is_told_to_be(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:x"}
    config = open_backend("s3://b", environ)._objects._store.config  # type: ignore[attr-defined]
    assert (config["role_arn"], config["web_identity_token_file"]) == ("arn:x", "/token")


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///prefix",
        "s3://b?option=1",
        "s3://b?endpoint=nonsense",
        "s3://b?endpoint=ftp://host",
        "s3://b?style=other",
        "s3://b?anonymous=maybe",
        "s3://b?profile=absent",
        "s3://b/a/../b",
    ],
)
def test_what_is_wrong(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_backend(url, {**KEY, "HOME": str(tmp_path)})
    assert "secret" not in caught.value.message


def test_a_large_blob_travels_in_parts(tmp_path: Path) -> None:
    data = os.urandom(limits.REMOTE_IN_MEMORY_BYTES_MAX + 3_000_000)
    with Moto(tmp_path).running() as server:
        backend = open_backend(server.url, KEY)
        backend.put_blobs([blob(data)])
        assert fetched(backend, [name_of(data)]) == {name_of(data): data}
        backend.close()
    assert "partNumber=2" in (tmp_path / "moto.log").read_text()


def test_moto_is_killed_and_comes_back_empty(tmp_path: Path) -> None:
    with Moto(tmp_path).running() as server:
        backend = open_backend(server.url, KEY)
        source, wanted = blob(b"data"), name()
        backend.put_blobs([source])
        backend.put_records([Record(wanted, b"body", (source.name,))])
        server.program.kill()
        server.program.start()
        with pytest.raises(RemoteRefused, match="does not exist"):
            backend.check()
        server.make_bucket()
        assert backend.get_records([wanted]) == {}
        assert fetched(backend, [source.name]) == {}
        assert backend.missing([source.name]) == [source.name]
        backend.close()
