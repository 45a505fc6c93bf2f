"""Whether the time can be in what git says, told by the words that it was started with.

git asks for the time whatever it is asked for: its tracing does, when it begins. It uses the time for relative dates,
in what it prints (`3 days ago`) and in what it is told (`--since=yesterday`, `HEAD@{1.hour.ago}`). So a command that
has neither is as good as one that never asked. Commands, options and placeholders: git's own manual, "PRETTY FORMATS"
of git-log and "SPECIFYING REVISIONS" of git-rev-parse.
"""

import posixpath
import re
from collections.abc import Sequence
from typing import Final

from dunnage.model.seen import Seen

_COMMANDS: Final = frozenset(
    {
        "cat-file", "config", "describe", "diff", "diff-files", "diff-index", "diff-tree", "ls-files", "ls-tree",
        "merge-base", "name-rev", "rev-list", "rev-parse", "show-ref", "status", "symbolic-ref", "version",
        "--version", "--exec-path",
    }
)  # fmt: skip
"""They print no date, unless a format asks for one."""

_FORMATTED: Final = frozenset({"log", "show"})
"""They print dates as the user's configuration says, unless a format says what is printed."""

_WITH_VALUE: Final = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace"})
"""Options in front of the command whose value may be the next word."""

_OF_TIME: Final = re.compile(r"since|until|before|after|@\{|date|relative|reflog|-g$")
"""In any word: it may speak of a time, or have one printed."""

_FORMAT: Final = re.compile(r"--(?:format|pretty)(?:=(?:t?format:)?(?P<format>.*))?", re.DOTALL)

_ABSOLUTE: Final = re.compile(r"[^%]|%(?:[HhTtPpsbBdDn%]|[ac][neNEtIis])")
"""What a format may hold: letters, and placeholders that say the same at any time. `%ad` is as configured, `%ar` is
relative."""


def may_say_the_time(arguments: Sequence[str]) -> bool:
    """Whether it may; so it is where the words are not known. `arguments`: with the program's name in front."""
    words = _command(arguments[1:])
    if not words or any(map(_OF_TIME.search, words)):
        return True
    formats = [match["format"] for match in map(_FORMAT.fullmatch, words) if match is not None]
    if any(text is None or "%" not in text or _ABSOLUTE.sub("", text) for text in formats):
        return True  # without a placeholder it is the name of a format, which has dates in it
    return words[0] not in _COMMANDS and not (words[0] in _FORMATTED and formats)


def _command(words: Sequence[str]) -> Sequence[str]:
    """The command and what follows, without the options in front of it."""
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] not in _COMMANDS:
        at += 2 if words[at] in _WITH_VALUE else 1
    return words[at:]


def is_idle_question(seen: Seen, program: str, word: str) -> bool:
    """Whether git asked for the time, or the number of processors, and cannot say it.

    Args:
        program: its file, as in `Seen.unseen`.
        word: what was asked for: `clock` or `cores`.
    """
    if word not in ("clock", "cores") or posixpath.basename(program) != "git":
        return False
    asked = [process for process in seen.by_pid.values() if word in process.unseen]
    if any((process.program, word) not in seen.unseen for process in asked):
        return False  # one has become another program since
    own = [process for process in asked if process.program == program]
    return bool(own) and not any(may_say_the_time(process.arguments) for process in own)
