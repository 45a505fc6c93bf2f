"""A cache over HTTP: what programs of others ask, and what those that may not get."""

import base64
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage.daemon.offering import Offering
from dunnage.errors import StoreError
from support.remotes.machines import Machine, machine

TOKEN = "a token of sixteen"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BASIC = {"Authorization": "Basic " + base64.b64encode(f"anybody:{TOKEN}".encode()).decode()}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path) as made:
        yield made


@pytest.fixture
def offering(here: Machine) -> Iterator[Offering]:
    made = Offering(("127.0.0.1", 0), TOKEN, lambda: here.engine.offered, writes=True)
    yield made
    made.close()


def ask(
    offering: Offering,
    method: str,
    name: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(offering.url.removeprefix("http://"), timeout=60)
    try:
        connection.request(method, name, body, BEARER if headers is None else headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("headers", [BEARER, BASIC], ids=["bearer", "basic"])
def test_get_and_put(offering: Offering, headers: dict[str, str]) -> None:
    assert ask(offering, "GET", "/ac/1", headers=headers) == (404, b"")
    assert ask(offering, "PUT", "/ac/1", b"one", headers) == (201, b"")
    assert ask(offering, "GET", "/ac/1", headers=headers) == (200, b"one")
    assert ask(offering, "HEAD", "/ac/1", headers=headers) == (200, b"")
    assert ask(offering, "HEAD", "/ac/2", headers=headers)[0] == 404


def test_one_connection_for_many(offering: Offering) -> None:
    connection = http.client.HTTPConnection(offering.url.removeprefix("http://"), timeout=60)
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
def test_without_the_token_nothing(offering: Offering, method: str, headers: dict[str, str]) -> None:
    assert ask(offering, "PUT", "/ac/1", b"secret")[0] == 201
    assert ask(offering, method, "/ac/1", b"evil" if method == "PUT" else None, headers) == (401, b"")
    assert ask(offering, "GET", "/ac/1") == (200, b"secret")


def test_webdav(offering: Offering) -> None:
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
    offering = Offering(("127.0.0.1", 0), TOKEN, lambda: here.engine.offered, writes=False)
    assert ask(offering, "PUT", "/ac/1", b"one")[0] == 403
    assert ask(offering, "GET", "/ac/1")[0] == 404
    offering.close()


def test_odd_requests(offering: Offering) -> None:
    assert ask(offering, "GET", "/" + "x" * 2000)[0] == 414
    assert ask(offering, "PUT", "/ac/1", headers=BEARER | {"Content-Length": "99999999999999"})[0] == 413
    assert ask(offering, "PUT", "/ac/1", headers=BEARER | {"Content-Length": "-1"})[0] == 411
    assert ask(offering, "GET", "/ac/1", headers=BEARER | {"Content-Length": "x"})[0] == 400
    assert ask(offering, "GET", "/ac/1")[0] == 404


def test_a_body_that_ends_too_early_is_not_kept(offering: Offering) -> None:
    connection = http.client.HTTPConnection(offering.url.removeprefix("http://"), timeout=60)
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
    def offered() -> None:
        raise StoreError("There is none.")

    offering = Offering(("127.0.0.1", 0), TOKEN, offered, writes=True)  # type: ignore[arg-type]
    assert ask(offering, "GET", "/ac/1")[0] == 503
    offering.close()
