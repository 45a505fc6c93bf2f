"""Fuzz the client's message reader under the sanitizers, from seeds that the codec makes.

python tools/fuzz_client.py --seconds 60

With clang's libFuzzer; where its runtime is missing, with a mutator of our own that is deterministic for a `--seed`.
A finding ends it with exit code 1 and the input is left in native/build/fuzz; the corpus stays there, too, so that the
next run goes on.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dunnage.wire.codec import encode
from dunnage.wire.messages import (
    Exec,
    Exit,
    FileSource,
    List,
    Message,
    Open,
    Run,
    RunFlag,
    Stat,
    Welcome,
    Write,
    WriteFile,
)
from dunnage.wire.version import CAPABILITIES, WIRE_VERSION

HERE: Final = Path(__file__).resolve().parent.parent
OUT: Final = HERE / "native" / "build" / "fuzz"
SANITIZERS: Final = ("-g", "-O1", "-fno-sanitize-recover=all", "-std=c11")
INPUT_BYTES_MAX: Final = 4096

SEEDS: Final[tuple[tuple[Message, ...], ...]] = (
    (Welcome(WIRE_VERSION, int(CAPABILITIES)),),
    (Stat(["src/lib.rs", "/target/debug/deps/libx.rmeta", ""]),),
    (Stat([]), Open(["a", "b"])),
    (List("/usr/lib"),),
    (Run(0), Run(int(RunFlag.QUIET), ["rustc", "--print", "sysroot", ""])),
    (Run(int(RunFlag.SEEN)),),
    (Run(int(RunFlag.NOTES), ["-Clink-arg=-Wl,--dependency-file=/proc/self/fd/240"]),),
    (
        Write(
            [
                WriteFile("out/libx.rlib", False, FileSource.DESCRIPTOR),
                WriteFile("out/x", True, FileSource.DESCRIPTOR),
                WriteFile("out/x.d", False, FileSource.INLINE, b"out/x.d: src/lib.rs\n"),
            ]
        ),
        Exit(0, 0, b"out", b'{"artifact":"x"}\n'),
    ),
    (Exit(101, 9),),
    (Exec("linked"),),
)
"""Every message that a daemon sends, and some that follow each other."""


def compile_with(flags: Sequence[str]) -> Path | None:
    """Build the harness; None when this clang cannot."""
    program = OUT / "fuzz_reader"
    sources = ["tests/native/fuzz_reader.c", "native/reader.c"]
    command = ["clang", *SANITIZERS, *flags, "-Inative", *sources, "-o", str(program)]
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return program if done.returncode == 0 else None


def main(arguments: Sequence[str]) -> int:
    """Fuzz for as long as asked; the exit code of the fuzzer."""
    parser = argparse.ArgumentParser(description="Fuzz the client's message reader.")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1, help="of the mutations")
    options = parser.parse_args(arguments)
    corpus = OUT / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, messages in enumerate(SEEDS):
        (corpus / f"seed-{number}").write_bytes(b"".join(map(encode, messages)))
    if program := compile_with(["-fsanitize=fuzzer,address,undefined"]):
        command = [
            str(program),
            f"-max_total_time={options.seconds}",
            f"-seed={options.seed}",
            f"-max_len={INPUT_BYTES_MAX}",
            f"-artifact_prefix={OUT}/",
            "-print_final_stats=1",
            "-verbosity=0",
            str(corpus),
        ]
    elif program := compile_with(["-fsanitize=address,undefined", "-DALONE"]):
        seeds = sorted(map(str, corpus.glob("seed-*")))
        command = [str(program), str(options.seconds), str(options.seed), *seeds]
    else:
        print("fuzz_client: clang is missing, or does not compile the harness.", file=sys.stderr)
        return 1
    done = subprocess.run(
        command, cwd=OUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        return 1
    executions = re.search(r"(?:number_of_executed_units:|Done) +(\d+)", done.stdout)
    print(f"fuzz_client: {int(executions[1]) if executions else 0:,} executions, no finding.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
