"""What `dunnage config` says: every setting with its value and origin, as text and as a document."""

from dunnage.config.places import DIR_VARIABLE, Places
from dunnage.config.schema import SETTINGS
from dunnage.config.settings import Settings
from dunnage.report.documents import SCHEMA, Document
from dunnage.report.style import Style
from dunnage.report.table import Column, Table


def text(settings: Settings, places: Places, dir_origin: str, style: Style) -> str:
    """Every setting with its value and origin, and the variable that sets it."""
    rows = [
        (row.name, row.format(settings.value(row.name)), settings.origins[row.name], row.env)
        for row in SETTINGS
    ]
    rows.append(("(directory)", str(places.base), dir_origin, DIR_VARIABLE))
    columns = (Column("setting"), Column("value"), Column("origin"), Column("variable"))
    return style.table(Table(columns, rows))


def document(settings: Settings, places: Places) -> Document:
    """The document of `config --json`: sizes in bytes, durations in seconds."""
    return {
        "schema": SCHEMA,
        "dir": str(places.base),
        "settings": {
            row.name: {
                "value": settings.value(row.name),
                "origin": settings.origins[row.name],
                "env": row.env,
            }
            for row in SETTINGS
        },
    }
