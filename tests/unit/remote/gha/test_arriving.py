"""One pack on its way."""

import io
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

import pytest
import zstandard

from dunnage.errors import RemoteDamaged, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.gha import packs
from dunnage.remote.gha.arriving import Arriving
from dunnage.remote.gha.azure import Address
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.manifest import Pack, Where
from dunnage.remote.gha.packs import Packed
from support.remotes.gha_jobs import Gate
from support.remotes.gha_service import GhaService
from support.remotes.things import name_of

TEXTS = [bytes([letter]) * 100 + bytes(range(256)) * 1000 for letter in b"abc"]


class Stored:
    """A pack in the storage of a fake."""

    def __init__(self, fake: GhaService, texts: list[bytes] = TEXTS) -> None:
        self._fake = fake
        self.http = Http({})
        self.where: dict[bytes, Where] = {}
        self.objects: list[Packed] = []
        file = io.BytesIO()
        file.write(packs.head())
        for text in texts:
            frame = zstandard.ZstdCompressor(level=0).compress(text) if len(text) < 50_000 else _stored(text)
            file.write(packs.header(name_of(text), len(frame)))
            self.objects.append(Packed(name_of(text), file.tell(), len(frame)))
            self.where[text] = Where("p", file.tell(), len(frame))
            file.write(frame)
        file.write(packs.ending(self.objects, file.tell()))
        self.put(file.getvalue())

    def put(self, data: bytes) -> None:
        self.data = data
        self._fake.storage.path(1).write_bytes(data)
        self._fake.storage.sizes[1] = len(data)

    def arriving(self, size: int | None = None) -> Arriving:
        address = Address(
            lambda: f"{self._fake.url}/account/actions-cache/blob-1?{self._fake.storage.query(1, 'r', 60)}"
        )
        return Arriving(Pack("p", len(self.data) if size is None else size, 1), address, self.http)

    def got(self, arriving: Arriving, text: bytes, wait_s: float = 20) -> bytes | None:
        target = io.BytesIO()
        where = self.where.get(text, Where("p", 0, 1))
        return (
            target.getvalue()
            if arriving.get(name_of(text), where, target, time.monotonic() + wait_s)
            else None
        )


def _stored(text: bytes) -> bytes:
    """A frame that is as long as what is in it, so that bytes on the way can be counted."""
    raw = [text[at : at + 100_000] for at in range(0, len(text), 100_000)]
    blocks = b"".join(
        ((len(each) << 3) | (number == len(raw) - 1)).to_bytes(3, "little") + each
        for number, each in enumerate(raw)
    )
    # Magic, then a descriptor: eight bytes of content size, a window of 8 MiB.
    return b"\x28\xb5\x2f\xfd" + b"\xc0" + bytes([13 << 3]) + len(text).to_bytes(8, "little") + blocks


@pytest.fixture
def stored(fake: GhaService) -> Iterator[Stored]:
    made = Stored(fake)
    yield made
    made.http.close()


def test_frames_of_the_test_are_frames() -> None:
    assert zstandard.ZstdDecompressor().decompress(_stored(TEXTS[0])) == TEXTS[0]


def test_it_arrives(stored: Stored) -> None:
    arriving = stored.arriving()
    assert (arriving.state, arriving.frame(name_of(TEXTS[0]))) == ("waiting", None)
    arriving.run()
    assert (arriving.state, arriving.attempts) == ("there", 1)
    assert [stored.got(arriving, text) for text in TEXTS] == TEXTS
    assert stored.got(arriving, b"not in it") is None
    found = arriving.frame(name_of(TEXTS[1]))
    assert found is not None
    assert found[1] == stored.objects[1]
    arriving.close()
    with pytest.raises(RemoteUnavailable, match="closed"):
        stored.got(arriving, TEXTS[0])
    arriving.run()
    assert arriving.attempts == 1, "nothing is fetched for nobody"


def test_each_blob_can_be_had_when_it_has_arrived(fake: GhaService, stored: Stored) -> None:
    fake.knobs.garble = gate = Gate(stored.objects[0].end + 65_536)
    arriving = stored.arriving()
    thread = threading.Thread(target=arriving.run)
    thread.start()
    assert stored.got(arriving, TEXTS[0]) == TEXTS[0]
    assert arriving.state == "coming"
    with pytest.raises(RemoteUnavailable, match="did not arrive"):
        stored.got(arriving, TEXTS[2], wait_s=0.05)
    gate.open()
    assert stored.got(arriving, TEXTS[2]) == TEXTS[2]
    thread.join()
    arriving.close()


def test_a_blob_far_ahead_is_fetched_on_its_own(
    fake: GhaService, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(limits, "GHA_JUMP_BYTES", 1000)
    first: list[threading.Thread] = []

    def hold(data: bytes) -> bytes:
        first.append(threading.current_thread())
        if threading.current_thread() is first[0]:
            release.wait(20)
        return data

    fake.knobs.garble = hold
    arriving = stored.arriving()
    thread = threading.Thread(target=arriving.run)
    thread.start()
    while not first:
        thread.join(0.005)
    assert stored.got(arriving, TEXTS[2]) == TEXTS[2]
    assert (
        fake.fetched[1][1]
        == f"bytes={stored.objects[2].offset - packs.HEADER_BYTES}-{stored.objects[2].end - 1}"
    )

    lying = stored.where | {TEXTS[1]: Where("p", stored.objects[1].offset + 8, stored.objects[1].length)}
    stored.where, there = lying, stored.where
    with pytest.raises(RemoteUnavailable, match="did not arrive"):
        stored.got(arriving, TEXTS[1], wait_s=0.1)
    stored.where = there | {TEXTS[1]: Where("p", 1 << 40, 10)}
    with pytest.raises(RemoteUnavailable, match="did not arrive"):
        stored.got(arriving, TEXTS[1], wait_s=0.1)
    release.set()
    thread.join()
    assert stored.got(arriving, TEXTS[1]) == TEXTS[1], "by what the pack itself says"
    arriving.close()


def test_one_that_is_cut_has_what_came_whole(stored: Stored) -> None:
    stored.put(stored.data[: stored.objects[1].end + 10])
    arriving = stored.arriving()
    arriving.run()
    assert arriving.state == "damaged"
    assert [stored.got(arriving, text) for text in TEXTS] == [TEXTS[0], TEXTS[1], None]
    arriving.close()


def test_one_that_is_larger_than_its_manifest_says(stored: Stored) -> None:
    arriving = stored.arriving(size=len(stored.data) - 1)
    arriving.run()
    assert arriving.state == "damaged"
    arriving.close()


def test_one_that_is_something_else(stored: Stored) -> None:
    stored.put(b"<html>" * 100)
    arriving = stored.arriving()
    arriving.run()
    assert arriving.state == "damaged"
    assert stored.got(arriving, TEXTS[0]) is None
    arriving.close()


def test_a_frame_that_is_none(stored: Stored) -> None:
    at = stored.objects[1].offset
    stored.put(stored.data[:at] + b"\0" * 10 + stored.data[at + 10 :])
    arriving = stored.arriving()
    arriving.run()
    assert arriving.state == "there"
    with pytest.raises(RemoteDamaged):
        stored.got(arriving, TEXTS[1])
    assert stored.got(arriving, TEXTS[2]) == TEXTS[2]
    arriving.close()


def test_a_blob_of_another_digest(stored: Stored) -> None:
    at = stored.objects[1].offset + 1000
    stored.put(stored.data[:at] + bytes([stored.data[at] ^ 1]) + stored.data[at + 1 :])
    arriving = stored.arriving()
    arriving.run()
    assert arriving.state == "there"
    with pytest.raises(RemoteDamaged, match="another digest"):
        stored.got(arriving, TEXTS[1])
    arriving.close()


def test_one_that_is_gone(fake: GhaService, stored: Stored) -> None:
    fake.storage.remove(1)
    arriving = stored.arriving()
    arriving.run()
    assert arriving.state == "gone"
    assert stored.got(arriving, TEXTS[0]) is None
    arriving.close()


def test_one_that_failed_goes_on_where_it_was(fake: GhaService, stored: Stored) -> None:
    cut = stored.objects[0].end + 10
    fake.knobs.truncate = lambda count: cut if count == 0 else 0
    arriving = stored.arriving()
    arriving.run()
    assert arriving.state == "failed"
    assert stored.got(arriving, TEXTS[0]) == TEXTS[0]
    with pytest.raises(RemoteUnavailable):
        stored.got(arriving, TEXTS[1])
    fake.knobs.truncate = lambda count: None
    fake.fetched.clear()
    arriving.run()
    assert fake.fetched == [("GET", f"bytes={cut}-")]
    assert (arriving.state, arriving.attempts) == ("there", 2)
    assert stored.got(arriving, TEXTS[1]) == TEXTS[1]
    arriving.close()


def test_there_is_no_room(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*words: object, **more: object) -> BinaryIO:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    arriving = stored.arriving()
    arriving.run()
    with pytest.raises(RemoteUnavailable, match="No space left on device"):
        stored.got(arriving, TEXTS[0])


def test_a_disk_that_is_full_for_a_while(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115

    class Filling:
        """Takes half of its third piece, and no more until there is room again."""

        def __init__(self) -> None:
            self.left = 150_000

        def write(self, data: memoryview) -> int:
            if not self.left:
                raise OSError(28, "No space left on device")
            taken = made.write(data[: self.left])
            self.left -= taken
            return taken

        def __getattr__(self, name: str) -> object:
            return getattr(made, name)

    filling = Filling()
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **words: filling)
    arriving = stored.arriving()
    arriving.run()
    assert arriving.state == "failed"
    filling.left = 1 << 30
    assert arriving.restarted()
    arriving.run()
    assert [stored.got(arriving, text) for text in TEXTS] == TEXTS
    arriving.close()


def test_it_is_closed_under_its_stream(fake: GhaService, stored: Stored) -> None:
    fake.knobs.garble = gate = Gate(1000)
    arriving = stored.arriving()
    thread = threading.Thread(target=arriving.run)
    thread.start()
    while arriving._download._stream is None:
        thread.join(0.005)
    arriving.close()
    thread.join(20)
    assert not thread.is_alive()
    assert arriving.state == "failed"
    gate.open()


def test_nobody_is_cut_short_when_it_retires(fake: GhaService, stored: Stored) -> None:
    fake.knobs.garble = gate = Gate(0)
    arriving = stored.arriving()
    stream = threading.Thread(target=arriving.run)
    stream.start()
    found: list[bytes | None] = []
    reader = threading.Thread(target=lambda: found.append(stored.got(arriving, TEXTS[2])))
    reader.start()
    while not arriving._readers:
        reader.join(0.005)
    arriving.retire()
    gate.open()
    reader.join(20)
    stream.join(20)
    assert found == [TEXTS[2]]
    assert stored.got(arriving, TEXTS[2]) is None, "it is elsewhere by now"
    idle = stored.arriving()
    idle.run()
    idle.retire()
    assert stored.got(idle, TEXTS[0]) is None
    assert not idle.restarted()


def test_one_of_our_own_need_not_arrive(stored: Stored) -> None:
    file = tempfile.TemporaryFile()  # noqa: SIM115
    file.write(stored.data)
    file.flush()
    arriving = stored.arriving().own(file, stored.objects)
    assert stored.got(arriving, TEXTS[2], wait_s=0) == TEXTS[2]
    arriving.close()
    assert file.closed


def test_what_has_arrived_is_told_in_its_order_as_it_comes(fake: GhaService, stored: Stored) -> None:
    fake.knobs.garble = gate = Gate(stored.objects[0].end + 65_536)
    arriving = stored.arriving()
    thread = threading.Thread(target=arriving.run)
    coming = arriving.arriving()
    thread.start()
    assert next(coming) == stored.objects[0]
    target = io.BytesIO()
    arriving.write(stored.objects[0], target)
    assert target.getvalue() == TEXTS[0]
    gate.open()
    assert list(coming) == stored.objects[1:]
    thread.join()
    assert list(arriving.arriving()) == stored.objects
    arriving.close()
    with pytest.raises(RemoteUnavailable, match="closed"):
        arriving.write(stored.objects[0], io.BytesIO())


def test_what_never_comes_is_not_waited_for(fake: GhaService, stored: Stored) -> None:
    never = stored.arriving()
    never.close()
    assert list(never.arriving()) == []
    stored.put(stored.data[: stored.objects[1].end])
    short = stored.arriving()
    short.run()
    assert list(short.arriving()) == stored.objects[:2]
    short.close()
