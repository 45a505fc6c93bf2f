"""From a URL and variables to a store of Google's."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dunnage.errors import ConfigError, RemoteRefused
from dunnage.remote.registry import open_backend
from support.remotes.gcs import TOKEN, Gcs, url_of
from support.remotes.http_fake import HttpFake, Reply


def test_who_we_are(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    with HttpFake(Gcs().answer).serving() as fake:
        open_backend(url_of(fake), {"CLOUDSDK_AUTH_ACCESS_TOKEN": TOKEN}).check()
        open_backend(f"{url_of(fake)}&token_file={tmp_path}/token", {}).check()
        with pytest.raises(RemoteRefused, match="does not take these credentials"):
            open_backend(url_of(fake), {"CLOUDSDK_AUTH_ACCESS_TOKEN": "wrong"}).check()
        with pytest.raises(RemoteRefused, match="does not take these credentials"):
            open_backend(f"{url_of(fake)}&anonymous=1", {}).check()
        assert fake.asked[0].path == "/bucket/pre/fix/v1/check"


def test_a_service_account(tmp_path: Path) -> None:
    """It signs a token of its own (RFC 7519) with the key in its file."""
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    about = {
        "type": "service_account", "private_key": key.decode(), "private_key_id": "1", "client_email": "me@there",
    }  # fmt: skip
    (tmp_path / "account.json").write_text(json.dumps(about))
    with HttpFake(lambda _: Reply(404)).serving() as fake:
        for url, environ in (
            (url_of(fake), {"GOOGLE_APPLICATION_CREDENTIALS": f"{tmp_path}/account.json"}),
            (f"{url_of(fake)}&credentials_file={tmp_path}/account.json", {}),
        ):
            open_backend(url, environ).check()
            kind, _, token = fake.asked[-1].headers["authorization"].partition(" ")
            claims = token.split(".")[1]
            assert kind == "Bearer"
            assert json.loads(base64.urlsafe_b64decode(claims + "=="))["iss"] == "me@there"


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        ("gs://", {}),
        ("gs://b?option=1", {}),
        ("gs://b?credentials_file=/nonexistent", {}),
        ("gs://b", {"GOOGLE_APPLICATION_CREDENTIALS": "/nonexistent"}),
        ("gs://b?credentials_file=/etc/hostname", {}),
        ("gs://b?token_file=/nonexistent", {}),
        ("gs://b?anonymous=x", {}),
    ],
)
def test_what_is_wrong(url: str, environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        open_backend(url, environ)


def test_the_machines_own_account() -> None:
    """Whoever gives neither token nor file is asked who he is; which is seen on Google's machines only."""
    assert open_backend("gs://b", {})._objects._store.config == {"bucket": "b"}  # type: ignore[attr-defined]


def test_a_file_of_a_kind_that_is_not_understood(tmp_path: Path) -> None:
    (tmp_path / "federated.json").write_text(
        json.dumps({"type": "external_account", "private_key": "geheim"})
    )
    with pytest.raises(ConfigError) as caught:
        open_backend(f"gs://b?credentials_file={tmp_path}/federated.json", {})
    assert "geheim" not in str(caught.value)
