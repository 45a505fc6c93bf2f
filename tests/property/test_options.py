"""Properties of reading a command line: nothing is lost, spellings agree, and two meanings never look the same."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dunnage.compilers.refused import Malformed
from dunnage.compilers.rustc.dep_info import DepInfoError, parse_dep_info
from dunnage.compilers.rustc.notices import has_diagnostics, split_notices
from dunnage.compilers.rustc.options import CODEGEN, LONG, SHORT, Effect
from dunnage.compilers.rustc.scan import scan
from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.unit import Cacheable, Uncacheable, Unit
from support.rustc_args import LIB, unit_of, verdict_of

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
PLAIN = st.text("abcz019-_.", min_size=1, max_size=6)

CODEGEN_WORDS = sorted(
    row.name
    for row in CODEGEN.values()
    if row.effect is Effect.KEY and row.name not in ("split-debuginfo", "lto", "llvm-args", "incremental")
)
SETTINGS = st.tuples(st.sampled_from(CODEGEN_WORDS), PLAIN).map("=".join)

# (canonical name, value) of options that are words or inputs, each with values that are cacheable.
ITEMS = st.one_of(
    st.tuples(st.just("codegen"), SETTINGS),
    st.tuples(st.just("unstable"), st.tuples(st.sampled_from(["new-a", "new-b"]), PLAIN).map("=".join)),
    st.tuples(st.sampled_from(["cfg", "check-cfg", "remap-path-prefix", "link-lib", "cap-lints"]), TEXT),
    st.tuples(st.sampled_from(["allow", "warn", "deny", "forbid", "force-warn"]), PLAIN),
    st.tuples(st.just("extern"), st.tuples(PLAIN, PLAIN).map(lambda pair: f"{pair[0]}=/{pair[1]}.rlib")),
    st.tuples(st.just("library-path"), st.tuples(st.sampled_from(["native", "all"]), PLAIN).map("=/".join)),
)
LETTERS = {option.name: letter for letter, option in SHORT.items()}


def spellings(name: str, value: str) -> list[list[str]]:
    """All the ways to write one option."""
    found = []
    if name in LONG:
        found += [[f"--{name}={value}"], [f"--{name}", value]]
    if name in LETTERS:
        letter = LETTERS[name]
        found += [[f"-{letter}", value], [f"--{letter}={value}"], [f"--{letter}", value]]
        found += [[f"-{letter}{value}"]] if value else []
    return found


def lines(items: Sequence[tuple[str, str]]) -> list[str]:
    """One command line for these options."""
    return [word for name, value in items for word in spellings(name, value)[0]]


def meaning(items: Sequence[tuple[str, str]]) -> object:
    """What a list of options means: sets are sets, every other group is a list of its own, and so is each -C option."""
    lints = ("allow", "warn", "deny", "forbid", "force-warn")
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, value in items:
        group = value.partition("=")[0].replace("link-args", "link-arg") if name == "codegen" else name
        groups.setdefault("lint" if name in lints else group, []).append((name, value))
    for name in ("cfg", "check-cfg"):
        groups[name] = sorted(set(groups.get(name, [])))
    groups["extern"] = sorted(groups.get("extern", []))
    return {name: group for name, group in groups.items() if group}


def counted(unit: Unit) -> object:
    """Everything of a unit that its key is made from."""
    return unit.words, unit.inputs, unit.search_dirs, unit.library_dirs


@given(st.lists(ITEMS, max_size=6), st.data())
def test_spellings_agree(items: list[tuple[str, str]], data: st.DataObject) -> None:
    words = [word for item in items for word in data.draw(st.sampled_from(spellings(*item)))]
    assert scan(["rustc", *words, "a.rs"]) == (items, ["a.rs"])


@given(st.lists(ITEMS, max_size=6))
def test_no_option_is_lost(items: list[tuple[str, str]]) -> None:
    unit = unit_of(*lines(items))
    kept = [word.value for word in unit.words]
    for name, value in items:
        if name == "extern":
            crate, _, path = value.partition("=")
            assert any(item.role == f"extern {crate} rlib" and item.path == path for item in unit.inputs)
        elif name == "library-path":
            kind, _, path = value.partition("=")
            assert any(found.role == f"-L {kind}" and found.path == path for found in unit.search_dirs)
        else:
            assert any(text in (value, f"{name}={value}") for text in kept), (name, value)


@given(st.lists(ITEMS, max_size=5), st.lists(ITEMS, max_size=5))
def test_two_meanings_never_look_the_same(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    same = meaning(one) == meaning(other)
    assert (counted(unit_of(*lines(one))) == counted(unit_of(*lines(other)))) is same


@given(st.lists(ITEMS, max_size=5), st.randoms(use_true_random=False))
def test_neighbours_that_do_not_touch_may_change_places(items: list[tuple[str, str]], random: object) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    same = meaning(items) == meaning(shuffled)
    assert (counted(unit_of(*lines(items))) == counted(unit_of(*lines(shuffled)))) is same


@given(PLAIN, PLAIN)
def test_unknown_flags_are_kept(name: str, value: str) -> None:
    word = f"--zz{name}={value}"
    try:
        found, free = scan(["rustc", word, "a.rs"])
    except Malformed:
        return
    assert (found, free) == ([("unknown", word)], ["a.rs"])
    verdict = verdict_of(word)
    assert isinstance(verdict, Cacheable)
    assert verdict.unit.words != unit_of().words


@given(
    st.lists(
        st.one_of(TEXT, st.sampled_from([*LIB, "-C", "-Z", "--extern", "-L", "-gvO", "--emit", "-", "--"]))
    )
)
def test_any_words_get_a_verdict(words: list[str]) -> None:
    verdict = verdict_of(argv=["rustc", *words])
    if isinstance(verdict, Uncacheable):
        assert (Outcome.UNCACHEABLE, verdict.reason) in REASONS
    else:
        assert verdict.unit.dep_info in [output.path for output in verdict.unit.outputs]


@given(st.lists(TEXT), st.dictionaries(TEXT, st.text(max_size=5)))
def test_any_words_get_a_verdict_from_clippy(words: list[str], env: dict[str, str]) -> None:
    verdict = verdict_of(argv=["clippy-driver", "rustc", *LIB, *words], env=env)
    assert isinstance(verdict, Cacheable | Uncacheable)


@given(st.binary(max_size=200))
def test_any_bytes_are_dep_info_or_a_documented_error(data: bytes) -> None:
    try:
        info = parse_dep_info(data)
    except DepInfoError:
        return
    assert info.target
    assert info.files


PATHS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r\\:"), min_size=1, max_size=6).filter(
        lambda path: not path.startswith("#") and path.strip(" ") == path
    ),
    min_size=1,
    max_size=4,
    unique=True,
)
VALUES = st.dictionaries(
    st.text("ABC_", min_size=1, max_size=4),
    st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)


@given(PATHS, VALUES)
def test_dep_info_as_rustc_writes_it_is_read_back(paths: list[str], env: dict[str, str | None]) -> None:
    escaped = [path.replace(" ", "\\ ") for path in paths]
    text = f"/t/x.d: {' '.join(escaped)}\n\n" + "".join(f"{path}:\n" for path in escaped) + "\n"
    for name, value in env.items():
        plain = "" if value is None else value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        text += f"# env-dep:{name}" + ("" if value is None else f"={plain}") + "\n"
    info = parse_dep_info(text.encode())
    assert (info.target, list(info.files), info.env) == ("/t/x.d", paths, env)


@given(st.binary(max_size=200))
def test_lines_of_stderr_are_never_lost(data: bytes) -> None:
    assert b"".join(line for _, line in split_notices(data)) == data
    assert isinstance(has_diagnostics(data), bool)
