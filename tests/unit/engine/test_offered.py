"""Objects of other programs, in the store and behind it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage.engine.offered import Offered
from dunnage.errors import RemoteUnavailable
from support.remotes.machines import Machine, Troubled, machine


def keep(offered: Offered, name: str, data: bytes) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        offered.keep(name, file.fileno())


def got(offered: Offered, name: str) -> bytes | None:
    found = offered.open(name)
    if found is None:
        return None
    with os.fdopen(found[0], "rb") as file:
        data = file.read()
    assert len(data) == found[1]
    return data


@pytest.fixture
def remote() -> Troubled:
    return Troubled()


@pytest.fixture
def here(tmp_path: Path, remote: Troubled) -> Iterator[Machine]:
    with machine(tmp_path / "here", remote) as made:
        yield made


def test_what_was_kept_is_found(here: Machine) -> None:
    offered = here.engine.offered
    assert got(offered, "/ac/1") is None
    keep(offered, "/ac/1", b"one")
    keep(offered, "/ac/\udcff", b"")
    assert (got(offered, "/ac/1"), got(offered, "/ac/\udcff"), got(offered, "/ac")) == (b"one", b"", None)
    assert offered.holds("/ac/1")
    assert not offered.holds("/ac")
    keep(offered, "/ac/1", b"another")
    assert got(offered, "/ac/1") == b"another"


def test_another_machine_finds_it(tmp_path: Path, here: Machine, remote: Troubled) -> None:
    keep(here.engine.offered, "/cas/1", b"one" * 1000)
    assert here.sent()["sent"] == 1
    with machine(tmp_path / "there", remote, writes=False) as there:
        assert got(there.engine.offered, "/cas/1") == b"one" * 1000
        assert got(there.engine.offered, "/cas/2") is None
        asked = len(remote.asked)
        assert got(there.engine.offered, "/cas/1") == b"one" * 1000
        assert len(remote.asked) == asked
        assert there.engine.remotes.documents()[0]["fetched"] == 1


def test_trouble_is_absence(tmp_path: Path, here: Machine, remote: Troubled) -> None:
    keep(here.engine.offered, "/cas/1", b"one")
    here.sent()
    with machine(tmp_path / "there", remote, writes=False) as there:
        remote.failing = lambda: RemoteUnavailable("Away.")
        assert got(there.engine.offered, "/cas/1") is None
        remote.failing = None
        remote.lie = lambda _, data: bytes(len(data))
        assert got(there.engine.offered, "/cas/1") is None
        remote.lie = lambda _, data: data
        assert got(there.engine.offered, "/cas/1") == b"one"


def test_a_blob_that_is_gone_is_absence_unless_a_remote_has_it(tmp_path: Path, remote: Troubled) -> None:
    for remotes, expected in (((), None), ((remote,), b"one")):
        place = tmp_path / f"with {len(remotes)}"
        with machine(place, *remotes) as made:
            keep(made.engine.offered, "/cas/1", b"one")
            made.engine.remotes.close(60)
            for path in (place / "store").rglob("*"):
                if path.is_file() and path.read_bytes() == b"one":
                    path.unlink()
            assert got(made.engine.offered, "/cas/1") == expected
