"""From a URL to where to go and with what credentials."""

from pathlib import Path

import pytest
import trustme

from dunnage.errors import ConfigError
from dunnage.remote.reapi.address import Address, Tls, address_of
from dunnage.remote.reapi.messages import BLAKE3, SHA256
from dunnage.remote.url import RemoteUrl

AUTHORITY = trustme.CA()


def address(text: str, **environ: str) -> Address:
    return address_of(RemoteUrl.parse(text), environ)


def test_where_to_go() -> None:
    plain = address("grpc://cache.example:9092/team/one/")
    assert (plain.target, plain.instance, plain.tls) == ("cache.example:9092", "team/one", None)
    assert plain.headers.pairs() == ()
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


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A directory with `ca.pem`, `cert.pem` and `key.pem`."""
    ours = AUTHORITY.issue_cert("client.example")
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    ours.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    ours.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    return tmp_path


def test_nothing_secret_is_shown(files: Path) -> None:
    found = address(
        f"grpcs://me:hidden@h?cert_file={files}/cert.pem&key_file={files}/key.pem",
        DUNNAGE_REAPI_HEADERS="a: hidden",
    )
    assert "hidden" not in repr(found)
    assert "Basic" not in repr(found)
    assert "PRIVATE" not in repr(found)


def test_certificates(files: Path) -> None:
    tls = address(f"grpcs://h?ca_file={files}/ca.pem&cert_file={files}/cert.pem&key_file={files}/key.pem").tls
    assert tls == Tls(*((files / name).read_bytes() for name in ("ca.pem", "cert.pem", "key.pem")))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("ca_file={}/absent", "cannot be read"),
        ("ca_file={}/none", "cannot be used"),
        ("ca_file={}/binary", "cannot be used"),
        ("cert_file={}/cert.pem", "only together"),
        ("key_file={}/key.pem", "only together"),
        ("cert_file={}/cert.pem&key_file={}/ca.pem", "cannot be used"),
        ("cert_file={}/none&key_file={}/key.pem", "cannot be used"),
    ],
)
def test_certificates_that_are_none(files: Path, query: str, says: str) -> None:
    (files / "none").write_text("-----BEGIN CERTIFICATE-----\nwhat is this\n-----END CERTIFICATE-----\n")
    (files / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=says):
        address("grpcs://h?" + query.replace("{}", str(files)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("grpc:///instance", "no host"),
        ("grpc://h/instance", "no port"),
        ("grpc://h:1?region=eu", "none of its own"),
        ("grpc://h:1?digest=md5", "neither sha256 nor blake3"),
        ("grpc://h:1/a/blobs", "can be called"),
        ("grpc://h:1/a//b", "can be called"),
        ("grpc://h:1?ca_file=x", "grpcs:// only"),
    ],
)
def test_what_cannot_be(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        address(text)
