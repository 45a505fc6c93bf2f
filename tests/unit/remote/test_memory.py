"""The reference: what the conformance suite does not ask for."""

from dunnage.remote.contract import Backend, Record
from dunnage.remote.memory import MemoryBackend
from support.remotes.things import blob, fetched, name


def test_it_is_a_backend() -> None:
    backend: Backend = MemoryBackend()
    assert not backend.traits.read_only


def test_two_do_not_share() -> None:
    one, other = MemoryBackend(), MemoryBackend()
    wanted, data = name(), blob(b"x")
    one.put_blobs([data])
    one.put_records([Record(wanted, b"body", (data.name,))])
    assert other.get_records([wanted]) == {}
    assert fetched(other, [data.name]) == {}
