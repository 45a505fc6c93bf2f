"""Options that are neither -C nor -Z."""

import pytest

from dunnage.model.unit import Input, SearchDir
from support.rustc_args import CHECK, LIB, refusal_of, unit_of, words_of


def named(name: str, *words: str) -> list[str]:
    return [value for word, value, _ in words_of(*words) if word == name]


def test_cfgs_are_sets() -> None:
    assert named("cfg", "--cfg", "b", "--cfg=a", "--cfg", "b") == ["a", "b"]
    assert named("check-cfg", "--check-cfg", "cfg(b)", "--check-cfg=cfg(a)") == ["cfg(a)", "cfg(b)"]


def test_lints_keep_their_order() -> None:
    given = ("-Wa", "--deny", "b", "-A", "a", "--force-warn=c", "-Fd", "--cap-lints", "warn")
    expected = ["warn=a", "deny=b", "allow=a", "force-warn=c", "forbid=d"]
    assert named("lint", *given) == expected
    assert named("cap-lints", *given) == ["warn"]


def test_an_extern_is_an_input_with_name_modifiers_and_kind() -> None:
    unit = unit_of("--extern", "b=/d/libb-1.rmeta", "--extern=priv,noprelude:a=d/liba.rlib")
    assert [item for item in unit.inputs if item.role.startswith("extern")] == [
        Input("extern a noprelude priv rlib", "/w/d/liba.rlib"),
        Input("extern b rmeta", "/d/libb-1.rmeta"),
    ]


def test_order_of_externs_and_modifiers_does_not_matter() -> None:
    assert unit_of("--extern", "b=/b.rlib", "--extern", "priv,force:a=/a.rlib") == unit_of(
        "--extern", "force,priv:a=/a.rlib", "--extern", "b=/b.rlib"
    )


def test_one_extern_may_have_two_files() -> None:
    unit = unit_of("--extern", "a=/liba.rlib", "--extern", "a=/liba.rmeta")
    roles = [item.role for item in unit.inputs]
    assert {"extern a rlib", "extern a rmeta"} <= set(roles)


@pytest.mark.parametrize("name", ["std", "core", "alloc", "proc_macro", "test"])
def test_an_extern_of_the_sysroot_needs_no_file(name: str) -> None:
    assert named("extern", "--extern", name) == [name]
    assert named("extern", "--extern", f"noprelude:{name}") == [f"{name} noprelude"]


def test_any_other_does() -> None:
    assert refusal_of("--extern", "serde") == ("extern-without-path", "serde")


@pytest.mark.parametrize("value", ["", "=/a", "odd:a=/a", ":a=/a", "priv:=/a"])
def test_a_malformed_extern(value: str) -> None:
    assert refusal_of(f"--extern={value}")[0] == "argument"


def test_library_paths() -> None:
    crates = (".rlib", ".rmeta", ".so", ".dylib", ".dll")
    unit = unit_of(
        "-L",
        "dependency=/d",
        "-Lnative=/n",
        "-L=odd",
        "-L",
        "/all=x",
        "-Lcrate=c",
        "-Lframework=/f",
        "-Lall=/a",
    )
    assert unit.library_dirs == ["/d", "/w/=odd", "/all=x", "/w/c", "/a"]
    assert unit.search_dirs == [
        SearchDir("-L native", "/n", (".a", ".lib")),
        SearchDir("-L all", "/w/=odd", (".a", ".lib", *crates)),
        SearchDir("-L all", "/all=x", (".a", ".lib", *crates)),
        SearchDir("-L crate", "/w/c", crates),
        SearchDir("-L framework", "/f", (".a", ".lib")),
        SearchDir("-L all", "/a", (".a", ".lib", *crates)),
    ]


def test_native_libraries_keep_their_order() -> None:
    assert named("link-lib", "-lb", "-l", "static:+whole-archive=a:c") == ["b", "static:+whole-archive=a:c"]


def test_remaps_keep_their_order() -> None:
    assert named("remap-path-prefix", "--remap-path-prefix=/b=c", "--remap-path-prefix", "/a=d") == [
        "/b=c",
        "/a=d",
    ]
    assert named("remap-path-scope", "--remap-path-scope=macro") == ["macro"]


@pytest.mark.parametrize("option", ["--edition=2021", "--crate-name=x", "--out-dir=/o", "--color=never"])
def test_what_rustc_takes_once(option: str) -> None:
    assert refusal_of(option, option)[0] == "argument"


def test_json_says_what_and_how() -> None:
    unit = unit_of("--json=diagnostic-rendered-ansi,artifacts", "--json", "future-incompat")
    assert unit.display == [("json", "diagnostic-rendered-ansi")]
    words = words_of("--json=diagnostic-rendered-ansi,artifacts", "--json", "future-incompat")
    assert ("json", "artifacts", False) in words
    assert refusal_of("--json=timings") == ("option", "--json=timings")


def test_the_look_of_diagnostics_is_no_word() -> None:
    unit = unit_of("--color=always", "--diagnostic-width", "80")
    assert unit.display == [("color", "always"), ("diagnostic-width", "80")]
    assert unit.words == unit_of().words


@pytest.mark.parametrize(
    ("emit", "reason"),
    [
        ("new-kind", "emit"),
        ("metadata=-", "explicit-output"),
        ("metadata=", "explicit-output"),
    ],
)
def test_emit_kinds_that_are_refused(emit: str, reason: str) -> None:
    assert refusal_of(f"--emit={emit}")[0] == reason


def test_emit_kinds_are_a_set_and_the_last_path_wins() -> None:
    assert unit_of("--emit=metadata=/a", "--emit", "metadata=/b") == unit_of("--emit=metadata=/b")
    assert unit_of("--emit=link,dep-info") == unit_of()


@pytest.mark.parametrize("kind", ["sdylib", "executable"])
def test_a_crate_type_that_is_not_known(kind: str) -> None:
    assert refusal_of("--crate-type", kind) == ("crate-type", kind)
    assert refusal_of("--crate-type", f"{kind},lib", base=CHECK) == ("crate-type", kind)


def test_crate_types_come_in_one_word_or_more() -> None:
    assert unit_of("--crate-type", "staticlib,lib") == unit_of("--crate-type=staticlib", "--crate-type=lib")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("-vV",), "not-a-compile"),
        (("--version",), "not-a-compile"),
        (("-h",), "not-a-compile"),
        (("--explain", "E0001"), "not-a-compile"),
        (("--print", "cfg"), "not-a-compile"),
        (("--print=sysroot=/file",), "not-a-compile"),
        (("--print=native-static-libs",), "option"),
        (("-o", "x"), "explicit-output"),
        (("--env-set=A=b",), "option"),
    ],
)
def test_refused(words: tuple[str, ...], reason: str) -> None:
    assert refusal_of(*words)[0] == reason


def test_every_option_changes_something() -> None:
    plain = unit_of()
    for words in (
        ["--test"],
        ["-v"],
        ["--edition=2021"],
        ["--sysroot=/s"],
        ["--error-format=short"],
        ["--x=y"],
    ):
        base = CHECK if words == ["--test"] else LIB
        assert words_of(*words, base=base) != [(w.name, w.value, w.is_path) for w in plain.words], words
