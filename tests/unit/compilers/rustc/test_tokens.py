"""Rust's tokens: where strings, comments and lifetimes begin and end decides what is a word."""

import pytest

from dunnage.compilers.rustc.tokens import TokensUnclear, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\ufefffn f() {}", ["fn", "f", "(", ")", "{", "}"]),
        ('std::env!("A")', ["std", "::", "env", "!", "(", '"A', ")"]),
        ("r#env != env", ["env", "!=", "env"]),
        ('a // env!("B")\n/// "\nb', ["a", "b"]),
        ('a /* env /* " */ b */ c', ["a", "c"]),
        (r'"a\"b" c', [r'"a\"b', "c"]),
        (r'"\\" c', ['"\\\\', "c"]),
        ('"a\nb" c', ['"a\nb', "c"]),
        ('r"\\" a', ["'", "a"]),
        ('r##"a"#b"## c', ["'", "c"]),
        ('br#"a"# b"a\\"" c"a" d', ["'", "'", "'", "d"]),
        ("'a' 'b \"'\"", ["'", "'", "\"'"]),
        (r"'\'' '\\' '\u{1_F600}' '\x41' '\n' b'\'' '\"' a", ["'"] * 7 + ["a"]),
        ("&'a x<'_, 'static> 'r#env", ["&", "'", "x", "<", "'", ",", "'", ">", "'"]),
        ("('a','b')", ["(", "'", ",", "'", ")"]),
        ("1..0x2f 1.5e3 1env", ["'", ".", ".", "'", "'", ".", "'", "'"]),
        ("größe 'é'", ["größe", "'"]),
        ("$x:expr", ["$", "x", ":", "expr"]),
    ],
)
def test_what_is_told_apart(text: str, found: list[str]) -> None:
    assert list(tokens(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "/* /* */",
        'r#"a"',
        '"a',
        'cr"a"',  # two tokens before 2021
        "don't 'do that'",
        "`a`",
        "env\u200e!()",  # white space to rustc
        "e\u0301nv",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(TokensUnclear):
        list(tokens(text))
