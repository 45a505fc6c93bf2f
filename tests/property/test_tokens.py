"""Rust's tokens: whatever stands in comments and literals, the words around them are found, and no others."""

from hypothesis import given
from hypothesis import strategies as st

from dunnage.compilers.rustc.tokens import OTHER, TokensUnclear, tokens

INSIDE = st.text(alphabet="env!(\"OUT_DIR') \n#/*\\r", max_size=12)
"""What would be tokens, outside."""


def _comment(text: str) -> tuple[str, list[str]]:
    return f"/* {text.replace('/*', '').replace('*/', '')} */", []


def _line(text: str) -> tuple[str, list[str]]:
    return f"// {text}".replace("\n", " ") + "\n", []


def _string(text: str) -> tuple[str, list[str]]:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"', ['"' + escaped]


def _bytes(text: str) -> tuple[str, list[str]]:
    return f"b{_string(text)[0]}", [OTHER]


def _raw(text: str) -> tuple[str, list[str]]:
    return f'r###"{text}"###', [OTHER]


PIECES = st.one_of(
    INSIDE.map(_comment),
    INSIDE.map(_line),
    INSIDE.map(_string),
    INSIDE.map(_bytes),
    INSIDE.map(_raw),
    st.sampled_from(["env", "option_env", "r", "b", "größe", "x1"]).map(lambda word: (word, [word])),
    st.sampled_from(list("!()[]{}#$,;.")).map(lambda mark: (mark, [mark])),
    st.sampled_from(["'a'", r"'\''", "'\"'", "'static", "'r#env", r"b'\\'", "1u8", "0x2f"]).map(
        lambda literal: (literal, [OTHER])
    ),
)


@given(st.lists(PIECES))
def test_words_are_found_between_whatever_there_is(pieces: list[tuple[str, list[str]]]) -> None:
    text = " ".join(text for text, _ in pieces)
    assert list(tokens(text)) == [token for _, found in pieces for token in found]


@given(st.text())
def test_any_text_ends(text: str) -> None:
    try:
        found = list(tokens(text))
    except TokensUnclear:
        return
    assert all(found)
