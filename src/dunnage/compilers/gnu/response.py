r"""Response files of gcc and clang: `@file` stands for the words in that file, which may name further ones.

    words are separated by blanks        'one word'   "one word"   one\ word   ""

How a backslash inside of quotes is read has changed (libiberty up to gcc 14 and clang: it always quotes; since then as
in a POSIX shell). What the two read differently is refused. The drivers do this to each word of argv, values of options
included, before they look at options.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from dunnage.compilers.refused import ResponseFileError

DEPTH_MAX: Final = 16
WORDS_MAX: Final = 200_000
"""A link of a whole browser has some 50,000; a file that names itself has no end."""

_BLANKS: Final = frozenset(" \t\r\n")
_ODD: Final = frozenset("\0\v\f\ufeff")
"""Blank to some readers, the end or nothing to others."""
_ESCAPED_IN_QUOTES: Final = frozenset('"\\$`')


def needed(argv: Sequence[str], files: Mapping[str, bytes] | None = None) -> tuple[str, ...]:
    """The names of response files that are not in `files`, as written, without duplicates; argv[0] is the program.

    The words of those that are in `files` are looked at, too. What cannot be split names none: `expand` refuses it.
    """
    files = files or {}
    missing: dict[str, None] = {}
    seen: set[str] = set()
    levels = [iter(argv[1:])]
    while levels:
        word = next(levels[-1], None)
        if word is None:
            levels.pop()
        elif word.startswith("@") and (name := word[1:]) not in seen:
            seen.add(name)
            if name in files:
                levels.append(iter(_words_or_none(name, files[name])))
            else:
                missing[name] = None
    return tuple(missing)


def _words_or_none(name: str, data: bytes) -> Sequence[str]:
    try:
        return split(name, data)
    except ResponseFileError:
        return ()


def expand(argv: Sequence[str], files: Mapping[str, bytes] | None) -> Sequence[str]:
    """argv with the words of its response files in their place; argv itself where it names none.

    Raises:
        ResponseFileError: a file's contents are missing from `files`, or see `split`.
    """
    if not [word for word in argv[1:] if word[:1] == "@"]:
        return argv
    words = [argv[0]]
    _expand(argv[1:], files or {}, words, 0)
    return words


def _expand(argv: Sequence[str], files: Mapping[str, bytes], words: list[str], depth: int) -> None:
    for word in argv:
        if not word.startswith("@"):
            words.append(word)
            continue
        name = word[1:]
        if name not in files:
            raise ResponseFileError(f"{name}: not read")
        if depth >= DEPTH_MAX or len(words) > WORDS_MAX:
            raise ResponseFileError(f"{name}: too deep, or too much")
        _expand(split(name, files[name]), files, words, depth + 1)


def split(name: str, data: bytes) -> list[str]:
    """The words in a response file. `name` is for the message.

    Raises:
        ResponseFileError: a quote has no end, or compilers differ in how they read it.
    """
    text = data.decode("utf-8", "surrogateescape")
    if not _ODD.isdisjoint(text):
        raise ResponseFileError(f"{name}: odd characters")
    if not ("\\" in text or "'" in text or '"' in text):
        return [word for word in text.translate(_TO_SPACE).split(" ") if word]
    words: list[str] = []
    index = 0
    while index < len(text):
        if text[index] in _BLANKS:
            index += 1
            continue
        word, index = _word(name, text, index)
        words.append(word)
    return words


_TO_SPACE: Final = str.maketrans(dict.fromkeys(_BLANKS, " "))


def _word(name: str, text: str, index: int) -> tuple[str, int]:
    """The word that begins at `index`, and the index behind it."""
    found: list[str] = []
    quote = ""
    while index < len(text):
        char = text[index]
        index += 1
        if char == "\\":
            following = text[index : index + 1]
            if (
                following in ("", "\n", "\r")
                or quote == "'"
                or (quote and following not in _ESCAPED_IN_QUOTES)
            ):
                raise ResponseFileError(f"{name}: a backslash that compilers read differently")
            found.append(following)
            index += 1
        elif quote:
            if char == quote:
                quote = ""
            else:
                found.append(char)
        elif char in _BLANKS:
            break
        elif char in "'\"":
            quote = char
        else:
            found.append(char)
    if quote:
        raise ResponseFileError(f"{name}: a quote without end")
    return "".join(found), index
