"""What `dunnage config` says: every setting with its value and origin, as text and as a document."""

from collections.abc import Sequence
from typing import Final

from dunnage.config.places import DIR_VARIABLE, Places
from dunnage.config.schema import SETTINGS, Kind, Setting
from dunnage.config.settings import Settings
from dunnage.config.values import redacted
from dunnage.engine.stated import Match
from dunnage.report.documents import SCHEMA, Document
from dunnage.report.style import Style
from dunnage.report.table import Column, Table

EVERY: Final = "(every package)"


def text(
    settings: Settings, places: Places, dir_origin: str, style: Style, extra: Sequence[Match] = ()
) -> str:
    """Every setting with its value and origin, and the variable that sets it; then extra inputs, if there are any.

    `extra` is what the globs among those stand for here.
    """
    rows = [
        (row.name, row.format(settings.value(row.name)), settings.origins[row.name], row.env)
        for row in SETTINGS
    ]
    rows.append(("(directory)", str(places.base), dir_origin, DIR_VARIABLE))
    columns = (Column("setting"), Column("value"), Column("origin"), Column("variable"))
    found = style.table(Table(columns, rows))
    return f"{found}\n{_extra(settings, extra, style)}" if settings.extra_inputs else found


def _extra(settings: Settings, extra: Sequence[Match], style: Style) -> str:
    counts = {(match.stated, match.glob): match for match in extra}
    rows = []
    for stated in settings.extra_inputs:
        rule = stated.rule
        packages = ", ".join(rule.packages) or EVERY
        for glob in rule.files:
            match = counts[stated, glob]
            rows.append((packages, glob, match.problem or str(match.count), stated.origin))
        rows += ((packages, name, "variable", stated.origin) for name in rule.env)
    columns = (Column("package"), Column("extra input"), Column("files"), Column("origin"))
    return style.table(Table(columns, rows))


def shown(row: Setting, settings: Settings) -> int | str:
    """A value for a document: without anything secret."""
    value = settings.value(row.name)
    return redacted(value) if row.kind is Kind.URLS and isinstance(value, str) else value


def document(settings: Settings, places: Places, extra: Sequence[Match] = ()) -> Document:
    """The document of `config --json`: sizes in bytes, durations in seconds; for each glob how many files there are."""
    counts = {(match.stated, match.glob): match.count for match in extra}
    return {
        "schema": SCHEMA,
        "dir": str(places.base),
        "settings": {
            row.name: {
                "value": shown(row, settings),
                "origin": settings.origins[row.name],
                "env": row.env,
            }
            for row in SETTINGS
        },
        "extra_inputs": [
            {
                "package": list(stated.rule.packages),
                "files": {glob: counts[stated, glob] for glob in stated.rule.files},
                "env": list(stated.rule.env),
                "origin": stated.origin,
            }
            for stated in settings.extra_inputs
        ],
    }
