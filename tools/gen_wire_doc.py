#!/usr/bin/env python3
"""Write the tables of docs/reference/wire.md from the code: messages, flags, kinds, limits and the worked example.

What stands between `<!-- begin: NAME -->` and `<!-- end: NAME -->` is made here; the rest is written by hand.
Without arguments the page is written; `--check` only says whether it differs.
"""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum, IntFlag, StrEnum
from pathlib import Path
from types import ModuleType

from dunnage import limits
from dunnage.wire import header, messages, seen, version
from dunnage.wire.messages import CLIENT_MESSAGES, DAEMON_MESSAGES, Message

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "wire.md"
EXAMPLE = ROOT / "tests" / "golden" / "wire" / "hit.txt"

SETS: Sequence[tuple[type[IntEnum | IntFlag | StrEnum], str]] = (
    (version.Capability, "HELLO.capabilities, WELCOME.capabilities"),
    (messages.Tty, "HELLO.tty"),
    (messages.RunFlag, "RUN.flags"),
    (messages.Stream, "OUTPUT.stream"),
    (messages.EntryKind, "the kind of a name in LISTED"),
    (messages.FileSource, "the source of a file in WRITE"),
    (seen.SeenKind, "the kind of a note of SEEN"),
    (seen.UnseenWord, "the text of a note UNSEEN"),
)


def notes(module: ModuleType) -> dict[str, str]:
    """The strings under assignments, which Python itself forgets: `Class.name` or `NAME` → the text on one line."""
    found: dict[str, str] = {}

    def walk(body: Sequence[ast.stmt], prefix: str) -> None:
        for statement, below in zip(body, [*body[1:], None], strict=True):
            if isinstance(statement, ast.ClassDef):
                walk(statement.body, f"{statement.name}.")
            target = getattr(statement, "target", None) or getattr(statement, "targets", [None])[0]
            if (
                isinstance(target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
            ):
                found[prefix + target.id] = " ".join(str(below.value.value).split())

    walk(ast.parse(inspect.getsource(module)).body, "")
    return found


def table(titles: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = (titles, ["---"] * len(titles), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _message(message: type[Message], told: dict[str, str]) -> str:
    name = message.__name__
    rows = (
        (
            f"`{field.name}`",
            field.kind,
            f"{getattr(limits, field.limit):,}" if field.limit else "",
            told.get(f"{name}.{field.name}", ""),
        )
        for field in message.FIELDS
    )
    about = inspect.cleandoc(message.__doc__ or "")
    return f"#### {name.upper()} (0x{message.TYPE:02x})\n\n{about}\n\n" + table(
        ("field", "kind", "at most", "what it says"), rows
    )


def all_messages() -> str:
    """Each message with its table, the client's first."""
    told = notes(messages)
    sides = (("From the client", CLIENT_MESSAGES), ("From the daemon", DAEMON_MESSAGES))
    return "\n".join(
        f"### {title}\n\n" + "\n".join(_message(message, told) for message in side) for title, side in sides
    )


def kinds() -> str:
    """The kinds as the table of messages explains them."""
    text = inspect.cleandoc(messages.__doc__ or "")
    lines = re.findall(r"^    (\S.*?)\s{2,}(\S.*)$", text, re.MULTILINE)
    return table(("kind", "bytes"), ((f"`{kind}`", what) for kind, what in lines))


def sets() -> str:
    """The closed sets and the flags."""
    told = {**notes(messages), **notes(version), **notes(seen)}
    rows = (
        (where, f"`{member.name}`", str(member.value), told.get(f"{members.__name__}.{member.name}", ""))
        for members, where in SETS
        for member in members
    )
    return table(("where", "name", "value", "what it says"), rows)


def bounds() -> str:
    """The limits that both sides keep."""
    told = notes(limits)
    return table(
        ("limit", "value", "what it bounds, and why so"),
        ((f"`{name}`", f"{getattr(limits, name):,}", told.get(name, "")) for name in header.LIMITS),
    )


def example() -> str:
    """A whole session, as it is played against both sides in the tests."""
    return f"```text\n{EXAMPLE.read_text(encoding='utf-8')}```\n"


PARTS: dict[str, Callable[[], str]] = {
    "kinds": kinds,
    "sets": sets,
    "messages": all_messages,
    "limits": bounds,
    "example": example,
}


def filled(text: str) -> str:
    """The page with every part as the code has it. ValueError: a part's marks are not in the page."""
    for name, make in PARTS.items():
        begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"the marks of {name} are not in the page")
        text = f"{before}{begin}\n{make()}\n{end}{after}"
    return text


def main(args: Sequence[str], page: Path = PAGE) -> int:
    """Write the page, or with `--check` say whether it differs; then 1."""
    now = page.read_text(encoding="utf-8")
    if args != ["--check"]:
        page.write_text(filled(now), encoding="utf-8")
    elif now != filled(now):
        print(f"{page} is not what the code says: run tools/gen_wire_doc.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
