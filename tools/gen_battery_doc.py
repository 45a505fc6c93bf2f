#!/usr/bin/env python3
"""Print the page about the battery: each case, what dunnage does, and what was recorded of its peers.

Without arguments docs/explanation/battery.md is written; `--check` only says whether it differs.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from support.battery import c_inputs, c_outputs, c_places  # noqa: E402 - after the path is set
from support.battery.case import Case  # noqa: E402 - after the path is set
from support.battery.record import CASES, Record  # noqa: E402

PAGE = ROOT / "docs" / "explanation" / "battery.md"

SHOWN = {"right": "right", "stale": "**stale**", "lost": "**lost**", "error": "**error**"}

TEXT = """<!-- Printed by tools/gen_battery_doc.py from tests/battery/peers.json; do not edit. -->

# What a cache may never get wrong

A slow cache is a nuisance; a wrong hit costs somebody days.
So dunnage is held to a list, line by line: `tests/battery/` builds a small project in a state, then in another that a
cache could mistake for it, then in the first again, each in an empty target directory, and compares with builds at the
same place without a cache. For dunnage everything is compared: exit code, what cargo says, what the program prints,
every file to the byte, and whether a second build has nothing to do. Peers are compared only in the one thing that the
line is about.

Seen on {recorded} with {rustc}, {versions}, each from PyPI and as it comes:

* **right**: as without a cache.
* **stale**: an old answer, or success where there is an error.
* **lost**: a file is missing that the compiler makes.
* **error**: a build fails that succeeds without a cache.

{table}{limits}
The tests run the peers again in these very versions, and fail when the table is no longer true.
`make record-battery` writes a new record with the newest versions.

Some lines are about what happens meanwhile or beside, and are tests of dunnage alone: spellings of one option (13), a
source saved while the compiler runs (14), the order of notices and files (20), questions that cargo asks the compiler
(23), several cargos at one store (27).

## C and C++

The same for one compilation: each state of a case is compiled by gcc, g++ or clang alone and with dunnage, and then all
of them again, at one place. Exit code, both streams and every file are compared; `tests/battery/test_c*.py` has further
ones about what happens meanwhile (interrupted compilations, two of one object, full disks, terminals).

{c_claims}
## Shadow builds

What nobody thought of is looked for at random. `tests/shadow/` edits real crates (ripgrep, hyperfine, semver,
rustversion) and a workspace of our own, with a proc macro, generated code and a native library: bodies, modules that
come, go, move and swap places, files touched, features, variables, flags, build scripts and what they make, and back to
an earlier state. Each state is built twice at the same place, with dunnage over a store that has seen the history, and
without; exit code, diagnostics and all files have to be equal, and cargo has to find nothing left to do. `make test`
plays a few dozen edits, `make shadow SHADOW_EDITS=200` as many as one likes. A difference is printed with the command
that plays it again.

For C and C++ each source of zlib (gcc), of a part of zstd (clang) and of a few templates (g++) is compiled twice after
each edit: texts, headers that come in front, get lost and come back, options, variables.
"""


def table(record: Record) -> str:
    """All cases."""
    titles = ["line", "what has to be true", "dunnage", *record.versions]
    rows = [titles, ["---"] * len(titles)]
    rows += [[str(case.line), case.claim, own(case), *peers(case, record)] for case in CASES]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)


def own(case: Case) -> str:
    """What the test of a case says about dunnage."""
    return "**stale** ¹" if case.limit else "right"


def peers(case: Case, record: Record) -> list[str]:
    """What is recorded of each; a line where no answer can be wrong is not tried."""
    seen = record.seen.get(case.id, {})
    return [SHOWN[seen[name]] if name in seen else "not tried" for name in record.versions]


def limits() -> str:
    """The footnote, where there is something to say."""
    reasons = dict.fromkeys(case.limit for case in CASES if case.limit)
    return "".join(f"\n¹ A [limit](limits.md): {reason}.\n" for reason in reasons)


def c_claims() -> str:
    """What has to be true of C, each once."""
    cases = (*c_inputs.CASES, *c_places.CASES, *c_outputs.CASES)
    return "".join(f"* {claim}\n" for claim in dict.fromkeys(case.claim for case in cases))


def page() -> str:
    """The whole page."""
    record = Record.load()
    versions = " and ".join(f"{name} {version}" for name, version in record.versions.items())
    return TEXT.format(
        recorded=record.recorded,
        rustc=record.rustc,
        versions=versions,
        table=table(record),
        limits=limits(),
        c_claims=c_claims(),
    )


def main(argv: Sequence[str]) -> int:
    """Write the page, or with `--check` compare it."""
    text = page()
    if argv == ["--check"]:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{PAGE} differs from the record; run tools/gen_battery_doc.py\n")
        return 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
