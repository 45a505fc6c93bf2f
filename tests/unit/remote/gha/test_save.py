"""Frames become packs, files become entries."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunnage.errors import RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.gha.azure import Expired
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.packs import Scanner
from dunnage.remote.gha.save import Frame, Uploader, build, divided
from dunnage.remote.gha.service import Service
from support.remotes.gha_service import GhaService
from support.remotes.pack_index import by_index
from support.remotes.things import name_of


def frames_in(file: BinaryIO, *texts: bytes) -> list[Frame]:
    frames = []
    for text in texts:
        frames.append(Frame(name_of(text), file, file.tell(), len(text)))
        file.write(text)
    file.flush()
    return frames


def test_a_pack_is_what_a_scanner_reads(tmp_path: Path) -> None:
    with (tmp_path / "frames").open("w+b") as file:
        one, two, three = frames_in(file, b"frame one", b"frame two", b"3")
        built = build([three, one, two])
    with built.file:
        data = os.pread(built.file.fileno(), built.size + 1, 0)
        assert len(data) == built.size
        scanner = Scanner()
        assert list(scanner.feed(data)) == built.objects
        scanner.end()
        texts = [data[each.offset : each.end] for each in built.objects]
        assert texts == [b"3", b"frame one", b"frame two"]
        assert by_index(data) == built.objects


def test_a_frame_that_cannot_be_read(tmp_path: Path) -> None:
    with (tmp_path / "frames").open("w+b") as file:
        frames = frames_in(file, b"frame")
    with pytest.raises(RemoteUnavailable, match="no room to make a pack"):
        build(frames)


def test_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*words: object, **more: object) -> BinaryIO:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(RemoteUnavailable, match="No space left on device"):
        build([])


def test_there_is_no_room_for_a_manifest(
    fake: GhaService, uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uploader.put_bytes("m/", b"data")
    assert fake.keys() == [key]

    def full(*words: object, **more: object) -> BinaryIO:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(RemoteUnavailable, match="No space left on device"):
        uploader.put_bytes("m/", b"data")


def sized(*lengths: int) -> list[Frame]:
    return [Frame(name_of(b"%d" % number), io.BytesIO(), 0, length) for number, length in enumerate(lengths)]


@pytest.mark.parametrize(
    "groups",
    [[], [[10]], [[50, 50]], [[60], [60, 60]], [[500]], [[40], [500], [40]], [[60], [60, 60], [60]],
     [[30] * 3, [30] * 2, [30] * 3]],
)  # fmt: skip
def test_groups(monkeypatch: pytest.MonkeyPatch, groups: list[list[int]]) -> None:
    monkeypatch.setattr(limits, "GHA_PACK_BYTES_MAX", 100)
    frames = sized(*(length for group in groups for length in group))
    assert [[frame.length for frame in group] for group in divided(frames)] == groups


@given(st.lists(st.integers(1, 1 << 29), max_size=40))
def test_groups_are_few_and_in_order(lengths: list[int]) -> None:
    frames = sized(*lengths)
    groups = divided(frames)
    assert [frame for group in groups for frame in group] == frames
    assert all(groups)
    assert len(groups) <= -(-sum(lengths) // limits.GHA_PACK_BYTES_MAX)


def test_groups_hold_so_many_blobs_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GHA_PACK_OBJECTS_MAX", 3)
    assert [len(group) for group in divided(sized(*[1] * 8))] == [3, 3, 2]


@pytest.fixture
def uploader(fake: GhaService) -> Iterator[Uploader]:
    http = Http({})
    yield Uploader(http, Service(http, fake.url, fake.environ()["ACTIONS_RUNTIME_TOKEN"], "0" * 64), "17-1")
    http.close()


def test_no_two_entries_have_one_name(fake: GhaService, uploader: Uploader, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"data")
    with (tmp_path / "data").open("rb") as file:
        keys = [uploader.put("p/", file, 4) for _ in range(3)]
    assert fake.keys() == keys
    assert all(key.startswith("p/17-1-") for key in keys)
    assert [key.rsplit("-", 1)[1] for key in keys] == ["1", "2", "3"]


def test_a_storage_that_refuses_every_url(fake: GhaService, uploader: Uploader, tmp_path: Path) -> None:
    fake.knobs.url_lifetime_s = -1
    (tmp_path / "data").write_bytes(b"data")
    with (tmp_path / "data").open("rb") as file, pytest.raises(Expired):
        uploader.put("p/", file, 4)
    assert fake.keys() == []
    assert len(fake.asked) == limits.GHA_NAMES_MAX
