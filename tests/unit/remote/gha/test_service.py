"""The three questions, and all answers."""

from collections.abc import Iterator

import pytest

from dunnage.errors import RemoteBusy, RemoteDamaged, RemoteError, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.gha.azure import upload
from dunnage.remote.gha.http import Answer, Http
from dunnage.remote.gha.service import Service, retry_after_s
from support.remotes.gha_jobs import Clock
from support.remotes.gha_service import GhaService

VERSION = "ab" * 32


@pytest.fixture
def http() -> Iterator[Http]:
    made = Http({})
    yield made
    made.close()


@pytest.fixture
def service(fake: GhaService, http: Http) -> Service:
    return Service(http, fake.url, fake.environ()["ACTIONS_RUNTIME_TOKEN"], VERSION, Clock())


def keep(service: Service, http: Http, key: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    url = service.reserve(key)
    assert url is not None
    path = tmp_path_factory.mktemp("entry") / "data"
    path.write_bytes(key.encode())
    with path.open("rb") as file:
        upload(http, url, file, len(key))
    service.finalize(key, len(key))


def test_an_entry_is_made_and_found(
    service: Service, http: Http, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert service.newest(["m/", "n/"]) is None
    assert service.exactly("n/1") is None
    keep(service, http, "n/1", tmp_path_factory)
    keep(service, http, "n/10", tmp_path_factory)
    assert (service.newest(["m/", "n/"]) or ("",))[0] == "n/10"
    assert (service.exactly("n/1") or "").startswith("http://")
    assert service.exactly("n/") is None, "another key only begins with it"
    assert service.reserve("n/1") is None
    assert service.requests == 10


def test_what_was_not_uploaded_is_not_finalized(service: Service) -> None:
    service.reserve("k")
    with pytest.raises(RemoteRefused, match=r"does not take a request \(400: size does not match"):
        service.finalize("k", 5)
    with pytest.raises(RemoteRefused, match=r"no cache service of version 2: cache entry not found"):
        service.finalize("other", 5)


class Scripted(Http):
    """Answers what it is told to."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__({})
        self.answers = list(answers)

    def ask(self, *words: object, **more: object) -> Answer:
        return self.answers.pop(0)


def answered(status: int, body: bytes = b"{}", **headers: str) -> Service:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Service(Scripted(Answer(status, named, body)), "https://host", "secret", VERSION, Clock())


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, b'{"code":"unauthenticated","msg":"who?"}', RemoteRefused, r"six hours: who\?"),
        (
            403,
            b'{"msg":"cache write denied: x."}',
            RemoteRefused,
            r"does not permit that: cache write denied: x\.",
        ),
        (403, b"<html>", RemoteRefused, r"does not permit that\."),
        (404, b"", RemoteRefused, "no cache service"),
        (400, b'{"msg":17}', RemoteRefused, r"\(400\)"),
        (500, b"", RemoteUnavailable, r"\(500\)"),
        (503, b'{"msg":"a\\u0000b secret"}', RemoteUnavailable, r"\(503: a b \*\*\*\)"),
        (302, b"", RemoteDamaged, r"\(302\)"),
        (200, b"[]", RemoteDamaged, "not understood"),
        (200, b"\xff", RemoteDamaged, "not understood"),
        (200, b"[" * 5000, RemoteDamaged, "not understood"),
        (200, b'{"ok":true}', RemoteDamaged, "without its URL"),
        (200, b'{"ok":true,"signed_upload_url":"ftp://x/y?sig=1"}', RemoteDamaged, "a URL that is none"),
        (200, b'{"ok":true,"signed_upload_url":"https://x/\\ny"}', RemoteDamaged, "a URL that is none"),
        (200, b'{"ok":false,"message":"full"}', RemoteRefused, "refuses to keep an entry: full"),
        (200, b"{}", RemoteRefused, "refuses to keep an entry"),
    ],
)
def test_answers_to_a_reservation(status: int, body: bytes, kind: type[RemoteError], said: str) -> None:
    with pytest.raises(kind, match=said) as caught:
        answered(status, body).reserve("k")
    assert "secret" not in str(caught.value)
    assert "sig=" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok":true}',
        b'{"ok":true,"matched_key":7}',
        b'{"ok":true,"matched_key":"m/1","signed_download_url":7}',
    ],
)
def test_half_an_answer_is_damage(body: bytes) -> None:
    with pytest.raises(RemoteDamaged, match="without its"):
        answered(200, body).newest(["m/"])


def test_taken_while_it_was_uploaded() -> None:
    with pytest.raises(RemoteRefused, match="was there before"):
        answered(409).finalize("k", 1)


def test_busy() -> None:
    clock = Clock()
    http = Scripted(
        Answer(429, {"Retry-After": "30"}, b'{"msg":"rate limit exceeded"}'),
        Answer(429, {}, b""),
        Answer(200, {}, b"{}"),
    )
    service = Service(http, "https://host", "secret", VERSION, clock)
    with pytest.raises(RemoteBusy, match=r"for 30 seconds: rate limit exceeded\."):
        service.exactly("k")
    clock.now_s += 29
    assert service.busy_s() == 1
    with pytest.raises(RemoteBusy, match="asked to be left alone") as caught:
        service.reserve("k")
    assert caught.value.retry_after_s == 1
    clock.now_s += 1
    with pytest.raises(RemoteBusy) as caught:
        service.exactly("k")
    assert caught.value.retry_after_s == limits.GHA_BUSY_S
    clock.now_s += limits.GHA_BUSY_S
    assert service.exactly("k") is None
    assert service.requests == 3


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, 5),
        ({"Retry-After": "12"}, 12),
        ({"Retry-After": "9" * 30}, limits.GHA_BUSY_S_MAX),
        ({"Retry-After": "soon"}, 5),
        ({"Retry-After": "-3"}, 5),
        ({"Retry-After": "Mon, 30 Nov 2026 10:01:30 GMT", "Date": "Mon, 30 Nov 2026 10:00:00 GMT"}, 90),
        ({"Retry-After": "Mon, 30 Nov 2026 10:01:30 GMT", "Date": "Mon, 30 Nov 2026 11:00:00 GMT"}, 0),
        ({"Retry-After": "Mon, 30 Nov 2026 10:01:30 GMT", "Date": "yesterday"}, 5),
        ({"Retry-After": "Mon, 30 Nov 2026 10:01:30 GMT", "Date": "Mon, 30 Nov 2026 10:00:00"}, 5),
    ],
)
def test_retry_after(headers: dict[str, str], wait_s: float) -> None:
    assert retry_after_s(headers, 5) == wait_s
