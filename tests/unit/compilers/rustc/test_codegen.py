"""-C and -Z."""

import pytest

from dunnage.model.unit import Input, Listing
from support.rustc_args import CHECK, refusal_of, unit_of, words_of


def codegen(*words: str) -> list[str]:
    return [value for name, value, _ in words_of(*words) if name == "codegen"]


def test_words_of_one_thing_stand_in_their_order_and_repeat() -> None:
    given = ("-Copt-level=1", "-g", "-C", "lto", "-O", "-Copt-level=2", "-Clink-arg=-a", "-Clink-arg=-a")
    assert codegen(*given) == ["-g", "link-arg=-a", "link-arg=-a", "lto", "opt-level=1", "-O", "opt-level=2"]


def test_an_underscore_is_a_dash() -> None:
    assert codegen("-Copt_level=1") == codegen("-Copt-level=1")


def test_nothing_and_empty_are_two_things() -> None:
    assert codegen("-Clto") != codegen("-Clto=")


def test_incremental_counts_but_not_where() -> None:
    unit = unit_of("-Cincremental=/w/target/debug/incremental")
    assert unit.incremental == "/w/target/debug/incremental"
    assert codegen("-Cincremental=/a") == codegen("-Cincremental=b") == ["incremental"]
    assert codegen() == []


def test_a_profile_is_an_input_and_keeps_its_name() -> None:
    unit = unit_of("-Cprofile-use=p.profdata", "-Zprofile-sample-use=/s.prof", "-Zcodegen-backend=/b.so")
    assert Input("codegen profile-use", "/w/p.profdata") in unit.inputs
    assert Input("unstable profile-sample-use", "/s.prof") in unit.inputs
    assert Input("unstable codegen-backend", "/b.so") in unit.inputs
    named = [
        word for word in words_of("-Cprofile-use=p.profdata", "-Cprofile-use=/q") if word[0].endswith("-use")
    ]
    assert named == [("codegen profile-use", "p.profdata", False), ("codegen profile-use", "/q", True)]


@pytest.mark.parametrize("word", ["-Csave-temps", "-Csave-temps=yes", "-Csave_temps"])
def test_save_temps(word: str) -> None:
    assert refusal_of(word)[0] == "save-temps"


@pytest.mark.parametrize(
    "word",
    [
        "-Ztune-cpu=native",
        "-Zcodegen-backend=cranelift",
        "-Zself-profile",
        "-Zself-profile=/tmp/x",
        "-Zdump-mir=all",
        "-Zdump_mir=all",
        "-Zremark-dir=x",
        "-Ztime-passes",
        "-Zllvm-plugins=/x.so",
        "-Zno-link",
        "-Zunpretty=expanded",
        "-Znew-thing-dir=x",
        "-Znew-thing=a/b",
        "-Cnew-thing=a/b",
        "-Cllvm-args=-pass-remarks-output=x",
        "-Cllvm-args=-profile=/x",
    ],
)
def test_refused(word: str) -> None:
    assert refusal_of(word) == ("option", f"{word[:2]} {word[2:]}")


@pytest.mark.parametrize(
    "word",
    [
        "-Csave-temps=no",
        "-Ctarget-cpu=x86-64-v3",
        "-Zno-link=no",
        "-Zunstable-options",
        "-Zembed-metadata=no",
        "-Zbinary-dep-depinfo",
        "-Zcodegen-backend=llvm",
        "-Ztune-cpu=znver3",
        "-Znew-thing=1",
        "-Cnew-thing=1",
        "-Cllvm-args=--inline-threshold=3",
        "-Csplit-debuginfo=packed",
    ],
)
def test_kept_verbatim(word: str) -> None:
    group = {"C": "codegen", "Z": "unstable"}[word[1]]
    assert (group, word[2:], False) in words_of(word)


@pytest.mark.parametrize("debug", ["-g", "-Cdebuginfo=1", "-Cdebuginfo=line-tables-only", "-Cdebuginfo"])
def test_split_debuginfo_with_debuginfo(debug: str) -> None:
    for kind in ("unpacked", "packed"):
        unit = unit_of(debug, f"-Csplit-debuginfo={kind}")
        assert unit.listing == Listing("/w/target/debug/deps", ("x.",))
        assert not unit.packs_debuginfo, "a library's are in the library"
    assert unit_of(debug, "-Csplit-debuginfo=off").listing is None
    assert unit_of(debug, "-Csplit-debuginfo=unpacked", base=CHECK).listing is None


def test_packed_debuginfo_of_what_is_linked() -> None:
    unit = unit_of("-g", "-Csplit-debuginfo=packed", "--crate-type=cdylib")
    assert unit.listing == Listing("/w/target/debug/deps", ("libx.so.", "x."))
    assert unit.packs_debuginfo
    assert unit.merges_crates
    assert not unit_of("-g", "-Csplit-debuginfo=unpacked", "--crate-type=cdylib").merges_crates


@pytest.mark.parametrize(
    "words", [("--target=x86_64-apple-darwin",), ("--target=x86_64-pc-windows-gnu",), ("--emit=link=/o/x",)]
)
def test_split_debuginfo_that_is_not_understood(words: tuple[str, ...]) -> None:
    assert refusal_of("-g", "-Csplit-debuginfo=packed", *words)[0] == "split-debuginfo"


@pytest.mark.parametrize("debug", ["-Cdebuginfo=0", "-Cdebuginfo=none"])
def test_split_debuginfo_without_debuginfo(debug: str) -> None:
    assert unit_of(debug, "-Csplit-debuginfo=unpacked").listing is None


@pytest.mark.parametrize(
    "word", ["-Clinker-plugin-lto", "-Cinstrument-coverage", "-Zdebuginfo-compression=zlib"]
)
def test_packed_outputs_stay_at_their_place(word: str) -> None:
    places = [value for name, value, _ in words_of(word) if name == "place"]
    assert "/w" in places
    assert "src/lib.rs" in places


@pytest.mark.parametrize(
    "word", ["-Clinker-plugin-lto=no", "-Cinstrument-coverage=off", "-Zdebuginfo-compression=none"]
)
def test_other_outputs_do_not(word: str) -> None:
    assert not [name for name, _, _ in words_of(word) if name == "place"]


@pytest.mark.parametrize("word", ["-Chelp", "-Zhelp", "-Whelp"])
def test_questions(word: str) -> None:
    assert refusal_of(word)[0] == "not-a-compile"


@pytest.mark.parametrize("lto", ["-Clto", "-Clto=fat", "-Clto=thin"])
def test_with_lto_rustc_reads_all_crates(lto: str) -> None:
    assert unit_of(lto, "--crate-type=staticlib").merges_crates
    assert not unit_of(lto, base=CHECK).merges_crates
    for off in ("off", "no", "thin-local"):
        assert not unit_of(lto, f"-Clto={off}", "--crate-type=staticlib").merges_crates


def test_the_native_cpu_is_asked_for() -> None:
    assert unit_of("-Ctarget-cpu=native").native_cpu
    assert codegen("-Ctarget-cpu=native") == ["target-cpu=native"]
    assert not unit_of("-Ctarget-cpu=native", "-Ctarget-cpu=x86-64-v3").native_cpu
    assert not unit_of().native_cpu
