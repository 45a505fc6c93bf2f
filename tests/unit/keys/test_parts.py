"""Every kind of part has its sentence: the golden list below, and a search of the sources for kinds that it lacks."""

import ast
from pathlib import Path

import pytest

from dunnage.keys.explain import differences
from dunnage.keys.parts import KINDS, OTHER, kind_of
from dunnage.keys.text import UNSET
from dunnage.model.entry import Entry, Pairs

SOURCES = Path(__file__).resolve().parents[3] / "src/dunnage"
A, B = "a" * 64, "b" * 64

GOLDEN: dict[str, tuple[Pairs, Pairs, str]] = {
    "salt": ((("salt", "1"),), (("salt", "2"),),
             "this dunnage makes keys in another way than the one that stored the entry: 1 → 2"),
    "kind": ((("kind", "unit"),), (("kind", "x"),), "it is another kind of key: unit → x"),
    "language": ((("language", "rust"),), (("language", "c"),), "the language differs: rust → c"),
    "toolchain": ((("toolchain", A),), (("toolchain", B),), "the toolchain changed: rustc 1.95.0 → rustc 1.96.0"),
    "argument": ((), (("argument", "-x"),), "`-x` was added"),
    "linker": ((("linker", A),), (("linker", B),), "the linker, or what it is started with, changed"),
    "target": ((), (("target", "wasm32"),), "the target or sysroot differs: none → wasm32"),
    "portable": ((), (("portable", "/dunnage/target"), ("portable", "/dunnage/workspace")),
                 "portable mode is on now, and was off"),
    "target contents": ((("contents target", A),), (("contents target", B),), "the target specification changed"),
    "unobserved": ((("unobserved", ""),), (), "what procedural macros look at is observed now"),
    "crate type": ((), (("crate-type", "lib"),), "`--crate-type lib` was added"),
    "emit": ((("emit", "link"),), (), "`--emit link` is gone"),
    "test": ((), (("test", ""),), "`--test` was added"),
    "edition": ((("edition", "2018"),), (("edition", "2021"),), "`--edition` 2018 → 2021"),
    "codegen": ((("codegen", "opt-level=0"),), (("codegen", "opt-level=3"),), "`-C opt-level` 0 → 3"),
    "native cpu": ((("native-cpu", "znver3 +aes"),), (("native-cpu", "znver4 +aes"),),
                   "`-C target-cpu=native` means another processor, or other features of it"),
    "unstable": ((), (("unstable", "threads=8"),), "`-Z threads` none → 8"),
    "driver": ((("driver", "gcc"),), (("driver", "g++"),), "the compiler is called by another name: gcc → g++"),
    "c option": ((), (("-D", "NDEBUG"),), "`-D NDEBUG` was added"),
    "cfg": ((), (("cfg", 'feature="x"'),), '`--cfg feature="x"` was added'),
    "source": ((("input source", "{workspace}/src/lib.rs"), ("contents source", A)),
               (("input source", "{workspace}/src/lib.rs"), ("contents source", B)), "`src/lib.rs` changed"),
    "appeared": ((("absent", "{workspace}/src/x/mod.rs"),), (("file {workspace}/src/x/mod.rs", A),),
                 "`src/x/mod.rs` appeared"),
    "vanished": ((("file {workspace}/src/x.rs", A),), (("absent", "{workspace}/src/x.rs"),), "`src/x.rs` is gone"),
    "file": ((("file {workspace}/a.rs", A),), (("file {workspace}/a.rs", B),), "`a.rs` changed"),
    "listing": ((("listing {workspace}/t", A),), (("listing {workspace}/t", B),),
                "the names in `t` are others: a file was added, removed or renamed"),
    "there": ((("there {workspace}/t", "directory"),), (("there {workspace}/t", "other"),),
              "`t` is another kind of thing (directory → other)"),
    "env": ((("env X" + UNSET, ""),), (("env X", "y"),), "the environment variable `X`: unset → y"),
    "pwd": ((("pwd" + UNSET, ""),), (("pwd", "/link"),),
            "compilers call the working directory what `PWD` does if it leads there: nothing → /link"),
    "environment": ((("environment", A),), (("environment", B),),
                    "a variable of the environment differs, and a program was started that may read any of them"),
    "check-cfg": ((), (("check-cfg", "cfg(a)"),), "`--check-cfg cfg(a)` was added"),
    "lint": ((("lint", "deny=unused"),), (), "`lint level deny=unused` is gone"),
    "cap-lints": ((), (("cap-lints", "allow"),), "`--cap-lints` none → allow"),
    "remap": ((), (("remap-path-prefix", "/a=/b"),), "`--remap-path-prefix /a=/b` was added"),
    "remap scope": ((), (("remap-path-scope", "all"),), "`--remap-path-scope` none → all"),
    "link-lib": ((), (("link-lib", "z"),), "`-l z` was added"),
    "extern word": ((), (("extern", "proc_macro"),), "`--extern proc_macro` was added"),
    "look": ((), (("json", "artifacts"),), "`artifacts` was added"),
    "unknown option": ((), (("unknown", "--new=3"),), "`--new=3` was added"),
    "manifest": ((("contents manifest", A),), (("contents manifest", B),), "the package's Cargo.toml changed"),
    "extra": ((("contents extra schema/a.sql", A),), (("contents extra schema/a.sql", B),),
              "`schema/a.sql`, an extra input, changed"),
    "library": ((("contents -L native libz.a", A),), (("contents -L native libz.a", B),),
                "the library native libz.a in a search directory changed"),
    "crate": ((("contents extern base rmeta", A),), (("contents extern base rmeta", B),),
              "the crate `base` that it uses changed (`dunnage explain base` says why, if that was a miss)"),
    "contents": ((("contents workspace Cargo.lock", A),), (), "the file of `workspace Cargo.lock` is gone"),
    "search": ((), (("search -L native", "{target}/n"),), "the search directories `-L native`: none → {target}/n"),
    "absent": ((("absent", "{workspace}/q.rs"),), (), "`q.rs` is not looked for any more"),
    "place": ((("place", "/a"),), (("place", "/b"),),
              "its outputs hide the paths in them, so they hold for one place only: /a → /b"),
    "source name": ((("source", "a.rs"),), (("source", "b.rs"),), "the source has another name: a.rs → b.rs"),
    "root": ((), (("root", "cargo-home"),), "`root cargo-home` was added"),
    "cwd": ((("cwd", "{workspace}"),), (("cwd", "{target}"),),
            "the compiler runs in another directory: {workspace} → {target}"),
    "out-dir": ((("out-dir", "{target}/debug"),), (("out-dir", "{target}/release"),),
                "the output directory differs: {target}/debug → {target}/release"),
    "crate name": ((("crate-name", "a"),), (("crate-name", "b"),), "`--crate-name` a → b"),
    "env place": ((("env OUT_DIR", "{target}/a"),), (("env OUT_DIR", "{target}/b"),),
                  "the environment variable `OUT_DIR` names another place: {target}/a → {target}/b"),
    "crate file": ((("input extern base rmeta", "{target}/libbase-1.rmeta"),),
                   (("input extern base rmeta", "{target}/libbase-2.rmeta"),),
                   "the crate `base` that it uses is another build of it: libbase-1.rmeta → libbase-2.rmeta"),
    "input": ((("input manifest", "{workspace}/a"),), (("input manifest", "{workspace}/b"),),
              "the file of `manifest` has another name: a → b"),
    "hash": ((("codegen", "metadata=1"),), (("codegen", "metadata=2"),),
             ("cargo gave the unit another hash (`-C metadata` 1 → 2): its package's source, version, features, "
             "profile or dependencies differ")),
    "output path": ((), (("emit link", "{target}/x"),), "the path of `--emit link`: none → {target}/x"),
    "output": ((("output link", "{target}/1"),), (("output link", "{target}/2"),),
               "the output `link` has another name: {target}/1 → {target}/2"),
    "unit": ((("unit", A),), (("unit", B),), "the unit key differs"),
    "order": ((("lint", "allow=a"), ("lint", "deny=b")), (("lint", "deny=b"), ("lint", "allow=a")),
              "the order of `lint` parts differs"),
    "other": ((), (("brand-new", "1"),), "`brand-new`: none → 1"),
}  # fmt: skip


def entry(parts: Pairs, toolchain: str = "") -> Entry:
    return Entry(parts=parts, toolchain=toolchain)


@pytest.mark.parametrize("kind", GOLDEN)
def test_the_sentence_of_each_kind(kind: str) -> None:
    before, now, sentence = GOLDEN[kind]
    [found] = differences(entry(before, "rustc 1.95.0"), entry(now, "rustc 1.96.0"))
    assert (found.kind, found.sentence) == (kind, sentence)


def test_what_binds_a_result_has_its_sentences() -> None:
    before = Entry(bound=(("root:cargo-home", "/a"), ("display", "color=never")))
    now = Entry(places=(("root:cargo-home", "/b"), ("display", "color=always")))
    assert [item.sentence for item in differences(before, now)] == [
        "its diagnostics are kept for another terminal (color=never → color=always)",
        "an output holds the path of cargo home, which stood at /a and stands at /b now",
    ]
    assert not differences(before, Entry(places=before.bound))


def test_pwd_is_asked_for_or_not() -> None:
    asked, silent = entry((("pwd" + UNSET, ""),)), entry(())
    assert [item.sentence for item in (*differences(silent, asked), *differences(asked, silent))] == [
        "a compiler asks now what `PWD` calls the working directory",
        "a compiler does not ask any more what `PWD` calls the working directory",
    ]


def test_portable_mode_off_again_and_with_other_names() -> None:
    on, other = entry((("portable", "/dunnage/workspace"),)), entry((("portable", "/dunnage/packages/x-1"),))
    assert [item.sentence for item in differences(on, entry(()))] == ["portable mode is off now, and was on"]
    assert [item.sentence for item in differences(on, other)] == [
        "portable mode has other stable names (/dunnage/workspace → /dunnage/packages/x-1)"
    ]


def test_no_kind_is_missing_from_the_golden_list() -> None:
    assert set(GOLDEN) | {"bound"} == {kind.name for kind in KINDS}


def names_in(path: Path, tree: ast.AST) -> list[tuple[str, str]]:
    """The names of parts that a source makes: literals in full, f-strings up to their first hole."""
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        called = node.func
        name = (
            called.id
            if isinstance(called, ast.Name)
            else called.attr
            if isinstance(called, ast.Attribute)
            else ""
        )
        in_text = isinstance(called, ast.Attribute) and name in ("add", "add_digest", "add_all")
        if name != "Word" and not (in_text and path.name == "unit_key.py"):
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.append((path.name, first.value))
        elif isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
            found.append((path.name, str(first.values[0].value) + "x"))
    return found


def test_every_part_that_the_sources_name_has_a_kind() -> None:
    files = [SOURCES / "keys/unit_key.py", *(SOURCES / "compilers").rglob("*.py")]
    names = [name for file in files for name in names_in(file, ast.parse(file.read_text()))]
    assert len(names) > 25
    assert [name for name in names if kind_of(name[1], "v")[0] is OTHER] == []


def test_words_named_by_a_table_have_a_kind() -> None:
    from dunnage.compilers.rustc.words import _SINGLE

    for name in (
        *_SINGLE,
        "source",
        "out-dir",
        "sysroot",
        "codegen profile-use",
        "unstable profile-sample-use",
    ):
        assert kind_of(name, "v")[0] is not OTHER, name


def test_a_variable_that_stands_in_both_keys_is_said_once() -> None:
    before = Entry(parts=(("env X" + UNSET, ""), ("env X" + UNSET, "")), bound=(), places=(), toolchain="")
    now = Entry(parts=(("env X", "y"), ("env X", "y")), bound=(), places=(), toolchain="")
    [found] = differences(before, now)
    assert found.sentence == "the environment variable `X`: unset → y"
