#!/usr/bin/env python3
"""Nothing in the repository names a developer's machine: homes, private checkouts, registry mirrors, tokens.

Such a name works where it was written and nowhere else, and it tells the world what it has no use for.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PATTERNS: dict[str, re.Pattern[str]] = {
    "a home directory": re.compile(
        r"(?<![\w.<])/(?:root|home/(?!me/|u/|user/)[a-z]\w*|Users/[a-z]\w*)/\.?[\w]"  # nobody is called `me`
    ),
    "a private checkout": re.compile(r"(?<![\w.])/work/(?:main|shared|bugs)\b"),
    "a scratch directory": re.compile(r"/tmp/(?!pytest|x\b)[a-z]{1,3}/v/bin"),
    "a registry's host": re.compile(
        r"https?://(?![^/\s]*\b(?:crates\.io|pypi\.org|docs\.rs|example\.\w+|127\.0\.0\.1|localhost))"
        r"[^/\s]*(?:artifactory|nexus|registry|mirror|pypi|crates)[^\s]*"
    ),
    "a token": re.compile(r"\b(?:ghp|gho|ghs|glpat|pypi)[-_][A-Za-z0-9]{16,}"),
}

ALLOWED = ("tools/check_words.py", "tests/unit/tools/test_checks.py", "LICENSE-APACHE")


def texts(root: Path) -> list[str]:
    """The files that git knows or would take, relative to `root`."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return [name for name in done.stdout.splitlines() if name not in ALLOWED and (root / name).is_file()]


def findings(name: str, text: str) -> list[str]:
    """One line for each place that names what it should not."""
    return [
        f"{name}:{number}: {what}: {found.group(0)}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in PATTERNS.items()
        if (found := pattern.search(line))
    ]


def main(root: Path = ROOT) -> int:
    """Name each finding; 1 when there is one."""
    found = [
        line
        for name in texts(root)
        for line in findings(name, (root / name).read_text(encoding="utf-8", errors="replace"))
    ]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
