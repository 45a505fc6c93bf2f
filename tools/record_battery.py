#!/usr/bin/env python3
"""Run the peers through the battery and write down what was seen: tests/battery/peers.json.

The newest versions from PyPI, unless the record's own are asked for with `--same`; `--case 03-directory-grows` tries
one again in the record's own versions. tools/gen_battery_doc.py makes the
page from it.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "src")]

from support.battery.judge import judge_peer, stand  # noqa: E402 - after the path is set
from support.battery.peers import PEERS, Peers, install, newest  # noqa: E402
from support.battery.record import CASES, Record  # noqa: E402
from support.commands import cache_dir  # noqa: E402


def judge_all(versions: dict[str, str], scratch: Path, wanted: set[str]) -> dict[str, dict[str, str]]:
    """Every case that is wanted, and that peers take part in."""
    peers = Peers(install(cache_dir(), versions), scratch / "peers")
    seen: dict[str, dict[str, str]] = {}
    try:
        for case in (case for case in CASES if case.peers and case.id in wanted):
            with stand(case, scratch / case.id) as here:
                truth = here.truth()
                seen[case.id] = {name: judge_peer(here, truth, peers, name) for name in PEERS}
            print(case.id, *seen[case.id].values(), flush=True)
    finally:
        peers.close()
    return seen


def main(argv: Sequence[str]) -> int:
    """Write the record."""
    parser = argparse.ArgumentParser(prog="record_battery", description=__doc__)
    parser.add_argument("--same", action="store_true", help="the versions of the record that is there")
    parser.add_argument(
        "--case", action="append", default=[], help="only this one, with --same; the others are kept"
    )
    asked = parser.parse_args(argv)
    before = Record.load()
    versions = dict(before.versions) if asked.same or asked.case else newest()
    kept = dict(before.seen) if asked.case else {}
    wanted = set(asked.case) or {case.id for case in CASES}
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory(prefix="battery-") as scratch:
        seen = kept | judge_all(versions, Path(scratch), wanted)
    Record(
        recorded=before.recorded if asked.case else datetime.now(UTC).date().isoformat(),
        rustc=" ".join(rustc.split()[:2]),
        versions=versions,
        seen={case.id: seen[case.id] for case in CASES if case.peers and case.id in seen},
    ).save()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
