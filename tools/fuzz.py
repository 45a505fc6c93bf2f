"""Fuzz both message readers, the client's (C) and the daemon's (Python), and those of packs, one after the other.

python tools/fuzz.py --seconds 60       each of them so long
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent.parent
FUZZERS: Final = (
    HERE / "tools" / "fuzz_client.py",
    HERE / "tests" / "fuzz" / "fuzz_decoder.py",
    HERE / "tests" / "fuzz" / "fuzz_packs.py",
)


def main(arguments: Sequence[str]) -> int:
    """Run all, whatever the first ones find; 1 when one has found something."""
    parser = argparse.ArgumentParser(description="Fuzz the readers.")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args(arguments)
    seconds = ["--seconds", str(options.seconds)]
    codes = [
        subprocess.run([sys.executable, str(fuzzer), *seconds], check=False).returncode for fuzzer in FUZZERS
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
