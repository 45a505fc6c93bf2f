"""Words of a unit."""

import pytest

from support.rustc_args import LIB, words_of


def test_options_that_do_not_touch_each_other_have_one_order() -> None:
    turned = ("--out-dir", LIB[-1], LIB[-3], "--crate-type", "lib", "src/lib.rs", "--crate-name=x")
    assert words_of(base=turned) == words_of()


def codegen(*words: str) -> list[str]:
    return [value for name, value, _ in words_of(*words) if name.startswith("codegen")]


def test_codegen_options_have_one_order_but_for_those_that_say_the_same_thing() -> None:
    assert codegen("-Cstrip=none", "-Cpanic=abort") == codegen("-Cpanic=abort", "-Cstrip=none")
    for one, other in [("-O", "-Copt-level=0"), ("-g", "-Cdebuginfo=0"), ("-Clink-arg=-a", "-Clink-args=-b"),
                       ("-Cmetadata=a", "-Cmetadata=b"), ("-Cprofile-use=/a", "-Cprofile-use=/b")]:  # fmt: skip
        assert codegen(one, other) != codegen(other, one)


def test_a_codegen_option_that_nobody_knows_may_be_another_name_for_any() -> None:
    assert codegen("-Cnew=1", "-Cpanic=abort") != codegen("-Cpanic=abort", "-Cnew=1")


def test_what_caps_lints_and_what_sets_them_do_not_touch_each_other() -> None:
    assert words_of("-Aunused", "--cap-lints=warn") == words_of("--cap-lints=warn", "-Aunused")
    assert words_of("--cap-lints=allow", "--cap-lints=warn") != words_of(
        "--cap-lints=warn", "--cap-lints=allow"
    )
    assert words_of("--remap-path-scope=all", "--remap-path-prefix=a=b") == words_of(
        "--remap-path-prefix=a=b", "--remap-path-scope=all"
    )


def test_a_source_is_kept_as_it_is_written() -> None:
    assert ("source", "src/lib.rs", False) in words_of()
    assert ("source", "/w/src/lib.rs", True) in words_of(base=("/w/src/lib.rs", *LIB[1:]))


def test_an_explicit_output_is_a_word() -> None:
    words = words_of("--emit=metadata=/o/x.rmeta", "--emit=link=x.rlib")
    assert ("emit metadata", "/o/x.rmeta", True) in words
    assert ("emit link", "x.rlib", False) in words
    assert ("emit", "metadata", False) in words


@pytest.mark.parametrize("written", ["deps", "./deps", "/w//deps", "/w/deps/", "/w/../w/deps"])
def test_an_output_directory_that_is_spelled_oddly_is_a_word(written: str) -> None:
    assert ("out-dir", written, False) in words_of(base=(*LIB[:-1], written))


def test_a_plain_one_is_not_and_none_is_another_thing() -> None:
    assert not [word for word in words_of() if word[0] == "out-dir"]
    assert ("out-dir", "", False) in words_of(base=LIB[:-2])


def test_targets() -> None:
    assert ("target", "wasm32-wasip1", False) in words_of("--target=wasm32-wasip1")
    assert ("target", "odd.json", False) in words_of("--target=/a/odd.json")
    assert ("sysroot", "/s", True) in words_of("--sysroot=/s")


def test_places_of_packed_outputs() -> None:
    env = {"CARGO_MANIFEST_DIR": "/w/x", "OUT_DIR": "/o"}
    packed = [word[1] for word in words_of("-Clinker-plugin-lto", env=env) if word[0] == "place"]
    assert packed == ["/w", "src/lib.rs", "/w/x"]
    packed = [
        word[1]
        for word in words_of("-Clinker-plugin-lto", "--extern=a=/a.rlib", env=env)
        if word[0] == "place"
    ]
    assert packed == ["/w", "src/lib.rs", "/w/x", "/o"]
