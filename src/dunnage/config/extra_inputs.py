"""The tables `[[extra-inputs]]` of a `dunnage.toml`, and the variable by which the user's own reach the daemon.

    [[extra-inputs]]
    package = "schema-user"           # or a list, or globs; without it: every package
    files = ["schema/**/*.sql"]       # relative to the dunnage.toml, or absolute
    env = ["DATABASE_URL"]

A project's file is read by the daemon through the client's eyes, so that it counts in containers, too. The user's own
is not seen there: its tables travel with each command, as JSON, their paths made absolute. Percent signs stand in it
for whatever a shell would take apart: `docker run $(dunnage env …)` splits at blanks, and takes quotes as they are.

Any project may have them, with paths outside of it, too: all that a path can do is make a key differ, and the client
opens nothing that its user may not.
"""

import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote

from dunnage.config.globs import parse_glob
from dunnage.model.extra import ExtraRule

TABLE: Final = "extra-inputs"
VARIABLE: Final = "DUNNAGE_EXTRA_INPUTS"
HINT: Final = (
    'Such a table begins with [[extra-inputs]]; then come package = "name" and files = ["schema/**/*.sql"].'
)
_KEYS: Final = ("package", "files", "env")


@dataclass(frozen=True, slots=True)
class Stated:
    """A rule, and the absolute path of the file that says it."""

    rule: ExtraRule
    origin: str


def rules_of(document: Mapping[str, object]) -> tuple[ExtraRule, ...]:
    """The rules of a `dunnage.toml`, whatever else is in it. Raises ValueError with the number of the table."""
    for name in document:
        if name != TABLE and name.lower().replace("_", "-") in (TABLE, "extra-input"):
            raise ValueError(f"there is no setting {name}. Did you mean {TABLE}?")
    tables = document.get(TABLE, [])
    if not isinstance(tables, list):
        raise ValueError(f"{TABLE} is a list of tables: write [[{TABLE}]]")
    return tuple(_rule(table, number) for number, table in enumerate(tables, 1))


def _rule(table: object, number: int) -> ExtraRule:
    where = f"{TABLE}, table {number}"
    if not isinstance(table, dict):
        raise ValueError(f"{where}: it is not a table: write [[{TABLE}]]")
    for key in table:
        if key not in _KEYS:
            raise ValueError(f"{where}: there is no {key}, only {', '.join(_KEYS)}")
    packages, files, env = (_texts(table.get(key, []), f"{where}: {key}") for key in _KEYS)
    if "package" in table and not packages:
        raise ValueError(f"{where}: package names nobody: leave it out for every package")
    if not files and not env:
        raise ValueError(f"{where}: it names neither files nor env")
    for name in env:
        if not name or "=" in name or "\0" in name:
            raise ValueError(f"{where}: `{name!r}` is no variable's name")
    for text in files:
        try:
            parse_glob(text)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error
    return ExtraRule(packages=packages, files=files, env=env)


def _texts(value: object, where: str) -> tuple[str, ...]:
    """A text, or a list of them."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(text, str) for text in values):
        raise ValueError(f"{where} is neither a text nor a list of texts")
    return tuple(values)


def encode(stated: Sequence[Stated]) -> str:
    """The rules as the value of `VARIABLE`; relative globs are those of the directory of their origin."""
    rules = [_at(item.rule, posixpath.dirname(item.origin)) for item in stated]
    tables = [{"package": list(r.packages), "files": list(r.files), "env": list(r.env)} for r in rules]
    said = [{key: value for key, value in table.items() if value} for table in tables]
    return quote(json.dumps(said, separators=(",", ":")), safe=":,/").replace("~", "%7E")


def _at(rule: ExtraRule, directory: str) -> ExtraRule:
    return replace(rule, files=tuple(posixpath.join(directory, text) for text in rule.files))


def decode(text: str) -> tuple[ExtraRule, ...]:
    """The rules in a value of `VARIABLE`; none where it is empty. Raises ValueError."""
    if not text:
        return ()
    rules = rules_of({TABLE: json.loads(unquote(text, errors="strict"))})
    if not all(glob.startswith("/") for rule in rules for glob in rule.files):
        raise ValueError(f"{VARIABLE}: a path that is not absolute")
    return rules
