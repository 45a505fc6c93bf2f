"""What observing costs: CPU time of `cargo check` with the library in every rustc that has other crates, and without.

Two programs in turn stand in front of rustc: one only becomes it, the other sets the library's two variables first. So
it is the library's own cost, without a daemon that would make anything of the notes.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.builds import Site, clean_environment, wait_for_quiet
from bench.figures import Series, turns
from dunnage import limits
from dunnage.wire.seen import SEEN_HEADER, SEEN_HEADER_BYTES, SEEN_LIBRARY, SEEN_VARIABLE, SEEN_VERSION

WRAPPER = """
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
    const char *library = getenv("BENCH_LIBRARY"), *seen = getenv("BENCH_SEEN");
    for (int i = 2; library && i < argc; i++) {
        if (strcmp(argv[i], "--extern") == 0) {
            setenv("LD_PRELOAD", library, 1);
            setenv("DUNNAGE_SEEN", seen, 1);
            break;
        }
    }
    execvp(argv[1], argv + 1);
    return 127;
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveCost:
    """CPU times in seconds, user and system, of whole builds."""

    plain: Series
    observed: Series
    note_bytes: int
    """What one build's notes take."""


def measure(site: Site, library_dir: Path, scratch: Path, rounds: int) -> ObserveCost:
    """Both in turn, `rounds` times each."""
    scratch.mkdir(parents=True, exist_ok=True)
    env = {"RUSTC_WRAPPER": str(_build_wrapper(scratch))}
    times: dict[str, list[float]] = {"plain": [], "observed": []}
    used = 0
    with _memory() as memory:
        observed = {
            "BENCH_LIBRARY": str(library_dir / SEEN_LIBRARY),
            "BENCH_SEEN": f"/proc/{os.getpid()}/fd/{memory}",
        }
        _check(site, env)  # reads every source once
        for order in turns(list(times), rounds):
            for name in order:
                _empty(memory)
                times[name].append(_check(site, {**env, **(observed if name == "observed" else {})}))
                used = max(used, SEEN_HEADER.unpack(os.pread(memory, SEEN_HEADER_BYTES, 0))[2])
    return ObserveCost(
        plain=Series(tuple(times["plain"])), observed=Series(tuple(times["observed"])), note_bytes=used
    )


def _check(site: Site, env: dict[str, str]) -> float:
    """Wipe the target directory and check; the CPU time of cargo and everything below it."""
    shutil.rmtree(site.project / "target", ignore_errors=True)
    wait_for_quiet()
    full = {**clean_environment(), "CARGO_HOME": str(site.cargo_home), "CARGO_INCREMENTAL": "0", **env}
    cargo = subprocess.Popen(
        ["cargo", "check", "--locked", "--offline", "--quiet"],
        cwd=site.project,
        env=full,
        stdin=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(cargo.pid, 0)
    cargo.returncode = os.waitstatus_to_exitcode(status)
    if cargo.returncode != 0:
        raise RuntimeError(f"cargo check ended with {cargo.returncode}")
    return usage.ru_utime + usage.ru_stime


@contextmanager
def _memory() -> Iterator[int]:
    """A memory file as a client makes it."""
    memory = os.memfd_create(SEEN_VARIABLE)
    try:
        yield memory
    finally:
        os.close(memory)


def _empty(memory: int) -> None:
    os.ftruncate(memory, 0)
    os.pwrite(memory, SEEN_HEADER.pack(SEEN_VERSION, 0, 0), 0)
    os.ftruncate(memory, limits.SEEN_BYTES_MAX)


def _build_wrapper(scratch: Path) -> Path:
    source, program = scratch / "wrapper.c", scratch / "wrapper"
    source.write_text(WRAPPER)
    target = f"{os.uname().machine}-linux-musl"
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", target, "-static", "-Os", "-s"]
    subprocess.run([*zig, "-o", str(program), str(source)], check=True)
    return program
