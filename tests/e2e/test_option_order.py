"""What the key takes for one thing is one thing to rustc: options in another order give the same bytes and words."""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

from support.crates import Crate, crate
from support.workshop import plainly

OPTIONS = (
    "-Cdebuginfo=2", "-Copt-level=3", "-Coverflow-checks=on", "-Ccodegen-units=4", "-Cpanic=abort", "-Cstrip=none",
    "-Crelocation-model=pic", "-Cforce-frame-pointers=yes", "-Cembed-bitcode=no", "-Csymbol-mangling-version=v0",
    "-Clinker=cc", "-Clink-arg=-s", "-Clto=off", "-Cdebug-assertions=on", "-Cllvm-args=-inline-threshold=100",
    "-Clink-dead-code=yes", "-Cprefer-dynamic=no", "-Crelro-level=full", "--cap-lints=warn", "-Wunused",
    "--remap-path-prefix=/nowhere=/x", "--cfg=a", "--cfg=b", "--check-cfg=cfg(a)",
)  # fmt: skip
"""No two of these touch each other."""

SOURCE = """
pub fn sum(x: &[u32]) -> u32 { let unused = 1; x.iter().map(|v| v * 3).sum() }
pub fn stop() { panic!("no {}", sum(&[1])) }
"""


def made(of: Crate, options: Sequence[str]) -> tuple[dict[str, bytes], bytes]:
    invocation = of.invocation(*options, "--crate-type=cdylib")
    done = subprocess.run(
        [invocation.program, *invocation.argv[1:]], cwd=invocation.cwd, env=dict(invocation.env),
        capture_output=True, check=True,
    )  # fmt: skip
    return of.outputs(), done.stderr


def test_other_orders_give_the_same(tmp_path: Path) -> None:
    library = crate(tmp_path / "a", SOURCE)
    first = made(library, OPTIONS)
    assert b"unused" in first[1]
    assert plainly(library) != first[0], "the options do something"
    for seed in range(4):
        turned = list(OPTIONS)
        random.Random(seed).shuffle(turned)
        assert turned != list(OPTIONS)
        assert made(library, turned) == first
