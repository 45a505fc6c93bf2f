"""urllib3's exceptions as ours: those that a server of the other tests does not cause."""

import http.client
import ssl
from pathlib import Path

import pytest
from urllib3.exceptions import EmptyPoolError, HTTPError, IncompleteRead, ProtocolError, ProxyError, SSLError

from dunnage.errors import RemoteDamaged, RemoteError, RemoteRefused, RemoteUnavailable
from dunnage.remote.http_client import HttpClient
from dunnage.remote.http_trouble import meant_by
from support.remotes.certificates import authority
from support.remotes.http_fake import HttpFake, Reply

CERTIFICATE = ssl.SSLCertVerificationError(1, "certificate verify failed")


@pytest.mark.parametrize(
    ("error", "kind", "word"),
    [
        (ProtocolError("broken", IncompleteRead(5, 10)), RemoteDamaged, "broke off"),
        (ProtocolError("broken", http.client.IncompleteRead(b"")), RemoteDamaged, "broke off"),
        (
            ProtocolError("aborted", http.client.RemoteDisconnected("Remote end closed")),
            RemoteUnavailable,
            "hung up",
        ),
        (ProtocolError("aborted", http.client.BadStatusLine("x")), RemoteUnavailable, "no HTTP"),
        (
            ProtocolError("aborted", ConnectionResetError(104, "reset by peer")),
            RemoteUnavailable,
            "reset by peer",
        ),
        (
            ProxyError("cannot", ConnectionRefusedError(111, "refused")),
            RemoteUnavailable,
            "the proxy: refused",
        ),
        (SSLError(CERTIFICATE), RemoteRefused, "does not verify"),
        (SSLError(ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] x")), RemoteUnavailable, "TLS"),
        (
            ProtocolError("aborted", TimeoutError("_ssl.c:989: The handshake operation timed out")),
            RemoteUnavailable,
            "does not speak TLS with us: it said nothing for 2 s",
        ),
        (HTTPError(), RemoteUnavailable, "the connection broke"),
    ],
)
def test_what_is_meant(error: HTTPError, kind: type[RemoteError], word: str) -> None:
    meant = meant_by(error, "The server x")
    assert type(meant) is kind
    assert meant.message.startswith("The server x ")
    assert word in meant.message


def test_no_connection_is_left() -> None:
    error = EmptyPoolError(None, "no more")  # type: ignore[arg-type]
    assert "ends none" in meant_by(error, "The server x").message


def test_a_chain_that_is_a_circle() -> None:
    one, two = HTTPError(), HTTPError()
    one.__cause__, two.__cause__ = two, one
    assert isinstance(meant_by(one, "The server x"), RemoteUnavailable)


def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    _, shown = authority(tmp_path)
    with HttpFake(lambda _: Reply(), shown).serving() as fake:
        asking = HttpClient(f"https://127.0.0.1:{fake.port}", {}, tls=ssl.create_default_context())
        with pytest.raises(RemoteRefused, match="certificate that does not verify") as caught:
            asking.has("/x")
        assert "ca_file" in caught.value.advice


def test_a_server_without_tls() -> None:
    with HttpFake(lambda _: Reply()).serving() as fake:
        asking = HttpClient(f"https://127.0.0.1:{fake.port}", {}, tls=ssl.create_default_context())
        with pytest.raises(RemoteUnavailable):
            asking.has("/x")
