"""Places: where everything is, from the environment alone."""

from pathlib import Path

import pytest

from dunnage import __version__
from dunnage.config.places import Places


def test_everything_is_below_dunnage_dir(tmp_path: Path) -> None:
    places = Places.find({"DUNNAGE_DIR": str(tmp_path)})
    assert places.base == tmp_path
    assert places.store == tmp_path / "store"
    assert places.run == tmp_path / "run" / __version__
    assert places.lock == places.run / "lock"
    assert places.host_dir == places.run / "host"
    assert places.host_socket == places.run / "host" / "sock"
    assert places.container_dir == places.run / "container"
    assert (places.offered_http, places.offered_ccache) == (
        places.container_dir / "http", places.container_dir / "ccache",
    )  # fmt: skip
    assert places.container_socket == places.run / "container" / "sock"
    assert places.verify_reports == tmp_path / "verify"
    assert places.log_dir == tmp_path / "log"
    assert places.log == tmp_path / "log" / f"daemon-{__version__}.log"


def test_two_versions_share_a_store_but_no_socket(tmp_path: Path) -> None:
    one, other = Places(tmp_path, "1.0"), Places(tmp_path, "2.0")
    assert one.store == other.store
    assert one.host_socket != other.host_socket
    assert one.container_dir != other.container_dir
    assert one.lock != other.lock
    assert one.log != other.log


def test_a_relative_directory_is_taken_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Places.find({"DUNNAGE_DIR": "mine/../here"}).base == tmp_path / "here"


def test_a_tilde_is_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Places.find({"DUNNAGE_DIR": "~/cache"}).base == tmp_path / "cache"


@pytest.mark.parametrize("environ", [{}, {"DUNNAGE_DIR": ""}])
def test_without_a_word_the_platform_decides(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Places.find(environ).base == tmp_path / "dunnage"
