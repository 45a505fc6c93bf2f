"""Requests: whatever a server does, it is an answer, an absence, or one of our errors with a sentence."""

import io
import socket
import threading

import pytest

from dunnage.errors import RemoteBusy, RemoteDamaged, RemoteError, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.http_client import HttpClient
from support.remotes.http_fake import Asked, HttpFake, Reply


def client(fake: HttpFake, path: str = "") -> HttpClient:
    return HttpClient(f"http://127.0.0.1:{fake.port}{path}", {"X-Own": "yes"})


def body_of(asking: HttpClient, path: str = "/x") -> bytes | None:
    with asking.get(path) as answer:
        return None if answer is None else b"".join(answer.pieces())


def test_one_connection_serves_many_requests() -> None:
    peers = set()

    def answer(asked: Asked) -> Reply:
        peers.add(threading.current_thread().ident)
        return (
            Reply(404, b"a long word of why " * 100) if asked.path == "/base/absent" else Reply(200, b"there")
        )

    with HttpFake(answer).serving() as fake:
        asking = client(fake, "/base")
        for _ in range(3):
            assert body_of(asking, "/absent") is None
            assert body_of(asking, "/there") == b"there"
            assert asking.has("/there")
            assert not asking.has("/absent")
            assert asking.put("/there", io.BytesIO(b"0123"), 3) == 200
        assert len(peers) == 1
        assert {asked.headers["x-own"] for asked in fake.asked} == {"yes"}
        assert fake.asked[-1].body == b"012"
        asking.close()


def test_an_answer_that_nobody_reads_to_its_end_does_no_harm() -> None:
    with HttpFake(lambda _: Reply(200, b"x" * 3_000_000)).serving() as fake:
        asking = client(fake)
        for _ in range(limits.REMOTE_CONNECTIONS_MAX + 1):
            with asking.get("/x") as answer:
                assert answer is not None
                assert next(answer.pieces())


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(403), RemoteRefused),
        (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), RemoteRefused),
        (Reply(429, headers={"Retry-After": "7"}), RemoteBusy),
        (Reply(500, b"x" * 1_000_000), RemoteUnavailable),
        (Reply(raw=b""), RemoteUnavailable),
        (Reply(raw=b"SSH-2.0-OpenSSH\r\n"), RemoteUnavailable),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\nxyz"), None),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nxyz"), RemoteDamaged),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nxy"), RemoteDamaged),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxy"), RemoteError),
        (Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n"), RemoteUnavailable),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n"), RemoteUnavailable),
    ],
)
def test_what_servers_do(reply: Reply, error: type[RemoteError] | None) -> None:
    with HttpFake(lambda _: reply).serving() as fake:
        asking = client(fake)
        if error is None:
            assert body_of(asking) == b"xyz"
            return
        with pytest.raises(error) as caught:
            body_of(asking)
        assert str(fake.port) in caught.value.message
        assert "urllib3" not in caught.value.message
        if isinstance(caught.value, RemoteBusy):
            assert caught.value.retry_after_s == 7


def test_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(RemoteUnavailable, match="Connection refused"):
            HttpClient(f"http://127.0.0.1:{bound.getsockname()[1]}", {}).has("/x")


def test_a_name_that_is_none() -> None:
    with pytest.raises(RemoteUnavailable, match="name that cannot be resolved"):
        HttpClient("http://cache.invalid", {}).has("/x")


def test_a_slow_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_REQUEST_TIMEOUT_S", 0.1)
    with HttpFake(lambda _: Reply()).serving() as fake:
        fake.knobs.wait = threading.Event()
        with pytest.raises(RemoteUnavailable, match="said nothing for"):
            client(fake).has("/x")


def test_a_server_that_is_slow_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_REQUEST_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asking = HttpClient(f"http://127.0.0.1:{listening.getsockname()[1]}", {})
        over = threading.Event()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
                over.wait(10)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(RemoteUnavailable, match="said nothing for"):
            body_of(asking)
        over.set()
        thread.join()


def test_a_server_that_drips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_TRANSFER_TIMEOUT_S", 0)
    fake = HttpFake(lambda _: Reply(200, b"x" * 3_000_000))
    with fake.serving(), pytest.raises(RemoteUnavailable, match="for one answer"):
        body_of(client(fake))


def test_a_file_that_is_too_short_breaks_the_request_off() -> None:
    with HttpFake(lambda _: Reply(201)).serving() as fake:
        asking = client(fake)
        with pytest.raises(RemoteDamaged, match="smaller"):
            asking.put("/x", io.BytesIO(b"abc"), 4)
        assert asking.put("/x", io.BytesIO(b"abc"), 3) == 201


def test_a_server_that_hangs_up_while_it_is_sent_something() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            connection.recv(10)
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(RemoteUnavailable):
            HttpClient(f"http://127.0.0.1:{listening.getsockname()[1]}", {}).put(
                "/x", io.BytesIO(bytes(20_000_000)), 20_000_000
            )
        thread.join()


def test_all_connections_are_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_CONNECTIONS_MAX", 2)
    with HttpFake(lambda _: Reply(200, b"x")).serving() as fake:
        asking = client(fake)
        fake.knobs.wait = threading.Event()
        done: list[bytes | None] = []
        threads = [threading.Thread(target=lambda: done.append(body_of(asking))) for _ in range(6)]
        for thread in threads:
            thread.start()
        fake.knobs.wait.set()
        for thread in threads:
            thread.join()
        assert done == [b"x"] * 6


def test_no_connection_becomes_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_CONNECTIONS_MAX", 1)
    with HttpFake(lambda _: Reply(200, b"x" * 3_000_000)).serving() as fake:
        asking = client(fake)
        monkeypatch.setattr("dunnage.remote.limits.REMOTE_REQUEST_TIMEOUT_S", 0.1)
        with asking.get("/x"), pytest.raises(RemoteUnavailable, match="ends none"):
            asking.has("/x")
        assert asking.has("/x")


def test_names_are_quoted() -> None:
    with HttpFake(lambda _: Reply(200)).serving() as fake:
        client(fake).has("/ü b?c")
        assert fake.asked[0].path == "/ü b?c"
