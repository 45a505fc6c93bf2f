#!/usr/bin/env python3
"""Print docs/reference/compilers.md: which units are cacheable, and what each option does, from the tables in the code.

Without arguments the page is written; `--check` only says whether it differs.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from dunnage.compilers.gnu import families as gnu_families
from dunnage.compilers.gnu import options as gnu_options
from dunnage.compilers.gnu.parse import VARIABLES as GNU_VARIABLES
from dunnage.compilers.registry import FAMILIES, parse
from dunnage.compilers.rustc import environment, own_reads
from dunnage.compilers.rustc.options import (
    CODEGEN_ROWS,
    CRATE_TYPES,
    OPTIONS,
    UNSTABLE_ROWS,
    Codegen,
    Effect,
    Option,
)
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.unit import Uncacheable

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "compilers.md"

EMITS = ("dep-info,metadata,link", "dep-info,metadata", "metadata,link", "dep-info,asm")


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = (titles, ["---"] * len(titles), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def names(words: Iterable[str]) -> str:
    """Words of code in a sentence."""
    return ", ".join(f"`{word}`" for word in words)


def verdict(crate_type: str, emit: str) -> str:
    """What the front-end itself says to such a unit."""
    kind = ["--test"] if crate_type == "--test" else ["--crate-type", crate_type]
    argv = ["rustc", "src/lib.rs", "--crate-name", "x", f"--emit={emit}", *kind]
    answer = parse(Invocation(program="rustc", argv=argv, cwd="/w", env={}))
    return f"`{answer.reason}`" if isinstance(answer, Uncacheable) else "yes"


def matrix() -> str:
    """Crate types against kinds of output."""
    kinds = [*sorted(CRATE_TYPES), "--test"]
    return table(
        ("", *(f"`--emit={emit}`" for emit in EMITS)),
        ([f"`{kind}`", *(verdict(kind, emit) for emit in EMITS)] for kind in kinds),
    )


def spelling(option: Option) -> str:
    """How an option is written."""
    letter_only = option.name in ("library-path", "link-lib", "unstable", "debuginfo", "optimize", "output")
    names = [] if letter_only else [f"`--{option.name}`"]
    return ", ".join([*names, *([f"`-{option.letter}`"] if option.letter else [])])


def effect(row: Option | Codegen) -> str:
    """What is done with an option, and by which reason it may be refused."""
    text = str(row.effect)
    return f"{text} (`{row.reason}`)" if row.reason and row.effect is Effect.REFUSED else text


def gnu_rows() -> list[tuple[str, str, str]]:
    """Rows of gcc's and clang's options that are more than words of the key, one for all that are the same."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for row in gnu_options.OPTIONS:
        refused = row.effect is gnu_options.Effect.REFUSED
        what = f"{row.effect} (`{row.reason}`)" if refused else str(row.effect)
        form = "" if refused else str(row.form)
        groups.setdefault((form, what, row.why), []).append(row.written)
    return [
        (names(words), f"{what}; `{form}`" if form else what, why)
        for (form, what, why), words in groups.items()
    ]


def gnu_family_rows() -> list[tuple[str, str, str]]:
    """Rows of what is refused in families."""
    groups: dict[tuple[str, str], list[str]] = {}
    for prefix, (reason, why) in gnu_families.REFUSED.items():
        groups.setdefault((reason, why), []).append(f"{prefix}…")
    return [(names(words), f"`{reason}`", why) for (reason, why), words in groups.items()]


def gnu_part() -> str:
    """What is said of gcc and clang."""
    return f"""\
## gcc and clang

Programs that are called `gcc`, `g++`, `cc`, `c++`, `clang` or `clang++`, with or without a triple in front and a
version behind (`aarch64-linux-gnu-gcc-12`). What is cacheable is one source that is compiled to an object (`-c`): C,
C++, Objective-C, and assembler with and without preprocessing. Besides the object a unit may make dep-info (`.d`),
split debug information (`.dwo`), notes of coverage (`.gcno`) and stack usage (`.su`), under the names that the
compiler gives them.

The client itself, without asking the daemon, leaves to the compiler what has neither `-c` nor a response file among its
words, and what has `-`, `-E`, `-S`, `-M`, `-MM`, `-###`, `--version` or `--help` there.

What a compiler reads is observed, so no option is needed that makes it tell, and none is added; only where stderr is a
terminal that knows colours, `-fdiagnostics-color=always` is, because the compiler itself writes to a pipe.

All spellings of an option are the same (`-I x`, `-Ix`); the order of all options counts. A path counts relative to its
root where it is absolute, and as it stands where it is not. Words that begin with {names(gnu_options.PLAIN)}
are part of the key as they stand, known or not, unless they look as if they named a file that is made. All else has to
be known.

{table(("option", "what it is", "why"), gnu_rows())}
Of the words that begin with `-f`, `-m` and `-g` these are left to the compiler, and what ends in `=native`
(`native-cpu`):

{table(("word", "reason", "why"), gnu_family_rows())}
Words for the preprocessor (`-Wp,`), the assembler (`-Wa,`), clang's front-end (`-Xclang`) and LLVM (`-mllvm`) are part
of the key where they are known to make no file; `-Wp,-MD,file` is understood. Response files (`@file`) are read by the
rules of both compilers; what the two read differently is refused.

With one of these variables a unit is left to the compiler (`option`):

{table(("variable", "why"), ((f"`{name}`", why) for name, why in GNU_VARIABLES.items()))}
"""


def page() -> str:
    """The whole page."""
    verbatim = [row for row in CODEGEN_ROWS if row.effect is Effect.KEY and not row.why]
    special = [row for row in CODEGEN_ROWS if row not in verbatim]
    reasons = [row for (outcome, _), row in REASONS.items() if outcome is Outcome.UNCACHEABLE]
    variables = {**environment.RUSTC, **environment.PRESENT}
    return f"""\
<!-- Printed by tools/gen_compilers_doc.py from the tables in the code; do not edit. -->

# Compilers

Programs that are understood, by name: {names(FAMILIES)}, and gcc and clang under all their names.
`clippy-driver` is understood where cargo puts it in front of `rustc`. Everything else is left alone
(`unknown-compiler`).

## Which units are cacheable

The rows are crate types, the columns what is made of them; a cell says `yes`, or the reason that `dunnage stats`
counts.

{matrix()}
Dep-info has to be among the outputs, because that is how the compiler says what it read; cargo always asks for it. More
than one crate type is cacheable if each of them is.

## Options

Both spellings of an option (`-C x=1`, `-Cx=1`, `--codegen=x=1`, `--codegen x=1`) are the same. An option that is not
known and has its value in the same word is kept verbatim; one that has not, or that looks as if it named a file, is
refused, because nobody can tell whether the next word belongs to it.

{table(("option", "what it is", "why"), ((spelling(row), effect(row), row.why) for row in OPTIONS))}
### -C

These are part of the key as they stand, in their order: {names(row.name for row in verbatim)}.

{table(("option", "what it is", "why"), ((f"`{row.name}`", effect(row), row.why) for row in special))}
### -Z

All are part of the key as they stand, in their order, but these:

{table(("option", "what it is", "why"), ((f"`{row.name}`", effect(row), row.why) for row in UNSTABLE_ROWS))}
## Variables

What the compiler reports by itself (`env!`) counts as it reports it. Besides, these count for every unit where they
are set:

{table(("variable", "why"), ((f"`{name}`", why) for name, why in variables.items()))}
And with clippy:

{table(("variable", "why"), ((f"`{name}`", why) for name, why in environment.CLIPPY.items()))}
Where a unit has externs, a procedural macro may run, which reads without telling. Then these count, too:
`{environment.PROC_MACRO_PREFIX}*`, {names(environment.PROC_MACRO)}; relative to their roots the places in
{names(environment.PROC_MACRO_PATHS)};
and the contents of the package's `Cargo.toml`.

## What procedural macros look at

Where a unit has externs, everything that rustc and its children look at is observed and joins the path set, but what
rustc looks at by itself. A macro that looks at one of these goes unseen:

{table(("variable", "why it is left out"), ((f"`{name}`", why) for name, why in own_reads.VARIABLES.items()))}
{table(("place", "why it is left out"), own_reads.PLACES.items())}
{gnu_part()}## Reasons

{table(("reason", "why a unit is left to the compiler"), ((f"`{row.name}`", row.text) for row in reasons))}"""


def main(argv: Sequence[str]) -> int:
    """Write the page, or with `--check` compare it."""
    text = page()
    if argv == ["--check"]:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{PAGE} differs from the tables in the code; run tools/gen_compilers_doc.py\n")
        return 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
