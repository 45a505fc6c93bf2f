"""A cache over HTTP: what programs of others ask, and what those that may not get."""

import base64
import http.client
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dunnage.daemon.offering import speak_http
from dunnage.daemon.serving import Serving
from dunnage.engine.offered import Offered
from dunnage.errors import StoreError
from support.remotes.machines import Machine, machine

TOKEN = "a token of sixteen"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BASIC = {"Authorization": "Basic " + base64.b64encode(f"anybody:{TOKEN}".encode()).decode()}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path) as made:
        yield made


def offer(offered: Callable[[], Offered], *, writes: bool) -> Serving:
    """HTTP at a port."""
    return Serving(socket.create_server(("127.0.0.1", 0)), speak_http(TOKEN, offered, writes=writes))


def address(offering: Serving) -> str:
    """Where it is."""
    host, port = offering.address  # type: ignore[misc]
    return f"{host}:{port}"


@pytest.fixture
def offering(here: Machine) -> Iterator[Serving]:
    made = offer(lambda: here.engine.offered, writes=True)
    yield made
    made.close()


def ask(
    offering: Serving,
    method: str,
    name: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address(offering), timeout=60)
    try:
        connection.request(method, name, body, BEARER if headers is None else headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("headers", [BEARER, BASIC], ids=["bearer", "basic"])
def test_get_and_put(offering: Serving, headers: dict[str, str]) -> None:
    assert ask(offering, "GET", "/ac/1", headers=headers) == (404, b"")
    assert ask(offering, "PUT", "/ac/1", b"one", headers) == (201, b"")
    assert ask(offering, "GET", "/ac/1", headers=headers) == (200, b"one")
    assert ask(offering, "HEAD", "/ac/1", headers=headers) == (200, b"")
    assert ask(offering, "HEAD", "/ac/2", headers=headers)[0] == 404


def test_one_connection_for_many(offering: Serving) -> None:
    connection = http.client.HTTPConnection(address(offering), timeout=60)
    for number in range(20):
        connection.request("PUT", f"/cas/{number}", b"x" * number * 100_000, BEARER)
        assert connection.getresponse().read() == b""
        connection.request("GET", f"/cas/{number}", headers=BEARER)
        assert connection.getresponse().read() == b"x" * number * 100_000
    connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Authorization": "Bearer"}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN},
        {"Authorization": "Basic !"}, {"Authorization": "Basic " + base64.b64encode(TOKEN.encode()).decode()},
        {"Authorization": f"Digest {TOKEN}"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "PUT", "PROPFIND", "OPTIONS"])
def test_without_the_token_nothing(offering: Serving, method: str, headers: dict[str, str]) -> None:
    assert ask(offering, "PUT", "/ac/1", b"secret")[0] == 201
    assert ask(offering, method, "/ac/1", b"evil" if method == "PUT" else None, headers) == (401, b"")
    assert ask(offering, "GET", "/ac/1") == (200, b"secret")


def test_webdav(offering: Serving) -> None:
    assert ask(offering, "PUT", "/a/b%20c", b"12345")[0] == 201
    status, body = ask(offering, "PROPFIND", "/a/b%20c")
    assert status == 207
    assert b"<D:getcontentlength>5</D:getcontentlength>" in body
    assert b"<D:href>/a/b%20c</D:href>" in body
    assert ask(offering, "PROPFIND", "/a/none")[0] == 404
    assert b"<D:collection/>" in ask(offering, "PROPFIND", "/a/", b"<propfind/>")[1]
    assert ask(offering, "MKCOL", "/x/")[0] == 201
    assert ask(offering, "OPTIONS", "/")[0] == 200
    assert ask(offering, "DELETE", "/a/b%20c")[0] == 501


def test_read_only(here: Machine) -> None:
    offering = offer(lambda: here.engine.offered, writes=False)
    assert ask(offering, "PUT", "/ac/1", b"one")[0] == 403
    assert ask(offering, "GET", "/ac/1")[0] == 404
    offering.close()


def test_odd_requests(offering: Serving) -> None:
    assert ask(offering, "GET", "/" + "x" * 2000)[0] == 414
    assert ask(offering, "PUT", "/ac/1", headers=BEARER | {"Content-Length": "99999999999999"})[0] == 413
    assert ask(offering, "PUT", "/ac/1", headers=BEARER | {"Content-Length": "-1"})[0] == 411
    assert ask(offering, "GET", "/ac/1", headers=BEARER | {"Content-Length": "x"})[0] == 400
    assert ask(offering, "GET", "/ac/1")[0] == 404


def test_a_body_that_ends_too_early_is_not_kept(offering: Serving) -> None:
    connection = http.client.HTTPConnection(address(offering), timeout=60)
    connection.putrequest("PUT", "/ac/1")
    for name, value in (BEARER | {"Content-Length": "100"}).items():
        connection.putheader(name, value)
    connection.endheaders(b"only this")
    assert connection.sock is not None
    connection.sock.shutdown(1)
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()
    assert ask(offering, "GET", "/ac/1")[0] == 404


def test_without_a_store_it_says_so() -> None:
    def offered() -> Offered:
        raise StoreError("There is none.")

    offering = offer(offered, writes=True)
    assert ask(offering, "GET", "/ac/1")[0] == 503
    offering.close()


def test_over_a_unix_socket(here: Machine) -> None:
    """As it comes out of a container."""
    ours, theirs = socket.socketpair()
    serve = speak_http(TOKEN, lambda: here.engine.offered, writes=True)
    with theirs:
        theirs.sendall(
            f"PUT /a HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 1\r\n\r\nx".encode()
        )
        theirs.sendall(f"GET /a HTTP/1.0\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
        serve(ours)
        ours.close()
        said = b"".join(iter(lambda: theirs.recv(65536), b""))
    assert said.startswith(b"HTTP/1.1 201")
    assert said.endswith(b"\r\n\r\nx")


def test_who_hangs_up_is_no_trouble(here: Machine) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        speak_http(TOKEN, lambda: here.engine.offered, writes=True)(ours)
