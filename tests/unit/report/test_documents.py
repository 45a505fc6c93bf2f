"""Documents: every field of the schema is always there, and what the daemon adds is passed on."""

import json
from pathlib import Path

from dunnage.config.places import Places
from dunnage.report import documents

REPLY = {
    "schema": 1,
    "outcomes": {"hit": 3, "miss": 1, "uncacheable": 2, "fallback": 0},
    "reasons": {"hit": {"local": 3}, "miss": {"new": 1}, "uncacheable": {"linked": 2}, "fallback": {}},
    "languages": {"rust": {"hit": 3, "miss": 1, "uncacheable": 2, "fallback": 0}},
    "time_saved_s": 12.5,
    "store": {"size_bytes": 10, "size_bytes_max": 100, "actions": 1, "blobs": 2},
}


def test_stats_of_an_answer() -> None:
    document = documents.stats(REPLY)
    assert {name: document[name] for name in REPLY if name != "languages"} == {
        name: value for name, value in REPLY.items() if name != "languages"
    }
    assert document["languages"]["rust"] == REPLY["outcomes"]
    assert document["languages"]["c"] == {"hit": 0, "miss": 0, "uncacheable": 0, "fallback": 0}
    assert document["hit_rate"] == 0.75


def test_nothing_counted_yet() -> None:
    document = documents.stats({})
    assert document["outcomes"] == {"hit": 0, "miss": 0, "uncacheable": 0, "fallback": 0}
    assert document["reasons"] == {"hit": {}, "miss": {}, "uncacheable": {}, "fallback": {}}
    assert set(document["languages"]) == {"rust", "c"}
    assert document["hit_rate"] is None
    assert document["store"] == {"size_bytes": 0, "size_bytes_max": 0, "actions": 0, "blobs": 0}


def test_uncacheable_calls_are_no_lookups() -> None:
    assert documents.stats({"outcomes": {"hit": 1, "uncacheable": 99}})["hit_rate"] == 1.0


def test_more_fields_may_join() -> None:
    units = [{"name": "serde", "hits": 1, "misses": 0, "compile_s": 0.5, "saved_s": 0.4}]
    document = documents.stats(REPLY | {"units": units})
    assert document["units"] == units
    assert documents.status({"pid": 1, "news": True})["news"] is True


def test_status_of_an_answer() -> None:
    reply = {
        "schema": 1,
        "running": True,
        "pid": 7,
        "version": "1",
        "socket": "/s",
        "store": "/t",
        "sessions": 2,
    }
    document = documents.status(reply)
    assert {name: document[name] for name in reply} == reply
    assert document["up_since"] is None


def test_status_without_a_daemon_says_where_it_would_be(tmp_path: Path) -> None:
    places = Places(tmp_path, "9.9")
    document = documents.status_without_daemon(places)
    assert document["running"] is False
    assert document["pid"] is None
    assert document["version"] == "9.9"
    assert document["sessions"] == 0
    assert document["socket"] == str(places.host_socket)
    assert document["store"] == str(places.store)
    assert set(document) == set(documents.status({}))


def test_text_is_ascii_and_keeps_odd_paths() -> None:
    text = documents.dump({"path": "/caf\u00e9/\udcff"})
    assert text.isascii()
    assert text.endswith("}\n")
    assert json.loads(text) == {"path": "/caf\u00e9/\udcff"}
