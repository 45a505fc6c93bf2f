"""Verify mode as a user has it: a real project verifies clean; a wrong result is found, named, and replaced."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.cli.main import main
from dunnage.model.digest import ActionKey, UnitKey
from dunnage.store.encoding import decode_path_set, decode_result
from dunnage.store.store import Store
from support import projects
from support.builds import differences, site
from support.crates import crate
from support.stores import put
from support.tools import Host
from support.workshop import Workshop, plainly

WRONG = b"what a macro made of a file that has changed since"


def poison(directory: Path) -> None:
    """Put other contents in the place of the library in the only result of a store."""
    store = Store.open(str(directory), size_bytes_max=10**9, clock=time.time)
    [(action, body, unit, digest, paths)] = store._database.query(
        "SELECT action, results.body, unit, digest, path_sets.body FROM results"
        " JOIN path_sets ON path_sets.id = path_set"
    )
    result = decode_result(body)
    found, size = put(store, WRONG)
    outputs = tuple(
        replace(item, digest=found, size=size) if item.kind == "link" else item for item in result.outputs
    )
    store.add(
        UnitKey(unit), decode_path_set(paths, digest), ActionKey(action), replace(result, outputs=outputs)
    )
    store.close()


def test_a_wrong_result_is_found_and_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = crate(tmp_path / "demo", "pub fn one() -> u32 { let unused = 1; 1 }\n")
    expected = plainly(demo)
    shop = Workshop.here()
    shop.start()
    said = shop.compile(demo)
    shop.stop()
    poison(shop.places.store)
    shop.start()
    demo.wipe()
    assert shop.compile(demo)[0] == 0
    assert demo.outputs()["libdemo-1.rlib"] == WRONG  # nobody can see that, but by compiling
    demo.wipe()
    assert shop.compile(demo, DUNNAGE_VERIFY="1") == said
    assert demo.outputs() == expected
    reasons = shop.reasons()
    assert reasons["miss"] == {"new": 1, "verify-differs": 1}
    # The log, `stats` and its document name one report.
    [report] = shop.stats()["verify_reports"]
    assert f"bytes are stored, {len(expected['libdemo-1.rlib'])} were compiled" in Path(report).read_text()
    assert report in shop.places.log.read_text()
    assert main(["stats"]) == 0
    assert report in capsys.readouterr().out
    # The store is right again.
    assert shop.compile(demo, DUNNAGE_VERIFY="1")[0] == 0
    demo.wipe()
    assert shop.compile(demo) == said
    assert demo.outputs() == expected
    assert shop.reasons()["miss"] == reasons["miss"] | {"verified": 1}


@pytest.mark.slow
@pytest.mark.timeout(1800)  # the sources may have to be fetched
def test_a_real_project_verifies_clean(tmp_path: Path) -> None:
    with site(tmp_path / "site", projects.ripgrep()) as place:
        here = place.with_env(DUNNAGE_REPLAY="0")  # verify mode runs build scripts, and they start compilers
        cold = here.build(Host())
        cold.ran.succeeded()
        stored = here.counts().misses
        here.wipe()
        verified = here.with_env(DUNNAGE_VERIFY="1").build(Host())
        verified.ran.succeeded()
        counts = here.counts()
        here.wipe()
        here.build(Host()).ran.succeeded()
        warm = here.counts()
    assert differences(cold.files, verified.files) == []
    reasons = counts.all["reasons"]["miss"]
    assert "verify-differs" not in reasons
    # Build scripts try programs that must not compile, in a directory of their own each time.
    assert reasons["verified"] + reasons.get("compile-failed", 0) >= stored
    assert counts.hits == counts.fallbacks == 0
    assert counts.all["verify_reports"] == []
    assert warm.hits == reasons["verified"]
