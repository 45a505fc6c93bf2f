"""The tokens of a Rust source, as far as somebody needs them who looks for words and for what stands around them.

A token is a text, and its first character says what it is:

    env  r#env→env     a word: keywords, names, raw ones without their mark
    "OUT_DIR           a plain string, by what stands between its quotes, escapes as they are
    '                  any other literal, and lifetimes: what is in them is not told
    ( ! :: !=          a mark, of one character but for these two

Comments and blanks are gone. A source that an edition of Rust might take for other tokens is refused.
Source: the Rust reference, "Lexical structure".
"""

import re
from collections.abc import Iterator
from typing import Final

OTHER: Final = "'"

_TOKEN: Final = re.compile(
    r"""
      (?P<blank>[ \t\n\r\f\v]+|//[^\n]*)
    | (?P<comment>/\*)
    | (?P<raw>(?:b|c)?r(?P<hashes>\#*)")
    | (?P<other>
        [bc]"[^"\\]*(?:\\.[^"\\]*)*"
      | b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]+\}|.)|[^\\'])'
      | '(?:r\#)?\w+
      | \d\w*
      )
    | "(?P<string>[^"\\]*(?:\\.[^"\\]*)*)"
    | (?P<word>(?:r\#)?[^\W\d]\w*)
    | (?P<mark>::|!=|[!\#-&(-\[\]-_{-~])
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT: Final = re.compile(r"/\*|\*/")


class TokensUnclear(ValueError):
    """This is no Rust, or Rust of a kind that is not told apart here."""


def tokens(text: str) -> Iterator[str]:
    """All tokens, in order.

    Raises:
        TokensUnclear.
    """
    at = 0
    text = text.removeprefix("\ufeff")
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise TokensUnclear(f"{text[at : at + 20]!r}")
        at = match.end()
        kind = match.lastgroup
        if kind == "word":
            yield match["word"].removeprefix("r#")
        elif kind == "mark":
            yield match["mark"]
        elif kind == "string":
            yield '"' + match["string"]
        elif kind == "other":
            yield OTHER
        elif kind == "comment":
            at = _behind_comment(text, at)
        elif kind == "raw":
            at = _behind_raw(text, match)
            yield OTHER


def _behind_comment(text: str, at: int) -> int:
    """Comments may be nested."""
    depth = 1
    while depth:
        match = _COMMENT.search(text, at)
        if match is None:
            raise TokensUnclear("a comment without an end")
        depth += 1 if match[0] == "/*" else -1
        at = match.end()
    return at


def _behind_raw(text: str, match: re.Match[str]) -> int:
    """Raw C strings are two tokens before 2021, the second of which may end earlier."""
    end = text.find('"' + match["hashes"], match.end())
    if end < 0 or match["raw"].startswith("c"):
        raise TokensUnclear("a raw string")
    return end + 1 + len(match["hashes"])
