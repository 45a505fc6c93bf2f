"""Whole invocations and their key texts: two share one if, and only if, they mean the same.

What an invocation means is said here once more, in the plainest way, and apart from the code: a list of options
becomes groups, of which some are sets, some lists whose order counts, and some do not count at all. Options come from
the tables, known ones with all their names, and unknown ones.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from dunnage.compilers.rustc import environment
from dunnage.compilers.rustc.options import CODEGEN, LONG, SHORT, UNSTABLE, UNSTABLE_HARMLESS, Effect
from dunnage.keys.roots import Roots
from dunnage.keys.toolchain import Toolchain
from dunnage.keys.unit_key import unit_text
from dunnage.model.digest import ToolchainId
from dunnage.model.unit import Cacheable
from support.rustc_args import verdict_of

Item = tuple[str, str | None]
"""The canonical name of an option, and its value; None for a flag."""
Items = list[Item]

ROOTS = Roots.of([("workspace", "/w"), ("target", "/w/target"), ("sysroot", "/s")])
TOOLCHAIN = Toolchain(ToolchainId(bytes(32)), "/s", "host", watched=(), records=())
BASE: Final[Items] = [
    ("", "src/lib.rs"),
    ("crate-name", "x"),
    ("crate-type", "lib"),
    ("emit", "dep-info,metadata,link"),
    ("out-dir", "/w/target/debug/deps"),
]

SHORTS = {option.name: letter for letter, option in SHORT.items()}
PLAIN = st.text("ab01", min_size=1, max_size=2)
SETTINGS = st.sampled_from(["", "=", "=a", "=b", "=no", "=2", "=ab"])


def named(names: Sequence[str], settings: st.SearchStrategy[str] = SETTINGS) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(names), settings).map("".join)


KNOWN_CODEGEN = sorted(name for name, row in CODEGEN.items() if row.effect is not Effect.REFUSED)
CODEGENS = st.one_of(
    named(KNOWN_CODEGEN),
    named(
        [
            "opt-level",
            "debuginfo",
            "link-arg",
            "link-args",
            "metadata",
            "lto",
            "extra-filename",
            "incremental",
        ]
    ),
    named(["profile-use"], st.sampled_from(["=a.profdata", "=/w/b.profdata"])),
    named(["incremental"], st.sampled_from(["=/w/target/debug/incremental", "=i"])),
)
UNKNOWN_CODEGENS = named(["new-a", "new-b"])
UNSTABLES = st.one_of(
    named(sorted(UNSTABLE_HARMLESS)),
    named(["new-a", "new-b", "threads", "tune-cpu", "codegen-backend", "debuginfo-compression"]),
    named(sorted(UNSTABLE), st.just("=no")),
)
MODIFIERS = st.sampled_from(["", "priv:", "nounused,force:"])
LIBRARY_KINDS = st.sampled_from(["", "all=", "native=", "crate=", "dependency=", "framework="])
LINTS: Final = ("allow", "warn", "deny", "forbid", "force-warn")

OPTIONS = st.one_of(
    st.tuples(st.just("codegen"), CODEGENS),
    st.tuples(st.just("codegen"), CODEGENS | UNKNOWN_CODEGENS),
    st.tuples(st.just("unstable"), UNSTABLES),
    st.tuples(st.sampled_from(["cfg", "check-cfg", "link-lib"]), PLAIN),
    st.tuples(st.sampled_from(LINTS), PLAIN),
    st.tuples(st.just("cap-lints"), st.sampled_from(["allow", "warn"])),
    st.tuples(st.just("remap-path-prefix"), st.tuples(PLAIN, PLAIN).map("=".join)),
    st.tuples(st.just("remap-path-scope"), st.sampled_from(["all", "object", "macro"])),
    st.tuples(
        st.just("extern"),
        st.one_of(
            st.sampled_from(["proc_macro", "core", "noprelude:std", "priv,noprelude:core", "noprelude,priv:core"]),
            st.tuples(MODIFIERS, PLAIN, PLAIN, st.sampled_from(["rlib", "rmeta"])).map(
                lambda p: f"{p[0]}{p[1]}=/w/target/debug/deps/lib{p[2]}.{p[3]}"
            ),
        ),
    ),
    st.tuples(
        st.just("library-path"),
        st.tuples(LIBRARY_KINDS, st.sampled_from(["/n", "m"])).map("".join),
    ),
    st.tuples(
        st.just("json"),
        st.sampled_from(["artifacts", "unused-externs", "diagnostic-short", "artifacts,future-incompat"]),
    ),
    st.tuples(st.sampled_from(["verbose", "test", "debuginfo", "optimize"]), st.none()),
    st.tuples(st.just("crate-type"), st.sampled_from(["rlib", "staticlib", "lib,rlib"])),
    st.tuples(st.just("emit"), st.sampled_from(["metadata", "link", "metadata=/w/o", "link=l"])),
    st.tuples(st.just("unknown"), st.tuples(st.sampled_from(["zz", "yy"]), PLAIN).map("=".join)),
    st.tuples(st.just("edition"), st.sampled_from(["2018", "2021"])),
    st.tuples(st.just("error-format"), st.sampled_from(["json", "short"])),
    st.tuples(st.just("target"), st.sampled_from(["wasm32-wasip1", "/w/a.json", "/w/b.json", "b/a.json"])),
    st.tuples(st.just("sysroot"), st.sampled_from(["/s", "/t", "t"])),
    st.tuples(st.just("color"), st.sampled_from(["always", "never"])),
    st.tuples(st.just("diagnostic-width"), st.sampled_from(["80", "100"])),
)  # fmt: skip


def spellings(name: str, value: str | None) -> list[list[str]]:
    """All ways to write an option."""
    if name == "":
        return [[value or ""]]
    if name == "unknown":
        return [[f"--{value}"]]
    letter = SHORTS.get(name)
    if value is None:
        found = [[f"--{name}"]] if name in LONG else []
        return found + ([[f"-{letter}"], [f"--{letter}"]] if letter else [])
    values = [value]
    if name in ("codegen", "unstable"):
        option, equals, setting = value.partition("=")
        values.append(f"{option.replace('-', '_')}{equals}{setting}")
    found = []
    for written in values:
        if name in LONG:
            found += [[f"--{name}={written}"], [f"--{name}", written]]
        if letter:
            found += [[f"-{letter}", written], [f"--{letter}={written}"], [f"--{letter}", written]]
            found += [[f"-{letter}{written}"]] if written else []
    return found


def line(items: Sequence[Item]) -> list[str]:
    return [word for name, value in items for word in spellings(name, value)[0]]


def text(
    words: Sequence[str], env: Mapping[str, str] | None = None, program: str = "rustc", **more: Any
) -> str | None:
    """The text of the unit key; None where the invocation is left to the compiler."""
    argv = ["clippy-driver", "rustc", *words] if program == "clippy-driver" else ["rustc", *words]
    verdict = verdict_of(argv=argv, env=env or {}, **more)
    if not isinstance(verdict, Cacheable):
        return None
    return unit_text(verdict.unit, TOOLCHAIN, ROOTS).render()


_SAME: Final = {"debuginfo": "debuginfo", "optimize": "opt-level"}


def group(name: str, value: str | None, *, all_known: bool) -> str:
    """The options among which an option's order counts."""
    if name in _SAME or name == "codegen":
        option = _SAME.get(name) or (value or "").partition("=")[0]
        option = "link-arg" if option == "link-args" else option
        return f"codegen {option}" if all_known else "codegen"
    return "lint" if name in LINTS else name


def knows_all(items: Sequence[Item]) -> bool:
    return all((value or "").partition("=")[0] in CODEGEN for name, value in items if name == "codegen")


def meaning(items: Sequence[Item]) -> object:
    """What counts of a command line, in groups."""
    groups: dict[str, list[Any]] = {}
    all_known = knows_all(items)
    for name, value in items:
        if name in ("color", "diagnostic-width"):
            continue  # only how diagnostics look
        if name == "library-path" and (value or "").startswith("dependency="):
            continue  # what is found there is pinned by hashes
        is_place = name == "codegen" and (value or "").partition("=")[0] == "incremental"
        said = "incremental" if is_place else value  # that there is such a directory, not where
        groups.setdefault(group(name, said, all_known=all_known), []).append((name, said))
    for name in ("cfg", "check-cfg", "verbose", "test"):
        groups[name] = sorted(set(groups.get(name, [])))
    groups["extern"] = sorted(_extern(value) for _, value in groups.get("extern", []))
    crates = [extern for extern in groups["extern"] if extern[1]]
    groups["extern"] = crates + sorted({extern for extern in groups["extern"] if not extern[1]})
    kinds = [kind for _, value in groups.get("json", []) for kind in value.split(",")]
    groups["json"] = sorted({kind for kind in kinds if not kind.startswith("diagnostic-")})
    groups["crate-type"] = list(
        dict.fromkeys(kind for _, value in groups.get("crate-type", []) for kind in value.split(","))
    )
    emits = [part.partition("=") for _, value in groups.get("emit", []) for part in value.split(",")]
    groups["emit"] = sorted({kind: (equals, path) for kind, equals, path in emits}.items())
    groups["library-path"] = [_library_path(value) for _, value in groups.get("library-path", [])]
    return {name: found for name, found in groups.items() if found}


def _extern(value: str) -> tuple[str, str, tuple[str, ...]]:
    left, _, path = value.partition("=")
    modifiers, _, name = left.rpartition(":")
    return name, path, tuple(sorted(modifiers.split(",")))


def _library_path(value: str) -> tuple[str, str]:
    kind, equals, path = value.partition("=")
    return (kind, path) if equals else ("all", value)


def fits(items: Sequence[Item]) -> bool:
    """Whether rustc would take it: some options stand once."""
    once = [name for name, _ in items if name in LONG and LONG[name].once]
    return len(once) == len(set(once))


CODEGEN_ONLY = st.lists(
    st.one_of(
        st.tuples(st.just("codegen"), CODEGENS), st.tuples(st.sampled_from(["debuginfo", "optimize"]), st.none())
    ),
    min_size=2,
    max_size=5,
).map(lambda items: [*BASE, *items])  # fmt: skip
"""Where most groups are, and so most mistakes about them."""

INVOCATIONS = st.lists(OPTIONS, max_size=6).map(lambda items: [*BASE, *items]).filter(fits)


@given(CODEGEN_ONLY | INVOCATIONS, CODEGEN_ONLY | INVOCATIONS)
def test_two_share_a_text_only_if_they_mean_the_same(one: Items, other: Items) -> None:
    texts = text(line(one)), text(line(other))
    assume(None not in texts)
    assert (texts[0] == texts[1]) is (meaning(one) == meaning(other))


@given(INVOCATIONS, OPTIONS, st.data())
def test_one_more_option_is_another_text_unless_it_says_nothing_new(
    items: Items, added: Item, data: st.DataObject
) -> None:
    more = list(items)
    more.insert(data.draw(st.integers(0, len(items))), added)
    assume(fits(more))
    texts = text(line(items)), text(line(more))
    assume(None not in texts)
    assert (texts[0] == texts[1]) is (meaning(items) == meaning(more))


@given(INVOCATIONS, st.data())
def test_one_value_that_differs_is_another_text(items: Items, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(items) - 1))
    name, value = items[index]
    assume(value is not None)
    changed = [*items]
    changed[index] = (name, data.draw(st.sampled_from([f"{value}a", f"{value}0", f"a{value}"])))
    texts = text(line(items)), text(line(changed))
    assume(None not in texts)
    assert (texts[0] == texts[1]) is (meaning(items) == meaning(changed))


@given(INVOCATIONS, st.data())
def test_every_spelling_has_the_same_text(items: Items, data: st.DataObject) -> None:
    words = [word for item in items for word in data.draw(st.sampled_from(spellings(*item)))]
    assert text(words) == text(line(items))


@given(CODEGEN_ONLY | INVOCATIONS, st.data())
def test_independent_options_may_stand_in_any_order(items: Items, data: st.DataObject) -> None:
    """Shuffled, but within each group of options that touch each other in their order."""
    all_known = knows_all(items)
    shuffled = data.draw(st.permutations(items))
    waiting: dict[str, list[Item]] = {}
    for item in items:
        waiting.setdefault(group(*item, all_known=all_known), []).append(item)
    turned = [waiting[group(*item, all_known=all_known)].pop(0) for item in shuffled]
    assert text(line(turned)) == text(line(items))


@given(CODEGEN_ONLY | INVOCATIONS, st.data())
def test_a_line_in_another_order_has_the_same_text_only_if_it_means_the_same(
    items: Items, data: st.DataObject
) -> None:
    turned = data.draw(st.permutations(items))
    texts = text(line(items)), text(line(turned))
    assume(None not in texts)
    assert (texts[0] == texts[1]) is (meaning(items) == meaning(turned))


@given(INVOCATIONS, st.data())
def test_flags_may_stand_together(items: Items, data: st.DataObject) -> None:
    flags = data.draw(st.lists(st.sampled_from(["verbose", "debuginfo", "optimize"]), min_size=1, max_size=3))
    apart = [*items, *((name, None) for name in flags)]
    assert text([*line(items), "-" + "".join(SHORTS[name] for name in flags)]) == text(line(apart))


@given(INVOCATIONS, st.data())
def test_response_files_are_a_spelling(items: Items, data: st.DataObject) -> None:
    words = line(items)
    first = data.draw(st.integers(0, len(words)))
    last = data.draw(st.integers(first, len(words)))
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    content = "".join(word + end for word in words[first:last]).encode()
    whole = text([*words[:first], "@args", *words[last:]], files={"args": content})
    assert whole == text(words)


# The environment.

COUNTING = sorted({*environment.RUSTC, *environment.PRESENT})
OF_MACROS = sorted(
    {*environment.PROC_MACRO, *environment.PROC_MACRO_PATHS, "CARGO_PKG_NAME", "CARGO_PKG_NEW"}
)
OF_CLIPPY = sorted(environment.CLIPPY)
OF_LINKERS = sorted(environment.LINKER)
NOISE = (
    "CARGO_TERM_COLOR",
    "CARGO_NET_RETRY",
    "CARGO_TARGET_DIR",
    "RUST_BACKTRACE",
    "HOME",
    "TOKEN",
    "RUSTC",
    "_",
)
NAMES = st.one_of([st.sampled_from(names) for names in (COUNTING, OF_MACROS, OF_CLIPPY, OF_LINKERS, NOISE)])
VALUES = st.sampled_from(["", "a", "b", "/w/a", "/n", "a:b"])
ENVIRONMENTS = st.dictionaries(NAMES, VALUES, max_size=6)
WITH_MACROS = (("extern", "a=/w/target/debug/deps/liba.rlib"),)
LINKED = (("crate-type", "cdylib"),)
KINDS = st.sampled_from([(), WITH_MACROS, LINKED, (*WITH_MACROS, *LINKED)])


def counted(env: Mapping[str, str], kind: Sequence[Item], program: str) -> dict[str, object]:
    """The variables that a text has to tell apart, and what of each."""
    names = {*COUNTING}
    if program == "clippy-driver":
        names |= {*OF_CLIPPY}
    with_macros = WITH_MACROS[0] in kind
    if with_macros:
        names |= {*OF_MACROS, *(name for name in env if name.startswith("CARGO_PKG_"))}
    if LINKED[0] in kind:
        names |= {*OF_LINKERS}
    found: dict[str, object] = {name: env[name] for name in names & env.keys()}
    if "CARGO" in found:
        found["CARGO"] = "set"
    if with_macros or program == "clippy-driver":  # where the package's Cargo.toml is
        found["manifest"] = environment.manifest(env)
    return found


@given(KINDS, st.sampled_from(["rustc", "clippy-driver"]), ENVIRONMENTS, NAMES, st.none() | VALUES)
def test_a_variable_counts_as_far_as_it_changes_the_compiler(
    kind: Sequence[Item], program: str, one: dict[str, str], name: str, value: str | None
) -> None:
    other = {known: one[known] for known in one if known != name} | ({} if value is None else {name: value})
    words = line([item for item in (*BASE, *kind) if kind[-1:] != LINKED or item != ("crate-type", "lib")])
    texts = text(words, one, program), text(words, other, program)
    assume(None not in texts)
    assert (texts[0] == texts[1]) is (counted(one, kind, program) == counted(other, kind, program))


@given(KINDS, ENVIRONMENTS, st.data())
def test_the_order_of_variables_does_not_count(
    kind: Sequence[Item], env: dict[str, str], data: st.DataObject
) -> None:
    turned = dict(data.draw(st.permutations(sorted(env.items()))))
    words = line([*BASE, *kind])
    assert text(words, env) == text(words, turned)
