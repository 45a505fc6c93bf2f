"""Which variables a crate's sources use for no other end than to find files.

    include!(concat!(env!("OUT_DIR"), "/x.rs"))     finds a file; the value is gone when the file is there
    include_str!(env!("GRAMMAR"))                   so does this
    env!("OUT_DIR").len()                           is a value, and stays in what is compiled
    option_env!("OUT_DIR"), concat!(env!("OUT_DIR"), "/x"), env!("OUT_DIR")    are, too

The sources are read before macros are expanded. So this says something only of a crate that no macros come to but its
own and those of the sysroot (`Unit.alone`), and only where nobody could make one of these macros out of parts, call it
by another name, put another one in its place, or take its call apart. Whatever looks like that is `LocatingUnclear`:

    the words below, handed to any other macro than those below; renamed by `as`; defined by `macro_rules!`; behind `$`;
    in a macro's rules, without `!` or `::` behind them
    `macro`, and rules of `macro_rules!` that begin with a word: `attr` and `derive` of nightlies take items apart
    a name that is no plain string

Source: the Rust reference, "Macros"; `rustc_builtin_macros::{env, source_util, concat}`.
"""

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from dunnage.compilers.rustc.tokens import tokens

_ASK: Final = ("env", "option_env")
_FIND: Final = ("include", "include_bytes", "include_str")
_JOIN: Final = "concat"
_WORDS: Final = frozenset((*_ASK, *_FIND, _JOIN))
_RULES: Final = "macro_rules"

_CONCERNED: Final = re.compile(rb"\b(?:%s)\b" % b"|".join(word.encode() for word in (*_WORDS, _RULES)))
"""What is in no source that need not be looked at closely."""

_NAME: Final = re.compile(r'"\w+', re.ASCII)
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_PADDING: Final = ("",) * 5
"""So that a token's neighbours need no bounds."""


class LocatingUnclear(ValueError):
    """What a crate does with variables cannot be told from its sources."""


@dataclass(slots=True)
class Asked:
    """Names of variables, by what is done with their values."""

    located: set[str] = field(default_factory=set)
    valued: set[str] = field(default_factory=set)

    @property
    def only_located(self) -> set[str]:
        """Those that find files and do nothing else."""
        return self.located - self.valued

    def look(self, source: bytes) -> None:
        """Take in one source; any file that the compiler read may be one.

        Raises:
            LocatingUnclear, TokensUnclear: a UnicodeDecodeError, as both of them, is a ValueError.
        """
        if _CONCERNED.search(source):
            _Scan(self, [*_PADDING, *tokens(source.decode()), *_PADDING]).all()


class _Scan:
    """One source, token by token."""

    def __init__(self, asked: Asked, found: list[str]) -> None:
        self._asked = asked
        self._tokens = found
        self._open: list[tuple[str, str]] = []
        """Of each group that is open: the macro that it is given to, empty for none, and how it ends."""

    def all(self) -> None:
        for at in range(len(_PADDING), len(self._tokens) - len(_PADDING)):
            token = self._tokens[at]
            if token in _CLOSING:
                self._open.append((self._callee(at), _CLOSING[token]))
            elif token in _CLOSING.values():
                if not self._open or self._open.pop()[1] != token:
                    raise LocatingUnclear("brackets that do not match")
            elif token in _WORDS:
                self._word(at)
            elif token == _RULES:
                self._rules(at)
            elif token == "macro" or (_is_word(token) and self._open and self._open[-1][0] == _RULES):
                raise LocatingUnclear(f"`{token}`")
        if self._open:
            raise LocatingUnclear("brackets without an end")

    def _callee(self, at: int) -> str:
        """The macro that the group which begins here is given to."""
        before = self._tokens[at - 4 : at]
        if before[1:3] == [_RULES, "!"] or before[:3] == [_RULES, "!", "$"]:
            return _RULES
        return before[2] if before[3] == "!" and _is_word(before[2]) else ""

    def _rules(self, at: int) -> None:
        mark, name = self._tokens[at + 1 : at + 3]
        if self._tokens[at - 1] == "$" or mark != "!" or not (name == "$" or _is_word(name)):
            raise LocatingUnclear(f"another `{_RULES}`")

    def _word(self, at: int) -> None:
        before, word, behind = self._tokens[at - 1], self._tokens[at], self._tokens[at + 1]
        callees = {callee for callee, _ in self._open} - {""}
        if not callees <= {_RULES, _JOIN, *_FIND}:
            raise LocatingUnclear(f"`{word}` in a macro's call")
        if before in ("$", "as") or behind == "as" or self._tokens[at - 2 : at] == [_RULES, "!"]:
            raise LocatingUnclear(f"another `{word}`")
        if behind != "!":
            if _RULES in callees and behind != "::":
                raise LocatingUnclear(f"`{word}` in a macro's rules")
        elif self._tokens[at + 2] not in _CLOSING:
            raise LocatingUnclear(f"`{word}!` without a call")
        elif word in _ASK:
            self._ask(at)

    def _ask(self, at: int) -> None:
        name, end = self._tokens[at + 3 : at + 5]
        if not _NAME.fullmatch(name) or (end != "," and end not in _CLOSING.values()):
            raise LocatingUnclear("a variable without a plain name")
        callers = (callee for callee, _ in reversed(self._open) if callee != _JOIN)
        finds = self._tokens[at] == "env" and next(chain(callers, ("",))) in _FIND
        (self._asked.located if finds else self._asked.valued).add(name[1:])


def _is_word(token: str) -> bool:
    return token[:1].isidentifier()
