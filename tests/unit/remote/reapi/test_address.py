"""From a URL to where to go and with what credentials."""

from pathlib import Path

import pytest

from dunnage.errors import ConfigError
from dunnage.remote.reapi.address import Address, address_of
from dunnage.remote.reapi.messages import BLAKE3, SHA256
from dunnage.remote.url import RemoteUrl

PEM = "-----BEGIN CERTIFICATE-----\n"


def address(text: str, **environ: str) -> Address:
    return address_of(RemoteUrl.parse(text), environ)


def test_where_to_go() -> None:
    plain = address("grpc://cache.example:9092/team/one/")
    assert (plain.target, plain.instance, plain.tls, plain.headers) == (
        "cache.example:9092",
        "team/one",
        None,
        (),
    )
    assert plain.where == "grpc://cache.example:9092/team/one/"
    assert not plain.is_loopback
    assert address("grpc://[::1]:50051").target == "[::1]:50051"
    assert address("grpc://127.0.0.1:50051").is_loopback
    secured = address("grpcs://cache.example")
    assert (secured.target, secured.instance) == ("cache.example:443", "")
    assert secured.tls is not None


def test_digests() -> None:
    assert address("grpc://h:1").digest_function is None
    assert address("grpc://h:1?digest=sha256").digest_function == SHA256
    assert address("grpc://h:1?digest=blake3").digest_function == BLAKE3


def test_credentials(tmp_path: Path) -> None:
    token, headers = tmp_path / "token", tmp_path / "headers"
    token.write_text("from-a-file\n")
    headers.write_text("X-Buildbuddy-Api-Key: abc: def\n\nx-team: one\n")
    assert address("grpc://h:1", DUNNAGE_REAPI_TOKEN="t").headers == (("authorization", "Bearer t"),)
    assert address(f"grpc://h:1?token_file={token}").headers == (("authorization", "Bearer from-a-file"),)
    assert address(f"grpc://h:1?headers_file={headers}").headers == (
        ("x-buildbuddy-api-key", "abc: def"),
        ("x-team", "one"),
    )
    assert address("grpc://h:1", DUNNAGE_REAPI_HEADERS="a: b").headers == (("a", "b"),)
    basic = (("authorization", "Basic bWU6c2VjcmV0"),)
    assert address("grpc://me:secret@h:1").headers == basic
    assert address("grpc://me@h:1", DUNNAGE_REAPI_PASSWORD="secret", DUNNAGE_REAPI_TOKEN="t").headers == basic


def test_nothing_secret_is_shown(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("-----BEGIN PRIVATE KEY-----\nhidden")
    cert = tmp_path / "cert"
    cert.write_text(PEM)
    shown = repr(
        address(f"grpcs://me:hidden@h?cert_file={cert}&key_file={key}", DUNNAGE_REAPI_HEADERS="a: hidden")
    )
    assert "hidden" not in shown
    assert "Basic" not in shown


def test_certificates(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.write_text(PEM)
    tls = address(f"grpcs://h?ca_file={pem}&cert_file={pem}&key_file={pem}").tls
    assert tls is not None
    assert tls.ca == tls.cert == tls.key == PEM.encode()
    (tmp_path / "none.pem").write_text("what is this")
    for query, says in (
        (f"ca_file={tmp_path}/absent", "cannot be read"),
        (f"ca_file={tmp_path}/none.pem", "no PEM"),
        (f"cert_file={pem}", "only together"),
    ):
        with pytest.raises(ConfigError, match=says):
            address(f"grpcs://h?{query}")


@pytest.mark.parametrize(
    ("text", "environ", "says"),
    [
        ("grpc:///instance", {}, "no host"),
        ("grpc://h/instance", {}, "no port"),
        ("grpc://h:1?region=eu", {}, "none of its own"),
        ("grpc://h:1?digest=md5", {}, "neither sha256 nor blake3"),
        ("grpc://h:1/a/blobs", {}, "can be called"),
        ("grpc://h:1/a//b", {}, "can be called"),
        ("grpc://h:1?ca_file=x", {}, "grpcs:// only"),
        ("grpc://h:1", {"DUNNAGE_REAPI_HEADERS": "no colon"}, "lines of"),
        ("grpc://h:1", {"DUNNAGE_REAPI_HEADERS": "grpc-timeout: 5"}, "does not take"),
        ("grpc://h:1", {"DUNNAGE_REAPI_HEADERS": "trace-bin: 5"}, "does not take"),
        ("grpc://h:1", {"DUNNAGE_REAPI_HEADERS": ": 5"}, "does not take"),
        ("grpc://h:1", {"DUNNAGE_REAPI_TOKEN": "two\nlines"}, "does not take"),
        ("grpc://h:1", {"DUNNAGE_REAPI_TOKEN": "ünïcode"}, "does not take"),
    ],
)
def test_what_cannot_be(text: str, environ: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        address(text, **environ)
    assert "ünï" not in str(caught.value)
