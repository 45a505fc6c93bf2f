"""The answers to CONTROL: what the command line may ask of a daemon."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dunnage import __version__
from dunnage.daemon.conditions import Condition, problems_of, told
from dunnage.daemon.explanations import explained
from dunnage.daemon.numbers import documented, unit_document
from dunnage.errors import DunnageError, StoreError, UsageError, VersionMismatch
from dunnage.store.store import Store

log = logging.getLogger(__name__)

_UNITS_MAX = 1000
"""Units in one answer: the slowest first, and nobody reads on."""

Answer = dict[str, Any]


class Asked(Protocol):
    """What answers need of the daemon around them."""

    @property
    def store(self) -> Store:
        """The store. Raises StoreError while it cannot be opened."""

    @property
    def verify_reports(self) -> list[str]:
        """Where reports of verify mode are, the newest first."""

    def status(self) -> Answer:
        """Who and where this daemon is."""

    def stop(self, drain_s: float | None = None) -> None:
        """Begin to shut down, and send what waits for so long at most, instead of what the settings say."""

    def remotes(self) -> list[Answer]:
        """What went over each remote. Raises StoreError while the store cannot be opened."""

    def remote_conditions(self) -> list[Condition]:
        """How all remotes are, which are asked now."""

    @property
    def offer_problems(self) -> Sequence[DunnageError]:
        """Why something is not offered although that is wanted."""

    def settings(self) -> dict[str, str]:
        """The settings that it goes by, for people, by name."""

    def hurry(self) -> int:
        """Somebody waits until all results are sent: how many are not."""

    def settle(self) -> None:
        """Wait until all is stored, and counted, of clients that are gone by now. Not forever; never fails."""


def answer(asked: Asked, request: bytes) -> bytes:
    """The JSON answer to a JSON request. A failure is an answer, too, with its class, message, hint, exit code."""
    try:
        wanted = json.loads(request)
        op = _OPS.get(wanted.get("op"))
        if op is None:
            raise UsageError(f"The daemon does not know {wanted.get('op')!r}.")
        if op not in _AT_ONCE:  # a person asks about the build that has just ended
            asked.settle()
        return json.dumps(op(asked, wanted)).encode()
    except DunnageError as error:
        return _failure(error)
    except Exception as error:
        log.exception("a request of the command line failed")
        return _failure(DunnageError(f"The daemon could not answer: {error!r}."))


def other_version() -> bytes:
    """The answer to a request in another version of the wire, whose words are not known."""
    return _failure(VersionMismatch(f"The daemon is dunnage {__version__}, and speaks another version."))


def _failure(error: DunnageError) -> bytes:
    told = {
        "type": type(error).__name__,
        "message": error.message,
        "hint": error.advice,
        "exit_code": error.exit_code,
    }
    return json.dumps({"error": told}).encode()


def _status(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    del wanted
    status = asked.status()
    try:
        status["size_bytes"] = asked.store.size().size_bytes
    except StoreError as error:
        status["size_bytes"] = 0
        status["store_error"] = error.message
    return status


def _stats(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    store = asked.store
    counters = store.counters()
    size = store.size()
    stats: Answer = {
        "schema": 1,
        **documented(counters),
        "store": {
            "size_bytes": size.size_bytes,
            "size_bytes_max": size.size_bytes_max,
            "actions": size.actions,
            "blobs": size.blobs,
        },
        "verify_reports": asked.verify_reports,
        "remotes": asked.remotes(),
    }
    if wanted.get("units"):
        stats["units"] = [unit_document(row) for row in store.units(_UNITS_MAX)]
    if wanted.get("zero"):
        store.zero()
    return stats


def _explain(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    return {"schema": 1, "sessions": explained(asked.store.accounts, wanted.get("unit"))}


def _remotes(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    del wanted
    conditions = asked.remote_conditions()
    offer = asked.offer_problems
    problems = [*problems_of(conditions), *offer]
    return {
        "schema": 1,
        "problems": [told(problem) for problem in problems],
        "remotes": [condition.document for condition in conditions],
        "offer": [told(problem) for problem in offer],
    }


def _settings(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    del wanted
    return {"schema": 1, "settings": asked.settings()}


def _drain(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    """Begin to send what waits, or say how it goes: whoever wants to see it through asks again and again."""
    del wanted
    return {"schema": 1, "waiting": asked.hurry(), "remotes": asked.remotes()}


def _stop(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    asked.stop(wanted.get("drain_s"))
    return {"schema": 1, "stopping": True}


def _clear(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    del wanted
    trimmed = asked.store.clear()
    return {"schema": 1, "removed_blobs": trimmed.blobs, "removed_bytes": trimmed.bytes}


def _trim(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    trimmed = asked.store.trim(wanted.get("size_bytes_max"))
    return {
        "schema": 1,
        "removed_blobs": trimmed.blobs,
        "removed_bytes": trimmed.bytes,
        "size_bytes": asked.store.size().size_bytes,
    }


_OPS: dict[str, Callable[[Asked, Mapping[str, Any]], Answer]] = {
    "status": _status,
    "stats": _stats,
    "explain": _explain,
    "remotes": _remotes,
    "settings": _settings,
    "drain": _drain,
    "stop": _stop,
    "clear": _clear,
    "trim": _trim,
}

_AT_ONCE = (_status, _settings, _remotes, _stop)
"""Answers in which nothing is that a build leaves behind (`_stop` waits for it at the end)."""
