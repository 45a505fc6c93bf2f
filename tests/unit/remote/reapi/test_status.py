"""Each status code is one of our errors, with one sentence."""

import pytest

from dunnage.errors import (
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote.reapi.messages import Detail, Duration, RetryInfo, Status
from dunnage.remote.reapi.protobuf import encode
from dunnage.remote.reapi.status import (
    DETAILS_KEY,
    PUSHBACK_KEY,
    NotImplementedThere,
    NotThere,
    error_of,
    error_of_blob,
    waits,
)

WHERE = "grpc://host:1/main"
RETRY = "type.googleapis.com/google.rpc.RetryInfo"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (1, RemoteUnavailable), (2, RemoteUnavailable), (3, RemoteRefused), (4, RemoteUnavailable), (5, NotThere),
        (6, RemoteRefused), (7, RemoteRefused), (8, RemoteBusy), (9, RemoteUnavailable), (10, RemoteUnavailable),
        (11, RemoteRefused), (12, NotImplementedThere), (13, RemoteUnavailable), (14, RemoteUnavailable),
        (15, RemoteDamaged), (16, RemoteRefused), (17, RemoteUnavailable), (-1, RemoteUnavailable),
    ],
)  # fmt: skip
def test_each_code(code: int, error: type[RemoteError]) -> None:
    found = error_of(WHERE, code, "")
    assert type(found) is error
    assert found.message.startswith(f"The remote {WHERE} ")
    assert found.message.endswith(".")


def test_what_a_server_says_is_shown_on_one_line_and_not_without_end() -> None:
    assert error_of(WHERE, 13, "one\n\x1b[31m two.").message.endswith("trouble of its own: one [31m two.")
    assert len(error_of(WHERE, 13, "x" * 100_000).message) < 300


def test_busy_says_how_long() -> None:
    busy = error_of(WHERE, 8, "slow down", 2.5)
    assert isinstance(busy, RemoteBusy)
    assert busy.retry_after_s == 2.5
    later = error_of(WHERE, 14, "later", 7.0)
    assert isinstance(later, RemoteBusy)
    assert later.retry_after_s == 7.0


def test_a_message_that_is_too_large_is_not_busy() -> None:
    assert isinstance(error_of(WHERE, 8, "CLIENT: Received message larger than max (5 vs. 4)"), RemoteDamaged)


def test_a_certificate_that_does_not_verify() -> None:
    refused = error_of(WHERE, 14, "Ssl handshake failed: CERTIFICATE_VERIFY_FAILED")
    assert isinstance(refused, RemoteRefused)
    assert "ca_file" in refused.advice


def test_a_blob_without_room() -> None:
    assert isinstance(error_of_blob(WHERE, Status(8, "quota"), stores=True), RemoteFull)
    assert isinstance(error_of_blob(WHERE, Status(8, "rate")), RemoteBusy)
    details = (Detail(RETRY, encode(RetryInfo(Duration(1)))),)
    assert isinstance(error_of_blob(WHERE, Status(8, "slowly", details), stores=True), RemoteBusy)
    assert isinstance(error_of_blob(WHERE, Status(13)), RemoteUnavailable)


def _status(retry: bytes) -> bytes:
    return encode(Status(8, "", (Detail("type.googleapis.com/other", b"x"), Detail(RETRY, retry))))


@pytest.mark.parametrize(
    ("trailers", "seconds"),
    [
        ([], None),
        ([("other", "1")], None),
        ([(DETAILS_KEY, _status(encode(RetryInfo(Duration(3, 500_000_000)))))], 3.5),
        ([(DETAILS_KEY, _status(encode(RetryInfo())))], 0.0),
        ([(DETAILS_KEY, _status(encode(RetryInfo(Duration(-5)))))], 0.0),
        ([(DETAILS_KEY, _status(encode(RetryInfo(Duration(2**62)))))], 86_400.0),
        ([(DETAILS_KEY, _status(b"\xff"))], None),
        ([(DETAILS_KEY, b"\xff"), (PUSHBACK_KEY, "1500")], 1.5),
        ([(DETAILS_KEY, "text")], None),
        ([(DETAILS_KEY, encode(Status(8)))], None),
        ([(PUSHBACK_KEY, "soon")], None),
        ([(PUSHBACK_KEY, "9" * 5000)], 86_400.0),
    ],
)
def test_how_long_to_wait(trailers: list[tuple[str, str | bytes]], seconds: float | None) -> None:
    assert waits(trailers) == seconds
