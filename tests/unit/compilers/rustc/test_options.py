"""The table of options, against itself and against the compilers that are installed."""

import re
import shutil
import subprocess

import pytest

from dunnage.compilers.rustc.options import (
    CODEGEN,
    CRATE_TYPES,
    EMIT_KINDS,
    LONG,
    OPTIONS,
    PLAIN_EMITS,
    SHORT,
    UNLINKED_CRATE_TYPES,
    UNSTABLE,
    UNSTABLE_HARMLESS,
    UNSTABLE_ROWS,
    Codegen,
    Effect,
    Option,
    looks_like_files,
)
from dunnage.model.outcome import REASONS, Outcome
from support.rustc_args import installed_rustc


def said(*argv: str) -> str:
    """What the installed rustc says."""
    return subprocess.run([installed_rustc(), *argv], capture_output=True, text=True, check=True).stdout


def test_names_and_letters_are_unique() -> None:
    assert len({option.name for option in OPTIONS}) == len(OPTIONS)
    letters = [option.letter for option in OPTIONS if option.letter]
    assert len(set(letters)) == len(letters) == len(SHORT)


def test_every_refused_row_has_a_reason_that_is_counted() -> None:
    rows: list[Option | Codegen] = [*OPTIONS, *CODEGEN.values(), *UNSTABLE_ROWS]
    for row in rows:
        assert row.effect is not Effect.REFUSED or row.reason, row
        assert not row.reason or (Outcome.UNCACHEABLE, row.reason) in REASONS, row


def test_no_name_is_both_refused_and_harmless() -> None:
    assert UNSTABLE_HARMLESS.isdisjoint(UNSTABLE)


def test_every_harmless_name_would_look_like_files() -> None:
    assert [name for name in UNSTABLE_HARMLESS if not looks_like_files(name, None)] == []


def test_emit_kinds_and_crate_types_nest() -> None:
    assert PLAIN_EMITS < EMIT_KINDS
    assert UNLINKED_CRATE_TYPES < CRATE_TYPES


@pytest.mark.parametrize(
    ("name", "value", "looks"),
    [
        ("opt-level", "3", False),
        ("some-option", "a/b", True),
        ("some-dir", None, True),
        ("dump-things", None, True),
        ("new-option", None, False),
    ],
)
def test_what_looks_like_files(name: str, value: str | None, looks: bool) -> None:
    assert looks_like_files(name, value) is looks


def test_the_installed_compiler_has_no_option_that_is_missing() -> None:
    unknown = []
    for line in said("--help", "-v").splitlines():
        match = re.match(r"\s{4,8}(?:-(\w))?(?:, )?(?:--([a-z-]+))?(?: [<\[](.*))?", line)
        if match is None or not (match[1] or match[2]):
            continue
        option = LONG.get(match[2] or "") or SHORT.get(match[1] or "")
        if option is None or (match[2] and match[1] and option.letter != match[1]):
            unknown.append(line.strip())
        elif match[3] and not option.takes_value:
            unknown.append(f"{line.strip()}: takes a value")
    assert unknown == []


def test_the_installed_compiler_has_no_codegen_option_that_is_missing() -> None:
    names = re.findall(r"^\s+-C\s+([a-z0-9-]+)=val", said("-C", "help"), re.MULTILINE)
    assert len(names) > 40
    assert [name for name in names if name not in CODEGEN] == []


def test_the_installed_compiler_has_no_emit_kind_or_crate_type_that_is_missing() -> None:
    text = said("--help", "-v")
    kinds = set(re.findall(r"^\s+\* ([a-z-]+) - ", text, re.MULTILINE))
    assert "link" in kinds
    assert kinds - EMIT_KINDS == set()
    types = re.search(r"--crate-type <([a-z|-]+)>", text)
    assert types is not None
    assert set(types[1].split("|")) - CRATE_TYPES == set()


def test_unstable_options_of_a_nightly_that_may_write_files_were_looked_at() -> None:
    if shutil.which("rustup") is None:
        pytest.skip("rustup is not installed")
    done = subprocess.run(
        ["rustup", "run", "nightly", "rustc", "-Z", "help"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("no nightly toolchain")
    # `writes`, `file` and `dump` in a description: such an option is refused, harmless by name, or a wrong hit.
    described = re.findall(r"^\s+-Z\s+([a-z0-9-]+)=val -- (.*)$", done.stdout, re.MULTILINE)
    assert len(described) > 150
    suspicious = [name for name, text in described if re.search(r"\b(dump|to (a |disk|file)|into)\b", text)]
    kept = [
        n
        for n in suspicious
        if n not in UNSTABLE and n not in UNSTABLE_HARMLESS and not looks_like_files(n, None)
    ]
    assert set(kept) <= REVIEWED


REVIEWED = {"always-encode-mir", "flatten-format-args", "plt"}
"""Descriptions that only sound like files."""
