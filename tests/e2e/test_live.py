"""What rustc says is passed on while it works: cargo starts dependents when the notice of the metadata comes."""

import os
import select
from pathlib import Path

from support.crates import crate
from support.workshop import WAIT_S, Workshop


def test_the_notice_of_the_metadata_comes_long_before_the_end(tmp_path: Path) -> None:
    """Code generation for a hundred sorts takes rustc seconds after its metadata is there."""
    body = "".join(
        f"pub fn f{i}(mut v: Vec<u64>) -> Vec<u64> {{ v.sort_by_key(|n| n ^ {i}); v }}\n" for i in range(120)
    )
    made = crate(tmp_path / "demo", body, ["-C", "opt-level=3"])
    shop = Workshop.here()
    shop.start()
    process = shop.begin(made).process
    assert process.stderr is not None
    handle = os.pidfd_open(process.pid)
    said = b""
    while b'"emit":"metadata"' not in said:
        ready, _, _ = select.select([process.stderr, handle], [], [], WAIT_S)
        assert process.stderr in ready, "it ended, or hangs, without a notice"
        said += os.read(process.stderr.fileno(), 65536)
    metadata = (made.deps / "libdemo-1.rmeta").stat()
    ended, _, _ = select.select([handle], [], [], 0)
    assert ended == []
    assert not (made.deps / "libdemo-1.rlib").exists()
    said += process.communicate(timeout=WAIT_S)[1]
    os.close(handle)
    assert process.returncode == 0
    # cargo may have handed it to a dependent already: it is not written again.
    assert (made.deps / "libdemo-1.rmeta").stat().st_mtime_ns == metadata.st_mtime_ns
    assert shop.reasons() == {"miss": {"new": 1}}
