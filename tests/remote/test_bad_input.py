"""Remotes that somebody has set wrongly: one clear sentence at `dunnage start`, the same from the doctor, builds go on.

All of one kind are remotes of one daemon, so that each kind costs one start. Wrong are the URL, the credentials, the
name of a bucket, a certificate; what stands behind them are real servers and the fakes of the conformance suite.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dunnage.config.clients import client_dir, host_arch
from dunnage.config.places import Places
from dunnage.daemon.control import request
from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient
from dunnage.doctor.registry import examined
from dunnage.report import text
from dunnage.report.style import Style
from support.commands import Ran, run
from support.crates import crate
from support.remotes.bad_input import SECRET, WARDS, Ward
from support.running import until


def dunnage(*words: str, env: Mapping[str, str]) -> Ran:
    return run([sys.executable, "-m", "dunnage", *words], env=env)


def document(*words: str, env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dunnage(*words, "--json", env=env).stdout)
    return found


def said_by_the_doctor(env: Mapping[str, str]) -> list[str]:
    """One sentence for each finding about remotes."""
    rows = list(examined(Patient(env, "/"), ["remotes"]))
    assert {row.finding.level for row in rows} == {Level.ERROR}
    return [f"{row.finding.what} {row.finding.cure}".rstrip() for row in rows]


def compile_one(tmp_path: Path, env: Mapping[str, str], places: Places) -> None:
    """One unit, as cargo would have it compiled; AssertionError where that fails."""
    made = crate(tmp_path / "crate")
    invocation = made.invocation()
    client = client_dir(host_arch()) / "sccache"
    subprocess.run(
        [client, *invocation.argv],
        cwd=invocation.cwd,
        env={**env, **invocation.env, "DUNNAGE_SOCKET": str(places.host_socket)},
        check=True,
        capture_output=True,
    )
    assert {"libdemo-1.rlib", "libdemo-1.rmeta"} <= set(made.outputs())


def assert_clear(sentences: list[str], ward: Ward) -> None:
    """One for each remote, in whatever order, that says what is wrong and what to do."""
    assert len(sentences) == len(ward.rows), sentences
    for row in ward.rows:
        assert any(all(words in sentence for words in row.says) for sentence in sentences), (row, sentences)
    for sentence in sentences:
        assert sentence.endswith((".", "?"))
        assert sentence.count(". ") <= 2, "what and why, and what to do"


@pytest.mark.parametrize("name", WARDS)
def test_one_clear_sentence_and_builds_go_on(name: str, tmp_path: Path, dunnage_dir: Path) -> None:
    (tmp_path / "servers").mkdir()
    places = Places(dunnage_dir)
    with WARDS[name](tmp_path / "servers") as ward:
        env = {**os.environ, **ward.environ, "DUNNAGE_REMOTES": " ".join(row.url for row in ward.rows)}
        before = said_by_the_doctor(env)
        assert_clear(before, ward)
        assert not dunnage_dir.exists(), "the doctor starts nothing"

        started = dunnage("start", env=env)
        assert (started.returncode, started.stdout[:16]) == (0, "The daemon runs:")
        sentences = [line.removeprefix("dunnage: ") for line in started.stderr.splitlines()]
        assert sentences == before
        assert said_by_the_doctor(env) == before

        compile_one(tmp_path, env, places)
        assert until(lambda: sum(request(places, "stats")["outcomes"].values()))
        stats = document("stats", env=env)
        assert stats["outcomes"] == {"hit": 0, "miss": 1, "uncacheable": 0, "fallback": 0}
        assert len(stats["remotes"]) == len(ward.rows)
        for remote in stats["remotes"]:
            assert remote["trouble"], remote
            assert not remote["requests"] or remote["not_fetched"], remote
        shown = text.stats(stats, Style())
        assert all(remote["trouble"] in shown for remote in stats["remotes"])
        assert SECRET not in "".join((str(started), json.dumps(stats), *before, places.log.read_text()))
