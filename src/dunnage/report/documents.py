"""The JSON documents that programs may rely on: `stats --json`, `status --json`, `doctor --json`, `env --format json`.
(`config --json` is beside its text, in `report.settings`.)

`docs/reference/stats-json.md` describes them. Within one schema number fields may join; none changes or leaves.
The daemon's answers have this shape already; here it is made whole, so that every field is always there.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from dunnage import __version__
from dunnage.config.places import Places
from dunnage.model.outcome import Outcome

if TYPE_CHECKING:
    from dunnage.report.switch import Switch

SCHEMA: Final = 1

Document = dict[str, Any]
"""A JSON object: keys are text, values whatever JSON has."""

LANGUAGES: Final = ("rust", "c")


def dump(document: Mapping[str, Any]) -> str:
    """The document as text: two blanks deep, in its own order, ASCII only, line ended."""
    return json.dumps(document, indent=2) + "\n"


def outcomes(counts: Mapping[str, int]) -> dict[str, int]:
    """A count for every outcome."""
    return {str(outcome): counts.get(outcome, 0) for outcome in Outcome}


def stats(reply: Mapping[str, Any]) -> Document:
    """The document of `stats --json` from the daemon's answer."""
    counts = outcomes(reply.get("outcomes", {}))
    lookups = counts["hit"] + counts["miss"]
    reasons = reply.get("reasons", {})
    languages = reply.get("languages", {})
    store = reply.get("store", {})
    document: Document = {
        "schema": SCHEMA,
        "outcomes": counts,
        "reasons": {name: dict(reasons.get(name, {})) for name in counts},
        "languages": {
            name: outcomes(languages.get(name, {})) for name in dict.fromkeys((*LANGUAGES, *languages))
        },
        "hit_rate": round(counts["hit"] / lookups, 4) if lookups else None,
        "time_saved_s": reply.get("time_saved_s", 0.0),
        "store": {name: store.get(name, 0) for name in ("size_bytes", "size_bytes_max", "actions", "blobs")},
    }
    document["remotes"] = list(reply.get("remotes", ()))
    return document | {name: value for name, value in reply.items() if name not in document}


def explain(reply: Mapping[str, Any]) -> Document:
    """The document of `explain --json` from the daemon's answer."""
    return {"schema": SCHEMA, "sessions": list(reply.get("sessions", ()))}


LEVELS: Final = ("error", "warning", "note", "ok")
"""Of what the doctor finds, the worst first."""


def doctor(findings: Sequence[Mapping[str, str]]) -> Document:
    """The document of `doctor --json`."""
    counts = {level: sum(row["level"] == level for row in findings) for level in LEVELS}
    return {"schema": SCHEMA, "version": __version__, "counts": counts, "findings": list(findings)}


def status(reply: Mapping[str, Any]) -> Document:
    """The document of `status --json` while a daemon runs."""
    names = (
        "pid",
        "version",
        "socket",
        "container_socket",
        "store",
        "log",
        "sessions",
        "up_since",
        "size_bytes",
    )
    document: Document = {"schema": SCHEMA, "running": True} | {name: reply.get(name) for name in names}
    return document | {name: value for name, value in reply.items() if name not in document}


def status_without_daemon(places: Places) -> Document:
    """The same document while none runs: where it would be."""
    return status(
        {
            "version": places.version,
            "socket": str(places.host_socket),
            "container_socket": str(places.container_socket),
            "store": str(places.store),
            "log": str(places.log),
            "sessions": 0,
        }
    ) | {"running": False}


def environment(switch: "Switch") -> Document:
    """The document of `env --format json`."""
    return {
        "schema": SCHEMA,
        "env": dict(switch.env),
        "mounts": [
            {"source": mount.source, "target": mount.target, "read_only": mount.read_only}
            for mount in switch.mounts
        ],
    }
