"""Who asks right after a build gets all of it, although clients end before their results are stored."""

import json
from pathlib import Path

import pytest

from dunnage.config.places import Places
from dunnage.config.settings import defaults
from dunnage.daemon import server
from dunnage.daemon.control import request
from dunnage.daemon.server import Daemon, _Session
from support.crates import Crate
from support.running import Running
from support.workshop import Workshop

LARGE_BYTES = 64 * 2**20


@pytest.fixture
def built(tmp_path: Path, running: Running) -> Places:
    """A crate has been compiled this moment, in an empty store: the toolchain is still being read, and much stored."""
    crate = Crate(tmp_path / "demo")
    crate.write("src/large.bin", "x" * LARGE_BYTES)
    crate.write("src/lib.rs", 'pub static LARGE: &[u8] = include_bytes!("large.bin");')
    code, _, stderr = Workshop(running.places).compile(crate)
    assert code == 0, stderr
    return running.places


def test_stats_and_explain_have_the_build_that_has_just_ended(built: Places) -> None:
    stats = request(built, "stats")
    assert stats["outcomes"]["miss"] == 1
    assert stats["store"]["actions"] == 1
    assert stats["store"]["size_bytes"] > LARGE_BYTES
    [session] = request(built, "explain")["sessions"]
    assert session["unit"].startswith("demo")


def test_what_is_cleared_stays_away(built: Places) -> None:
    assert request(built, "clear")["removed_bytes"] > LARGE_BYTES
    assert request(built, "status")["storing"] == 0


def test_nobody_waits_forever(dunnage_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.limits, "SETTLE_TIMEOUT_S", 0)
    daemon = Daemon(Places(dunnage_dir), defaults())
    _Session(daemon).storing()
    assert "error" not in json.loads(daemon.control(b'{"op": "stats"}'))
    assert daemon._storing
    daemon._ledger.close()
    daemon.waker.close()
    daemon._wake_end.close()
