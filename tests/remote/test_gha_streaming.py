"""A build begins before the packs are in: its first hits are served while a pack is still arriving. An order of events
is shown, no duration: the fake holds back the rest of the pack until they were.
"""

import random
from pathlib import Path

from support.crates import Crate, crate
from support.remotes.gha_jobs import Gate
from support.remotes.gha_service import gha_service
from support.remotes.machines import machine

CRATES = 4


def test_the_first_hits_come_before_the_pack_is_in(tmp_path: Path) -> None:
    made = [_large(tmp_path / f"crate{number}", number) for number in range(CRATES)]
    with gha_service(tmp_path / "service") as fake:
        with machine(tmp_path / "first", fake.open("lane=l")) as first:
            for each in made:
                assert first.compile(each).reason in ("new", "inputs-changed")
                each.wipe()
            assert first.sent()["sent"] == CRATES
        pack_bytes = max(fake.storage.sizes.values())
        with machine(tmp_path / "second", fake.open("lane=l"), writes=False) as second:
            backend = second.tiers[0].remote
            backend.check()  # the manifest is there
            fake.left.clear()
            fake.knobs.garble = gate = Gate(pack_bytes // 2)
            result = second.compile(made[0])
            assert (result.outcome, result.reason) == ("hit", "remote"), second.engine.remotes.documents()
            assert [size for size, _ in fake.left if size == pack_bytes] == []
            gate.open()
            for each in made[1:]:
                result = second.compile(each)
                assert (result.outcome, result.reason) == ("hit", "remote"), second.engine.remotes.documents()
            assert second.engine.remotes.documents()[0]["fetched"] == CRATES
            assert [size for size, _ in fake.left] == [pack_bytes]


def _large(directory: Path, number: int) -> Crate:
    """A crate with so much in it that cannot be made smaller that its pack comes in many pieces."""
    made = crate(directory, 'pub static DATA: &[u8] = include_bytes!("data");\n')
    (directory / "src/data").write_bytes(random.Random(number).randbytes(500_000))
    return made
