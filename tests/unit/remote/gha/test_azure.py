"""Uploads and downloads by signed URLs."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dunnage.errors import (
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote import limits
from dunnage.remote.gha import azure
from dunnage.remote.gha.azure import Address, Download, Expired, Gone, Window, failure, fetch, upload
from dunnage.remote.gha.http import Answer, Http
from support.remotes.gha_service import GhaService


@pytest.fixture
def http() -> Iterator[Http]:
    made = Http({})
    yield made
    made.close()


def url_of(fake: GhaService, number: int = 1, permission: str = "r", lifetime_s: float = 600) -> str:
    return (
        f"{fake.url}/account/actions-cache/blob-{number}?{fake.storage.query(number, permission, lifetime_s)}"
    )


def stored(fake: GhaService, data: bytes) -> Address:
    fake.storage.path(1).write_bytes(data)
    fake.storage.sizes[1] = len(data)
    return Address(lambda: url_of(fake))


def uploaded(fake: GhaService, http: Http, tmp_path: Path, data: bytes) -> bytes:
    path = tmp_path / "data"
    path.write_bytes(data + b"not this")
    with path.open("rb") as file:
        upload(http, url_of(fake, permission="cw"), file, len(data))
    return fake.storage.path(1).read_bytes()


@pytest.mark.parametrize("size", [0, 1, 1000, 1001, 5000])
def test_small_ones_are_put_and_large_ones_in_blocks(
    fake: GhaService, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(limits, "GHA_PUT_BYTES_MAX", 1000)
    monkeypatch.setattr(limits, "GHA_BLOCK_BYTES", 300)
    data = os.urandom(size)
    assert uploaded(fake, http, tmp_path, data) == data
    what = [what for _, what in fake.fetched]
    blocks = -(-size // 300)
    assert what == ["blob"] if size <= 1000 else sorted(what) == [*["block"] * blocks, "blocklist"]


@pytest.mark.parametrize("largest", [1 << 20, 100], ids=["put", "blocks"])
def test_one_chance_failure_is_forgiven(
    fake: GhaService, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest: int
) -> None:
    monkeypatch.setattr(limits, "GHA_PUT_BYTES_MAX", largest)
    fake.knobs.storage_status = lambda verb, count: 500 if count == 0 else None
    assert uploaded(fake, http, tmp_path, b"x" * 500) == b"x" * 500
    fake.knobs.storage_status = lambda verb, count: 500
    with pytest.raises(RemoteUnavailable, match=r"trouble of its own \(500\)"):
        uploaded(fake, http, tmp_path, b"x" * 500)


def test_an_upload_by_an_expired_url(fake: GhaService, http: Http, tmp_path: Path) -> None:
    with (tmp_path / "data").open("w+b") as file, pytest.raises(Expired):
        upload(http, url_of(fake, permission="cw", lifetime_s=-1), file, 0)
    assert len(fake.fetched) == 1


def test_a_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"0123456789")
    with (tmp_path / "data").open("rb") as file:
        window = Window(file, 2, 5)
        assert (window.read(2), window.read(), window.read()) == (b"23", b"456", b"")
        assert list(Window(file, 8, 10).pieces()) == [b"89"]


def test_a_download(fake: GhaService, http: Http) -> None:
    data = os.urandom(200_000)
    download = Download(http, stored(fake, data))
    assert b"".join(download.pieces()) == data
    assert b"".join(download.pieces(150_000)) == data[150_000:]
    assert b"".join(download.pieces(100, 50)) == data[100:150]
    assert list(download.pieces(100, 0)) == []
    assert fetch(http, stored(fake, data), len(data)) == data
    with pytest.raises(RemoteDamaged, match="larger than it may be"):
        fetch(http, stored(fake, data), len(data) - 1)


def test_it_goes_on_where_it_broke(fake: GhaService, http: Http) -> None:
    data = os.urandom(10_000)
    fake.knobs.truncate = lambda count: 3000 if count < 3 else None
    assert b"".join(Download(http, stored(fake, data)).pieces(10, 9900)) == data[10:9910]
    assert [what for _, what in fake.fetched] == [f"bytes={at}-9909" for at in (10, 3010, 6010, 9010)]
    fake.knobs.truncate = lambda count: 3
    with pytest.raises(RemoteUnavailable):
        list(Download(http, stored(fake, data)).pieces())


@pytest.mark.parametrize(("start", "length"), [(10, 5), (8, 5), (11, None)])
def test_less_than_was_asked_for(fake: GhaService, http: Http, start: int, length: int | None) -> None:
    with pytest.raises(RemoteDamaged, match="less than was asked for"):
        list(Download(http, stored(fake, b"0123456789")).pieces(start, length))


def test_gone(fake: GhaService, http: Http) -> None:
    with pytest.raises(Gone):
        list(Download(http, Address(lambda: url_of(fake, 99))).pieces())
    with pytest.raises(Gone):
        list(Download(http, Address(lambda: None)).pieces())


def test_an_address_is_renewed_each_time_that_it_expires() -> None:
    given = iter("bcd")
    address = Address(lambda: next(given), "a")
    assert address.url() == "a"
    assert address.renew("a") == "b"
    assert address.renew("a") == "b", "somebody else was faster"
    with pytest.raises(Expired):
        address.renew("b")
    address.worked()
    assert address.renew("b") == "c"
    assert address.url() == "c"


def test_an_expired_url_is_renewed(fake: GhaService, http: Http) -> None:
    stored(fake, b"data")
    given = iter((-1, 600, -1, -1))
    address = Address(lambda: url_of(fake, lifetime_s=next(given)))
    assert b"".join(Download(http, address).pieces()) == b"data"
    with pytest.raises(Expired):
        list(Download(http, Address(lambda: url_of(fake, lifetime_s=next(given)))).pieces())


def test_it_can_be_aborted(fake: GhaService, http: Http) -> None:
    download = Download(http, stored(fake, os.urandom(500_000)))
    pieces = download.pieces()
    next(pieces)
    download.abort()
    with pytest.raises(RemoteUnavailable):
        list(pieces)
    with pytest.raises(RemoteUnavailable):
        list(download.pieces())
    assert len(fake.fetched) <= 2 + limits.GHA_RESUMES_MAX


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (401, {}, Expired), (403, {}, Expired), (404, {}, Gone), (429, {"Retry-After": "3"}, RemoteBusy),
        (503, {"Retry-After": "3"}, RemoteBusy), (503, {}, RemoteUnavailable), (413, {}, RemoteFull),
        (507, {}, RemoteFull), (400, {}, RemoteRefused), (302, {}, RemoteDamaged),
    ],
)  # fmt: skip
def test_failures(status: int, headers: dict[str, str], kind: type[RemoteError]) -> None:
    error = failure("host", Answer(status, headers, b""))
    assert type(error) is kind
    if isinstance(error, RemoteBusy):
        assert error.retry_after_s == 3


class _Odd(Http):
    """Gives one answer with odd headers."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes = b"0123") -> None:
        super().__init__({})
        self._odd = azure.Stream.__new__(azure.Stream)
        self._odd.status, self._odd.headers = status, headers
        self._odd.pieces = lambda: iter([body])  # type: ignore[method-assign]

    def stream(self, *words: object, **more: object) -> "_Odd":  # type: ignore[override]
        return self

    def __enter__(self) -> azure.Stream:
        return self._odd

    def __exit__(self, *words: object) -> None:
        pass


@pytest.mark.parametrize(
    ("read", "status", "headers", "said"),
    [
        (lambda it: it.pieces(), 200, {}, "does not say how much"),
        (lambda it: it.pieces(), 200, {"Content-Length": "x"}, "does not say how much"),
        (lambda it: it.pieces(), 200, {"Content-Length": "3"}, "more than it promised"),
        (lambda it: it.pieces(), 206, {"Content-Length": "4"}, "a part"),
        (lambda it: it.pieces(5), 200, {"Content-Length": "4"}, "another part"),
        (
            lambda it: it.pieces(5),
            206,
            {"Content-Length": "4", "Content-Range": "bytes 0-3/9"},
            "another part",
        ),
        (
            lambda it: it.pieces(5, 9),
            206,
            {"Content-Length": "4", "Content-Range": "bytes 5-8/9"},
            "less than",
        ),
    ],
)
def test_answers_that_lie(
    read: Callable[[Download], Iterator[bytes]], status: int, headers: dict[str, str], said: str
) -> None:
    with pytest.raises(RemoteDamaged, match=said):
        list(read(Download(_Odd(status, headers), Address(lambda: "https://host/x"))))
