"""Two machines and a remote between them, with real cargo: the second has an empty store and compiles nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.builds import Site, differences, dunnage_words, site
from support.commands import Ran, run
from support.daemons import stop_daemons
from support.everything import one_of_everything
from support.tools import Host

TESTS = ("test", "--no-run", "--offline")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """The first machine, which may write to a directory that both see."""
    source, home = one_of_everything(tmp_path / "project")
    with site(tmp_path / "first", source, cargo_home=home) as first:
        target = tmp_path / "target"
        target.mkdir()
        (tmp_path / "remote").mkdir()
        place = replace(first, directories=replace(first.directories, target=target))
        yield place.with_env(DUNNAGE_REMOTES=f"file://{tmp_path}/remote", DUNNAGE_REMOTE_WRITE="on")


@pytest.fixture
def there(here: Site, tmp_path: Path) -> Iterator[Site]:
    """The second one: the same checkout and target directory, another dunnage; it only reads."""
    (tmp_path / "second.toml").touch()
    place = replace(here, dunnage=tmp_path / "second").with_env(DUNNAGE_REMOTE_WRITE="auto")
    yield place
    stop_daemons(place.dunnage)


def said(here: Site, *words: str) -> Ran:
    return run(dunnage_words(*words), env=here.environ, cwd=here.directories.source)


def remote_of(here: Site) -> dict[str, Any]:
    (remote,) = json.loads(here.dunnage_says("stats", "--json").stdout)["remotes"]
    assert isinstance(remote, dict)
    return remote


def test_what_one_built_the_other_fetches(here: Site, there: Site) -> None:
    plain = here.build(Host(), cache=False, cargo=TESTS)
    here.wipe()
    here.build(Host(), cargo=TESTS).ran.succeeded()
    first = here.counts()
    stopped = here.dunnage_says("stop")
    assert " went to file://" in stopped.stdout
    assert stopped.stderr == ""
    here.wipe()
    built = there.build(Host(), cargo=TESTS)
    built.ran.succeeded()
    assert differences(plain.files, built.files) == []
    second = there.counts()
    assert second.misses == 0, second.all
    # C is compiled within runs of build scripts, which are replayed
    assert second.all["reasons"]["hit"] == {"remote": second.hits}
    assert second.hits == first.hits + first.misses - sum(first.compiled("c"))
    remote = remote_of(there)
    assert (remote["fetched"], remote["not_fetched"], remote["writes"]) == (second.hits, {}, False)
    there.wipe()
    there.build(Host(), cargo=TESTS).ran.succeeded()
    third = there.counts()
    assert third.all["reasons"]["hit"] == {"local": third.hits}
    assert (third.hits, third.misses) == (second.hits, 0)


def test_a_remote_that_is_not_there_is_a_sentence_and_no_error(here: Site, tmp_path: Path) -> None:
    (tmp_path / "remote").rmdir()
    (tmp_path / "remote").write_text("no directory")
    started = said(here, "start")
    assert started.returncode == 0
    assert len(started.stderr.splitlines()) == 1
    assert f"The directory {tmp_path}/remote cannot be read: Not a directory." in started.stderr
    here.build(Host(), cargo=TESTS).ran.succeeded()
    counts = here.counts()
    assert counts.fallbacks == 0
    stopped = said(
        here.with_env(DUNNAGE_DRAIN_TIMEOUT="2s"), "stop"
    )  # the daemon itself would wait for a minute
    assert stopped.returncode == 0
    assert f"to file://{tmp_path}/remote" in stopped.stderr


def test_a_url_that_is_not_understood_is_a_sentence_without_its_secret(here: Site) -> None:
    odd = here.with_env(DUNNAGE_REMOTES="nonsense://me:geheim@host/?token=geheim")
    started = said(odd, "start")
    assert started.returncode == 0
    assert "nonsense://host/?token=***" in started.stderr
    shown = (
        said(odd, "config").stdout
        + said(odd, "config", "--json").stdout
        + said(odd, "stats", "--json").stdout
    )
    assert "geheim" not in shown + started.stdout + started.stderr
    log = json.loads(odd.dunnage_says("status", "--json").stdout)["log"]
    assert "geheim" not in Path(log).read_text()
