"""Properties of reading a command line of gcc or clang: nothing is lost, spellings agree, sources stay sources."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dunnage.compilers.gnu.options import EXACT, OPTIONS, Effect, Form
from dunnage.compilers.gnu.response import expand, needed, split
from dunnage.compilers.gnu.scan import scan
from dunnage.compilers.refused import Malformed, ResponseFileError
from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.unit import Uncacheable, Unit
from support.gnu_args import BASE, compile_in, macros_in, unit_of, verdict_of

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
PLAIN = st.text("abcz019_.", min_size=1, max_size=6)
PATHS = st.tuples(st.sampled_from(["", "/", "../"]), PLAIN).map("".join)

VALUED = sorted(
    {
        row.name
        for row in OPTIONS
        if row.effect in (Effect.KEY, Effect.PATH) and row.form in (Form.EITHER, Form.EQUALS, Form.SEPARATE)
    }
    - {"-arch"}  # only one
)
FLAGS = sorted({row.name for row in OPTIONS if row.effect is Effect.KEY and row.form is Form.FLAG})
FAMILY = st.tuples(st.sampled_from(["-fz", "-mz", "-Wz", "-gz-", "-O", "-Rpass="]), PLAIN).map("".join)
ITEMS = st.one_of(
    st.tuples(st.sampled_from(VALUED), PATHS),
    st.tuples(st.sampled_from(FLAGS), st.just("")),
    st.tuples(st.just("option"), FAMILY),
)


def spellings(name: str, value: str) -> list[list[str]]:
    """All the ways to write one option."""
    if name == "option":
        return [[value]]
    found: list[list[str]] = []
    for row in OPTIONS:
        if row.name != name:
            continue
        word = row.written
        match row.form:
            case Form.FLAG:
                found.append([word])
            case Form.JOINED:
                found.append([word + value])
            case Form.SEPARATE:
                found.append([word, value])
            case Form.EITHER:
                found += [[word, value], [word + value]]
            case Form.EQUALS:
                found += [[word, value], [f"{word}={value}"]]
    return [words for words in found if len(words) == 2 or words[0] in EXACT or reads(words[0], name)]


def reads(word: str, name: str) -> bool:
    """Whether a joined word is still this option: `-F` with `.` is, `-T` with `bss` is another one."""
    return scan(["gcc", word])[0][0] == name


def counted(unit: Unit) -> object:
    return unit.words, unit.inputs, unit.outputs


@given(st.lists(ITEMS, max_size=8), st.data())
def test_spellings_agree(items: list[tuple[str, str]], data: st.DataObject) -> None:
    one = [word for item in items for word in data.draw(st.sampled_from(spellings(*item)))]
    other = [word for item in items for word in spellings(*item)[0]]
    assert counted(unit_of(*one)) == counted(unit_of(*other))


@given(st.lists(ITEMS, max_size=6), st.lists(ITEMS, max_size=6))
def test_two_meanings_never_look_the_same(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    units = [unit_of(*(word for item in items for word in spellings(*item)[0])) for items in (one, other)]
    assert (counted(units[0]) == counted(units[1])) is (one == other)


@given(st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=8).map("-".__add__))
@example("-fxray-modes=")
@example("--frob")
@example("-Wp,-MD")
def test_an_unknown_option_never_swallows_nor_makes_a_source(word: str) -> None:
    if word in EXACT or word == "-":
        return
    found = scan(["gcc", "-c", word, "b.c"])
    assert [value for name, value in found if name == "source"] == ["b.c"]
    verdict = verdict_of(base=("-c", word, "b.c"))
    if isinstance(verdict, Uncacheable):
        assert (Outcome.UNCACHEABLE, verdict.reason) in REASONS
    else:
        assert [item.path for item in verdict.unit.inputs] == ["/w/b.c"]


ODD = (
    *BASE,
    "-o",
    "-I",
    "-MF",
    "-MD",
    "-x",
    "c",
    "-Wp,",
    "-Wp,-MD,x",
    "-dumpdir",
    "-dumpbase",
    "-g",
    "-gsplit-dwarf",
    "-",
    "@a",
)


@given(
    st.lists(st.one_of(TEXT, st.sampled_from(ODD))),
    st.sampled_from(["gcc", "clang++", "arm-none-eabi-c++-9"]),
)
def test_any_words_get_a_verdict(words: list[str], program: str) -> None:
    verdict = verdict_of(base=words, program=program, files={"a": b"-c 'a b.c'"})
    if isinstance(verdict, Uncacheable):
        assert (Outcome.UNCACHEABLE, verdict.reason) in REASONS
        return
    unit = verdict.unit
    paths = [output.path for output in unit.outputs]
    assert unit.outputs[0].kind == "object"
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("/") for path in paths)
    assert unit.dep_info in ("", *paths)


@given(st.lists(TEXT))
def test_a_value_is_missing_only_at_the_end(words: list[str]) -> None:
    try:
        scan(["gcc", *words])
    except Malformed:
        scan(["gcc", *words, "value"])


# --- response files -----------------------------------------------------------------------------------------

WORDS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r\v\f\ufeff"), max_size=6), max_size=6
)
PRINTED = st.text("ab =+'\"\\$`#!*?(){}[]<>|&;~^%,:ä\t", max_size=12)


def quoted(words: Sequence[str]) -> bytes:
    """A response file as gcc itself writes one (libiberty's `writeargv`)."""
    lines = ["".join(f"\\{char}" if char in " \t\\'\"" else char for char in word) or '""' for word in words]
    return "".join(f"{line}\n" for line in lines).encode()


@given(WORDS)
def test_what_gcc_writes_is_read_back(words: list[str]) -> None:
    assert split("a", quoted(words)) == words


@given(WORDS, WORDS, WORDS)
def test_nested_files_are_as_if_written_in_place(outer: list[str], inner: list[str], last: list[str]) -> None:
    plain = [word for word in (*outer, *inner, *last) if not word.startswith("@")]
    outer, inner, last = (
        [word for word in words if not word.startswith("@")] for words in (outer, inner, last)
    )
    files = {"f 1": quoted([*outer, "@f2", *last]), "f2": quoted(inner)}
    assert expand(["gcc", "@f 1"], files) == ["gcc", *plain]
    assert needed(["gcc", "@f 1"], files) == ()


@given(st.binary(max_size=60))
def test_any_bytes_are_words_or_a_documented_error(data: bytes) -> None:
    try:
        words = split("a", data)
    except ResponseFileError:
        return
    assert all(isinstance(word, str) for word in words)


@pytest.mark.parametrize("program", ["gcc", "clang"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(PRINTED, min_size=1, max_size=12))
def test_compilers_read_what_gcc_writes_as_we_do(program: str, values: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.c").touch()
        data = quoted([f"-DX{value}" for value in values])
        (folder / "args").write_bytes(data)
        done = compile_in(folder, program, ["-###", "-c", "a.c", "@args"])
        assert done.returncode == 0, done.stderr
        assert macros_in(done.stderr) == [word[2:] for word in split("args", data)]
