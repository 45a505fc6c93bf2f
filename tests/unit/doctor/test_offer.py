"""What cannot be offered."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.doctor.finding import Level
from dunnage.doctor.offer import check
from dunnage.doctor.patient import Patient
from support.remotes.waiting import free_port
from support.running import Running


def test_nothing(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill())
    assert (finding.level, finding.what) == (Level.OK, "nothing is offered")


def test_before_a_daemon_runs(ill: Callable[..., Patient], tmp_path: Path, dunnage_dir: Path) -> None:
    port = free_port()
    (finding,) = check(ill(DUNNAGE_OFFER=f"127.0.0.1:{port}"))
    assert (finding.level, finding.what) == (Level.OK, f"127.0.0.1:{port}, when a daemon runs")
    assert not dunnage_dir.exists(), "no token is made"
    for variables, words in (
        ({"DUNNAGE_OFFER": "0.0.0.0:80"}, "an address that other machines reach"),
        (
            {"DUNNAGE_OFFER": f"[::1]:{port}", "DUNNAGE_OFFER_TOKEN_FILE": str(tmp_path / "none")},
            "cannot be read",
        ),
    ):
        (finding,) = check(ill(**variables))
        assert finding.level is Level.ERROR
        assert words in finding.what


def test_a_port_that_is_taken(ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        (before,) = check(ill(DUNNAGE_OFFER=address))
        assert before.level is Level.ERROR
        assert before.what == f"Nothing can be offered at {address}: Address already in use."
        monkeypatch.setenv("DUNNAGE_OFFER", address)
        running = Running()
        (then,) = check(ill())
        assert (then.level, then.what) == (Level.ERROR, before.what)
        running.close()


def test_a_daemon_that_offers(ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("DUNNAGE_OFFER", f"127.0.0.1:{port}")
    running = Running()
    (finding,) = check(ill())
    assert (finding.level, finding.what) == (Level.OK, f"http://127.0.0.1:{port}")
    running.close()


def test_containers_and_two_ports_of_which_one_is_taken(
    ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy, free = taken.getsockname()[1], free_port()
        offer = f"containers 127.0.0.1:{busy} 127.0.0.1:{free}"
        (before,) = check(ill(DUNNAGE_OFFER=offer))
        assert before.what == f"Nothing can be offered at 127.0.0.1:{busy}: Address already in use."
        monkeypatch.setenv("DUNNAGE_OFFER", offer)
        running = Running()
        one, other = check(ill())
        assert one.what == before.what
        assert other.level is Level.OK
        assert other.what.startswith(f"http://127.0.0.1:{free}, {running.places.base}/")
        running.close()
