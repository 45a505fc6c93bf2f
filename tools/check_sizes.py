#!/usr/bin/env python3
"""Prints the ten largest source files, so that growth is seen, and fails over the limit, so that it ends.

Tables of data may be longer: they are named here, each with the reason.
"""

import subprocess
import sys
from pathlib import Path

LINES_MAX = 400
SHOWN = 10
SUFFIXES = (".py", ".c", ".h", ".sh")
FOLDERS = ("src/", "native/", "tools/", "bench/", "tests/")
TABLES: dict[str, str] = {}
"""Files that are all table, with the reason why they may be long."""

ROOT = Path(__file__).resolve().parent.parent


def sources(root: Path) -> list[str]:
    """The files of ours that git knows or would take, relative to `root`."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return [
        name
        for name in done.stdout.splitlines()
        if name.startswith(FOLDERS) and name.endswith(SUFFIXES) and (root / name).is_file()
    ]


def measure(root: Path) -> list[tuple[int, str]]:
    """Lines and name of each source, the largest first."""
    return sorted(
        ((len((root / name).read_bytes().splitlines()), name) for name in sources(root)), reverse=True
    )


def main(root: Path = ROOT) -> int:
    """Print the ten largest; 1 when one of all is too large."""
    sizes = measure(root)
    for lines, name in sizes[:SHOWN]:
        print(f"{lines:5}  {name}")
    too_large = [
        f"{name}: {lines} lines" for lines, name in sizes if lines > LINES_MAX and name not in TABLES
    ]
    for line in too_large:
        print(f"over {LINES_MAX}: {line}", file=sys.stderr)
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
