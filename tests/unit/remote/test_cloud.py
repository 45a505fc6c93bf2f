"""Objects in buckets: what servers may do to obstore, and with it to us. (And the conformance suite.)"""

import io
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from dunnage.errors import (
    ConfigError,
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote.cloud import first_of, is_on
from dunnage.remote.contract import Backend, Record
from dunnage.remote.registry import open_backend
from dunnage.remote.s3 import open_backend as open_s3
from dunnage.remote.url import RemoteUrl
from support.remotes import azure, gcs
from support.remotes.certificates import authority
from support.remotes.http_fake import Asked, HttpFake, Reply
from support.remotes.moto import KEY
from support.remotes.things import blob, fetched, name


def s3_url(fake: HttpFake, bucket: str = "bucket") -> str:
    return f"s3://{bucket}/pre/fix?endpoint=http://127.0.0.1:{fake.port}"


class Bucket:
    """As much of S3 as is needed here."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def answer(self, asked: Asked) -> Reply:
        if not asked.path.startswith("/bucket/"):
            return Reply(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        if asked.method == "PUT":
            self.objects[asked.path] = asked.body
        elif asked.path not in self.objects:
            return Reply(404, b"<Error><Code>NoSuchKey</Code></Error>")
        data = self.objects[asked.path] if asked.method != "PUT" else b""
        return Reply(200, data, {"ETag": '"x"', "Last-Modified": "Wed, 21 Oct 2026 07:28:10 GMT"})


class Cloud(NamedTuple):
    answer: Callable[[], Callable[[Asked], Reply]]
    url: Callable[..., str]
    environ: Mapping[str, str]


CLOUDS = {
    "s3": Cloud(lambda: Bucket().answer, s3_url, KEY),
    "azure": Cloud(lambda: azure.Azure().answer, azure.url_of, {"AZURE_STORAGE_KEY": azure.KEY}),
    "gcs": Cloud(lambda: gcs.Gcs().answer, gcs.url_of, {"CLOUDSDK_AUTH_ACCESS_TOKEN": gcs.TOKEN}),
}


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> Cloud:
    return CLOUDS[request.param]


@pytest.fixture
def fake(cloud: Cloud) -> Iterator[HttpFake]:
    with HttpFake(cloud.answer()).serving() as made:
        yield made


@pytest.fixture
def backend(cloud: Cloud, fake: HttpFake) -> Iterator[Backend]:
    opened = open_backend(cloud.url(fake), cloud.environ)
    yield opened
    opened.close()


def test_a_bucket_that_is_not_there(cloud: Cloud, fake: HttpFake) -> None:
    opened = open_backend(cloud.url(fake, "other"), cloud.environ)
    with pytest.raises(RemoteRefused, match="does not exist"):
        opened.check()
    with pytest.raises(RemoteRefused, match="does not exist"):
        opened.put_records([Record(name(), b"x")])
    with pytest.raises(RemoteRefused, match="does not exist"):
        opened.get_records([name()])


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(429, headers={"Retry-After": "7"}), RemoteBusy),
        (Reply(403), RemoteRefused),
        (Reply(401), RemoteRefused),
        (Reply(500), RemoteUnavailable),
        (Reply(507), RemoteFull),
        (Reply(raw=b""), RemoteUnavailable),
        (Reply(raw=b"SSH-2.0\r\n"), RemoteUnavailable),
    ],
)
def test_what_servers_do(backend: Backend, fake: HttpFake, reply: Reply, kind: type[RemoteError]) -> None:
    source = blob(b"data")
    fake.knobs.refusal = reply
    for ask in (
        backend.check,
        lambda: backend.get_records([name()]),
        lambda: backend.put_records([Record(name(), b"x")]),
        lambda: backend.missing([source.name]),
        lambda: fetched(backend, [source.name]),
        lambda: backend.put_blobs([source]),
    ):
        with pytest.raises(kind):
            ask()
    assert len(fake.asked) == 6, "nothing is retried"


def test_an_answer_that_is_cut_off(backend: Backend, fake: HttpFake) -> None:
    source, wanted = blob(b"data" * 1000), name()
    backend.put_blobs([source])
    backend.put_records([Record(wanted, b"body")])
    fake.knobs.cut = 5
    with pytest.raises(RemoteDamaged):
        fetched(backend, [source.name])
    with pytest.raises(RemoteDamaged):
        backend.get_records([wanted])


def test_a_slow_server(cloud: Cloud, fake: HttpFake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_REQUEST_TIMEOUT_S", 0.2)
    opened = open_backend(cloud.url(fake), cloud.environ)
    fake.knobs.wait = threading.Event()
    began = time.monotonic()
    with pytest.raises(RemoteUnavailable, match="said nothing"):
        opened.check()
    assert time.monotonic() - began < 5


def test_nobody_listens(cloud: Cloud, fake: HttpFake) -> None:
    url = cloud.url(fake).replace(f":{fake.port}", ":1")
    with pytest.raises(RemoteUnavailable, match="cannot be reached"):
        open_backend(url, cloud.environ).check()


@pytest.mark.parametrize("cloud", ["azure", "gcs"], indirect=True)  # S3's parts are seen with moto.
def test_a_large_object_is_whole_or_not_there(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = backend._objects  # type: ignore[attr-defined]
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_IN_MEMORY_BYTES_MAX", 1000)
    data = bytes(range(256)) * 80_000
    objects.put("v1/large", io.BytesIO(data), len(data))
    with objects.stream("v1/large") as pieces:
        assert b"".join(pieces) == data
    with pytest.raises(RemoteDamaged, match="smaller"):
        objects.put("v1/short", io.BytesIO(data), len(data) + 1)
    assert not objects.has("v1/short")


def test_whose_certificates_are_trusted(tmp_path: Path) -> None:
    trusted, shown = authority(tmp_path)
    with HttpFake(Bucket().answer, shown).serving() as fake:
        url = s3_url(fake).replace("http:", "https:")
        with pytest.raises(RemoteRefused, match="certificate"):
            open_s3(RemoteUrl.parse(url), KEY).check()
        open_s3(RemoteUrl.parse(f"{url}&ca_file={trusted}"), KEY).check()
        for no_file in ("/nonexistent", "/etc/hostname"):
            with pytest.raises(ConfigError):
                open_s3(RemoteUrl.parse(f"{url}&ca_file={no_file}"), KEY)


def test_switches() -> None:
    assert is_on(RemoteUrl.parse("s3://b?x=1"), "x")
    assert is_on(RemoteUrl.parse("s3://b?x=true"), "x")
    assert not is_on(RemoteUrl.parse("s3://b?x=0"), "x")
    assert not is_on(RemoteUrl.parse("s3://b"), "x")
    with pytest.raises(ConfigError):
        is_on(RemoteUrl.parse("s3://b?x=maybe"), "x")
    assert first_of({"B": "b", "A": ""}, "A", "B") == "b"
    assert first_of({}, "A") == ""
