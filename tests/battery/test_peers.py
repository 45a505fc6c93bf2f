"""The record of the peers is true: each does today, in the version that the record names, what is written down.

A peer that gets something wrong fails nothing here; a table that says what is not so does.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.battery.case import Case
from support.battery.judge import judge_peer, stand
from support.battery.peers import PEERS, Peers, install
from support.battery.record import CASES, Record
from support.commands import cache_dir

pytestmark = pytest.mark.peers

JUDGED = [case for case in CASES if case.peers]


@pytest.fixture(scope="module")
def peers() -> Iterator[Peers]:
    base = Path(tempfile.mkdtemp(prefix="peers-"))  # their sockets' paths have to be short
    serving = Peers(install(cache_dir(), Record.load().versions), base)
    yield serving
    serving.close()
    shutil.rmtree(base)


@pytest.mark.parametrize("case", [pytest.param(case, id=f"line-{case.id}") for case in JUDGED])
def test_the_record_is_true(case: Case, peers: Peers, tmp_path: Path) -> None:
    with stand(case, tmp_path / "stand") as here:
        truth = here.truth()
        seen = {name: judge_peer(here, truth, peers, name) for name in PEERS}
    assert seen == Record.load().seen[case.id]


def test_the_record_is_whole() -> None:
    assert set(Record.load().seen) == {case.id for case in JUDGED}
