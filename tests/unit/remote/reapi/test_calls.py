"""Calls over a channel: what goes wrong is one of our errors, and a server that comes back is seen again."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
import trustme

from dunnage.errors import (
    BlobMissing,
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote import limits
from dunnage.remote.reapi.address import address_of
from dunnage.remote.reapi.calls import Calls
from dunnage.remote.reapi.messages import GetCapabilitiesRequest, ServerCapabilities, WriteRequest
from dunnage.remote.reapi.status import NotImplementedThere
from dunnage.remote.url import RemoteUrl
from support.remotes.reapi_protos import CLASSES, made
from support.remotes.reapi_server import Knobs, ReapiServer, Trouble, serving
from support.remotes.waiting import free_port, until_it_answers

CAPABILITIES = "/build.bazel.remote.execution.v2.Capabilities/GetCapabilities"


@pytest.fixture(scope="module")
def running() -> Iterator[ReapiServer]:
    with serving() as server:
        yield server


@pytest.fixture
def server(running: ReapiServer) -> ReapiServer:
    running.trouble.clear()
    running.instead.clear()
    running.knobs.header = ("", "")
    return running


def calls_to(url: str, **environ: str) -> Calls:
    return Calls(address_of(RemoteUrl.parse(url), environ))


def ask(calls: Calls) -> ServerCapabilities:
    return calls.unary(CAPABILITIES, GetCapabilitiesRequest(), ServerCapabilities)


def opened(server: ReapiServer, options: str = "", **environ: str) -> Calls:
    return calls_to(f"grpc://127.0.0.1:{server.port}{options}", **environ)


def test_an_answer(server: ReapiServer) -> None:
    calls = opened(server)
    assert ask(calls).cache_capabilities is not None
    calls.close()


def test_who_asks_is_said(server: ReapiServer) -> None:
    calls = opened(server)
    ask(calls)
    said = server.seen.metadata["build.bazel.remote.execution.v2.requestmetadata-bin"]
    assert CLASSES["RequestMetadata"].FromString(said).tool_details.tool_name == "dunnage"
    assert server.seen.metadata["user-agent"].startswith("dunnage/")
    calls.close()


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_every_code_is_an_error_of_ours(server: ReapiServer, code: grpc.StatusCode) -> None:
    server.trouble["GetCapabilities"] = Trouble(code, "because")
    calls = opened(server)
    with pytest.raises(RemoteError, match="because") as caught:
        ask(calls)
    assert f"grpc://127.0.0.1:{server.port}" in str(caught.value)
    calls.close()


def test_how_long_to_wait(server: ReapiServer) -> None:
    calls = opened(server)
    for code in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE):
        server.trouble["GetCapabilities"] = Trouble(code, "slow down", retry_s=1.5)
        with pytest.raises(RemoteBusy) as caught:
            ask(calls)
        assert caught.value.retry_after_s == 1.5
    server.trouble["GetCapabilities"] = Trouble(grpc.StatusCode.RESOURCE_EXHAUSTED)
    with pytest.raises(RemoteBusy) as caught:
        ask(calls)
    assert caught.value.retry_after_s is None
    calls.close()


@pytest.mark.parametrize("answer", [b"\xff" * 20, b"\x0a\x7f", b"<html>"])
def test_an_answer_that_is_none(server: ReapiServer, answer: bytes) -> None:
    server.instead["GetCapabilities"] = lambda request: answer
    calls = opened(server)
    with pytest.raises(RemoteDamaged):
        ask(calls)
    calls.close()


def test_an_answer_that_is_too_large(server: ReapiServer) -> None:
    server.instead["GetCapabilities"] = lambda request: bytes(limits.REAPI_MESSAGE_BYTES_MAX + 1)
    calls = opened(server)
    with pytest.raises(RemoteDamaged, match="how large"):
        ask(calls)
    calls.close()


def test_a_method_that_is_not_there(server: ReapiServer) -> None:
    calls = opened(server)
    with pytest.raises(NotImplementedThere):
        calls.raw("/no.such.Service/Method", GetCapabilitiesRequest())
    calls.close()


def test_secrets_that_a_server_repeats_are_not_shown(server: ReapiServer) -> None:
    server.trouble["GetCapabilities"] = Trouble(
        grpc.StatusCode.PERMISSION_DENIED, "token hush-hush of Bearer hush-hush, key very-quiet"
    )
    calls = opened(server, DUNNAGE_REAPI_TOKEN="hush-hush", DUNNAGE_REAPI_HEADERS="x-key: very-quiet")
    with pytest.raises(RemoteRefused) as caught:
        ask(calls)
    assert "hush" not in str(caught.value)
    assert "quiet" not in str(caught.value)
    calls.close()


def test_credentials_are_sent(server: ReapiServer) -> None:
    server.knobs.header = ("authorization", "Bearer right")
    wrong, right = opened(server, DUNNAGE_REAPI_TOKEN="wrong"), opened(server, DUNNAGE_REAPI_TOKEN="right")
    with pytest.raises(RemoteRefused, match="does not know us"):
        ask(wrong)
    ask(right)
    server.knobs.header = ("x-buildbuddy-api-key", "key")
    keyed = opened(server, DUNNAGE_REAPI_HEADERS="x-buildbuddy-api-key: key")
    ask(keyed)
    for calls in (wrong, right, keyed):
        calls.close()


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = calls_to(f"grpc://127.0.0.1:{free_port()}")
    with pytest.raises(RemoteUnavailable, match="cannot be reached"):
        ask(calls)
    calls.close()
    with socket.socket() as silent:  # takes connections, and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        calls = calls_to(f"grpc://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(RemoteUnavailable):
            ask(calls)
        assert time.monotonic() - began < limits.REMOTE_CONNECT_TIMEOUT_S + 2
        calls.close()
    calls = calls_to("grpc://no-such-host.invalid:1")
    with pytest.raises(RemoteUnavailable, match="name that cannot be resolved"):
        ask(calls)
    calls.close()


def test_a_server_that_is_too_slow(server: ReapiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMOTE_REQUEST_TIMEOUT_S", 0.2)
    server.held.clear()
    calls = opened(server)
    try:
        with pytest.raises(RemoteUnavailable, match="in time"):
            ask(calls)
        with pytest.raises(RemoteUnavailable, match="in time"):
            list(calls.read("blobs/x/1", 1))
        with pytest.raises(RemoteUnavailable, match="in time"):
            calls.write([WriteRequest("x", 0, True, b"x")], 1)
    finally:
        server.held.set()
    calls.close()


def test_a_server_that_comes_back() -> None:
    server = ReapiServer(Knobs())
    server.start()
    calls = opened(server)
    ask(calls)
    for _ in range(2):
        server.stop()
        with pytest.raises(RemoteUnavailable):
            ask(calls)
        with pytest.raises(RemoteUnavailable):
            ask(calls)
        server.start()
        began = time.monotonic()
        until_it_answers(lambda: ask(calls))
        assert time.monotonic() - began < 5
    calls.close()
    server.stop()


def test_closed_is_closed(server: ReapiServer) -> None:
    calls = opened(server)
    calls.close()
    calls.close()
    with pytest.raises(RemoteUnavailable, match="is closed"):
        ask(calls)
    calls = opened(server)
    server.instead["Read"] = lambda request: iter(lambda: made("ReadResponse", data=b"x" * 1000), None)
    pieces = calls.read("blobs/x/1", 1)
    assert next(pieces)
    calls.close()
    with pytest.raises(RemoteUnavailable):
        for _ in pieces:
            pass


def test_a_channel_that_was_closed_meanwhile(server: ReapiServer) -> None:
    calls = opened(server)
    ask(calls)
    assert calls._channel is not None
    calls._channel.close()  # between `_method` and the call
    with pytest.raises(RemoteUnavailable, match="is closed"):
        ask(calls)
    with pytest.raises(RemoteUnavailable, match="is closed"):
        list(calls.read("blobs/x/1", 1))
    with pytest.raises(RemoteUnavailable, match="is closed"):
        calls.write([WriteRequest("x", 0, True, b"x")], 1)


# --- streams --------------------------------------------------------------------------------------


def test_a_stream_that_is_left_is_broken_off(server: ReapiServer) -> None:
    left = []

    def endless(request: object) -> Iterator[object]:
        try:
            while True:
                yield made("ReadResponse", data=b"x" * 100_000)
        finally:
            left.append(True)

    server.instead["Read"] = endless
    calls = opened(server)
    pieces = calls.read("blobs/x/1", 1)
    next(pieces)
    pieces.close()
    until_it_answers(lambda: _true(left))
    calls.close()


def _true(found: list[bool]) -> None:
    if not found:
        raise RemoteUnavailable("not yet")


def test_what_goes_wrong_at_the_source_is_what_is_said(server: ReapiServer) -> None:
    def requests() -> Iterator[WriteRequest]:
        yield WriteRequest("uploads/x", 0, False, b"one")
        raise BlobMissing("It was trimmed meanwhile.")

    calls = opened(server)
    server.instead["Write"] = lambda requests: made("WriteResponse", committed_size=len(list(requests)))
    with pytest.raises(BlobMissing):
        calls.write(requests(), 10)

    def refuse(requests: Iterator[object]) -> object:
        list(requests)
        raise ValueError("that was not all")

    server.instead["Write"] = refuse
    with pytest.raises(BlobMissing):
        calls.write(requests(), 10)
    calls.close()


def test_a_server_may_have_enough_before_the_end(server: ReapiServer) -> None:
    server.instead["Write"] = lambda requests: made("WriteResponse", committed_size=len(next(requests).data))
    calls = opened(server)
    endless = iter(lambda: WriteRequest("uploads/x", 0, False, b"four"), None)
    assert calls.write(endless, 10) == 4
    calls.close()


# --- TLS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secured(authority: trustme.CA) -> Iterator[ReapiServer]:
    """A server that wants to see a certificate of the client."""
    own = authority.issue_cert("localhost")
    credentials = grpc.ssl_server_credentials(
        [(own.private_key_pem.bytes(), b"".join(each.bytes() for each in own.cert_chain_pems))],
        authority.cert_pem.bytes(), require_client_auth=True,
    )  # fmt: skip
    with serving(credentials=credentials) as server:
        yield server


def test_tls_with_a_certificate_of_ours(secured: ReapiServer, authority: trustme.CA, tmp_path: Path) -> None:
    ours = authority.issue_cert("client.example")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    ours.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    ours.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    files = f"ca_file={tmp_path}/ca.pem&cert_file={tmp_path}/cert.pem&key_file={tmp_path}/key.pem"
    calls = calls_to(f"grpcs://localhost:{secured.port}?{files}")
    ask(calls)
    calls.close()
    without = calls_to(f"grpcs://localhost:{secured.port}?ca_file={tmp_path}/ca.pem")
    with pytest.raises(RemoteUnavailable):
        ask(without)
    without.close()


def test_tls_that_does_not_verify(secured: ReapiServer, tmp_path: Path) -> None:
    stranger = trustme.CA()
    stranger.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for url in (
        f"grpcs://localhost:{secured.port}",
        f"grpcs://localhost:{secured.port}?ca_file={tmp_path}/ca.pem",
    ):
        calls = calls_to(url)
        with pytest.raises(RemoteRefused, match="does not verify") as caught:
            ask(calls)
        assert "ca_file" in caught.value.advice
        calls.close()


def test_a_server_without_tls(server: ReapiServer) -> None:
    calls = calls_to(f"grpcs://localhost:{server.port}")
    with pytest.raises(RemoteRefused, match="does not speak TLS"):
        ask(calls)
    calls.close()
