"""The border to urllib3."""

import datetime as dt
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

from dunnage.errors import RemoteDamaged, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.gha import http as http_file
from dunnage.remote.gha.http import Http, host_of
from support.remotes.gha_service import GhaService


@contextmanager
def serving(answer: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """A server that does with each connection, once it was asked something, whatever it likes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                answer(connection, connection.recv(65_536))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x?sig=secret"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def sends(data: bytes) -> Callable[[socket.socket, bytes], None]:
    return lambda connection, _: connection.sendall(data)


def ask(url: str, environ: dict[str, str] | None = None) -> http_file.Answer:
    http = Http(environ or {})
    try:
        return http.ask("GET", url, headers={"Authorization": "secret"})
    finally:
        http.close()


def test_an_answer() -> None:
    with serving(sends(b"HTTP/1.1 201 Created\r\nX-Y: z\r\nContent-Length: 2\r\n\r\nok")) as url:
        answer = ask(url)
    assert (answer.status, answer.headers["x-y"], answer.body) == (201, "z", b"ok")


def test_no_redirect_takes_the_token_elsewhere() -> None:
    with serving(
        sends(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")
    ) as url:
        assert ask(url).status == 302


@pytest.mark.parametrize(
    "data", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
             b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"]
)  # fmt: skip
def test_whatever_breaks_off_is_unavailable(data: bytes) -> None:
    with serving(sends(data)) as url, pytest.raises(RemoteUnavailable) as caught:
        ask(url)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_an_answer_without_an_end() -> None:
    body = b"x" * (limits.GHA_ANSWER_BYTES_MAX + 1)
    with (
        serving(sends(b"HTTP/1.1 200 OK\r\n\r\n" + body)) as url,
        pytest.raises(RemoteDamaged, match="does not end"),
    ):
        ask(url)


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_file, "_TIMEOUT", urllib3.Timeout(connect=1, read=0.05))
    done = threading.Event()
    with serving(lambda *_: done.wait(20) and None) as url:
        with pytest.raises(RemoteUnavailable, match="does not answer in time"):
            ask(url)
        done.set()


def test_nobody_listens() -> None:
    with pytest.raises(RemoteUnavailable, match=r"127\.0\.0\.1 cannot be reached\."):
        ask("http://127.0.0.1:9/")
    with pytest.raises(RemoteUnavailable, match=r"does-not-exist\.invalid cannot be reached\."):
        ask("http://does-not-exist.invalid/")


def test_a_certificate_that_does_not_verify(tmp_path_factory: pytest.TempPathFactory) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path_factory))

    def shake_hands(connection: socket.socket, _: bytes) -> None:
        pass

    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        connection, _ = listener.accept()
        with connection, pytest.raises((ssl.SSLError, OSError)):
            context.wrap_socket(connection, server_side=True)

    thread = threading.Thread(target=work)
    thread.start()
    with pytest.raises(RemoteRefused, match="certificate of localhost does not verify"):
        ask(f"https://localhost:{listener.getsockname()[1]}/")
    thread.join()
    listener.close()


def _certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Key and certificate of an authority that nobody knows."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - dt.timedelta(1), now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(encoding))
    return str(path)


class _Proxy(BaseHTTPRequestHandler):
    seen: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("Proxy-Authorization", "")))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    seen: list[tuple[str, str]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Proxy", (_Proxy,), {"seen": seen}))
    thread = threading.Thread(target=lambda: server.serve_forever(0.02))
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_proxy_is_asked(proxy: tuple[str, list[tuple[str, str]]]) -> None:
    address, seen = proxy
    assert ask("http://somewhere.invalid/a", {"http_proxy": f"http://user:word@{address}"}).status == 204
    assert (
        ask("http://somewhere.invalid/b", {"HTTP_PROXY": address, "no_proxy": "elsewhere.invalid"}).status
        == 204
    )
    assert seen == [("http://somewhere.invalid/a", "Basic dXNlcjp3b3Jk"), ("http://somewhere.invalid/b", "")]


@pytest.mark.parametrize("words", ["somewhere.invalid", " .invalid , x", "*", "invalid:80"])
def test_what_no_proxy_names_is_asked_itself(proxy: tuple[str, list[tuple[str, str]]], words: str) -> None:
    address, seen = proxy
    with pytest.raises(RemoteUnavailable):
        ask("http://somewhere.invalid/", {"http_proxy": address, "NO_PROXY": words})
    assert seen == []


def test_a_proxy_that_is_down_or_none() -> None:
    with pytest.raises(RemoteUnavailable, match="through the proxy"):
        ask("http://somewhere.invalid/", {"http_proxy": "127.0.0.1:9"})
    with pytest.raises(RemoteRefused, match="no URL"):
        ask("http://somewhere.invalid/", {"http_proxy": "socks5://127.0.0.1:9"})


@pytest.mark.parametrize(
    "url", ["", "x", "file:///etc/passwd", "http://", "http://[::1/", "https://a/\n", "https://ä/"]
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(RemoteDamaged, match="URL that is none"):
        host_of(url)


def test_a_stream_is_broken_off_from_another_thread(fake: GhaService) -> None:
    release = threading.Event()

    def half(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
        release.wait(20)

    http = Http({})
    with serving(half) as url:
        with http.stream("GET", url, headers={}) as stream:
            pieces = stream.pieces()
            assert next(pieces) == b"first"
            threading.Timer(0.05, stream.abort).start()
            with pytest.raises(RemoteUnavailable):
                next(pieces)
            stream.abort()
        release.set()
    http.close()


def test_connections_are_kept(fake: GhaService) -> None:
    http = Http({})
    for _ in range(3):
        assert http.ask("GET", f"{fake.url}/nothing", headers={}).status == 404
    (pool,) = http._pools.values()
    assert pool.connection_from_url(fake.url).num_connections == 1
    http.close()


def test_paths_are_not_logged(fake: GhaService, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(f"{fake.url}/nothing?sig=secret")
    assert "secret" not in caplog.text
