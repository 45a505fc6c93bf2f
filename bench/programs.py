"""Small programs of the benchmark's own, compiled by the compiler that builds the client."""

import os
import subprocess
import sys
from pathlib import Path


def compile_c(source: Path, program: Path, *, static: bool = True) -> Path:
    """Compile one C file; `program` is there afterwards, and returned. Raises CalledProcessError."""
    program.parent.mkdir(parents=True, exist_ok=True)
    kind = ["musl", "-static"] if static else ["gnu"]
    target = f"{os.uname().machine}-linux-{kind[0]}"
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", target, *kind[1:], "-Os", "-s"]
    subprocess.run([*zig, "-o", program, source], check=True)
    return program
