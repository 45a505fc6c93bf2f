"""How long rustc's notice of its metadata is on its way on a miss: cargo starts dependents when it comes.

`notice.c` stands in rustc's place, runs the real one, and notes when it writes the notice; the other time is when
whoever reads the client's stderr has it.
"""

import os
import subprocess
import time
from pathlib import Path

from bench.contestants import Dunnage, call
from bench.figures import Series
from bench.programs import compile_c

HERE = Path(__file__).resolve().parent
NOTICE = b'"emit":"metadata"'


def measure(scratch: Path, runs: int) -> Series:
    """The delays of so many misses, in seconds. RuntimeError where one was none, or said nothing."""
    scratch.mkdir(parents=True)
    dunnage = Dunnage()
    env = {**os.environ, **dunnage.start(scratch / "dunnage")}
    # Not static: a rustup proxy is not, and a toolchain is known by what it loads.
    rustc = compile_c(HERE / "notice.c", scratch / "bin" / "rustc", static=False)
    env |= {"TIMED_RUSTC": real_rustc(), "TIMED_NOTE": str(scratch / "note")}
    try:
        delays = [_one(scratch / f"crate-{number}", rustc, env, number) for number in range(runs)]
        dunnage.settle()
        counts = dunnage.stats()["outcomes"]
    finally:
        dunnage.stop()
    if counts["miss"] != runs:
        raise RuntimeError(f"not every compile was a miss: {counts}")
    return Series(tuple(delays))


def real_rustc() -> str:
    """The compiler itself, not rustup's proxy."""
    return str(Path(call("rustc", "--print", "sysroot").strip()) / "bin" / "rustc")


def _one(directory: Path, rustc: Path, env: dict[str, str], number: int) -> float:
    (directory / "out").mkdir(parents=True)
    body = "".join(
        f"pub fn f{n}(mut v: Vec<u64>) -> Vec<u64> {{ v.sort_by_key(|k| k ^ {n + number}); v }}\n"
        for n in range(20)
    )
    (directory / "lib.rs").write_text(body)
    words = (
        "--crate-name unit --edition=2021 lib.rs --error-format=json --json=artifacts --crate-type lib "
        "--emit=dep-info,metadata,link -C opt-level=3 -C metadata=1 -C extra-filename=-1 --out-dir out"
    )
    argv = [env["RUSTC_WRAPPER"], str(rustc), *words.split()]
    note = Path(env["TIMED_NOTE"])
    note.unlink(missing_ok=True)
    came = 0
    with subprocess.Popen(
        argv, cwd=directory, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if NOTICE in line:
                came = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    if process.returncode != 0 or not came:
        raise RuntimeError(f"rustc exits {process.returncode}, notice: {bool(came)}")
    return (came - int(note.read_text())) / 1e9
