"""The places that the setting `offer` names: there, or a problem each."""

import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.config.places import Places
from dunnage.config.settings import load
from dunnage.daemon.listening import make_directories
from dunnage.daemon.offers import Offers
from support.ports import free_port
from support.remotes.machines import Machine, machine


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path / "machine") as made:
        yield made


@pytest.fixture
def places(dunnage_dir: Path) -> Places:
    made = Places(dunnage_dir)
    make_directories(made)
    return made


def open_offers(here: Machine, places: Places, offer: str) -> Offers:
    return Offers(replace(load("/", os.environ), offer=offer), places, lambda: here.engine.offered)


def test_all_of_them(here: Machine, places: Places) -> None:
    one, two = free_port(), free_port()
    offers = open_offers(here, places, f"127.0.0.1:{one} containers [::1]:{two}")
    assert offers.problems == []
    assert offers.urls == [f"http://127.0.0.1:{one}", f"http://[::1]:{two}"]
    assert offers.sockets == [places.container_dir / "http", places.container_dir / "ccache"]
    for path, first in zip(offers.sockets, (b"HTTP/1.1 401", b"\x01\x02\x00\x01"), strict=True):
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(path))
            caller.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert caller.recv(len(first), socket.MSG_WAITALL) == first
    with socket.create_connection(("::1", two)) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert caller.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 401"
    offers.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", one))


def test_one_that_cannot_be_had(here: Machine, places: Places) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        offers = open_offers(here, places, f"{address} containers")
    assert [problem.message for problem in offers.problems] == [
        f"Nothing can be offered at {address}: Address already in use."
    ]
    assert (offers.urls, len(offers.sockets)) == ([], 2)
    offers.close()


def test_nonsense_offers_nothing(here: Machine, places: Places) -> None:
    offers = open_offers(here, places, "containers everywhere")
    assert len(offers.problems) == 1
    assert "`everywhere` is no address" in offers.problems[0].message
    assert offers.sockets == []
    offers.close()
