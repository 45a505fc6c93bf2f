"""`dunnage stats`: text, JSON, units, and counting anew. What is counted is tested where something compiles."""

import json
from collections.abc import Callable
from pathlib import Path


def test_a_store_that_saw_nothing(dunnage: Callable) -> None:
    done = dunnage("stats")
    assert done.returncode == 0
    assert done.stdout.startswith("hits         0\nmisses       0\n")
    assert "store        0 B of 10.0 GiB, 0 actions, 0 blobs\n" in done.stdout


def test_json_has_the_fields_of_its_schema(dunnage: Callable) -> None:
    document = json.loads(dunnage("stats", "--json").stdout)
    assert document["schema"] == 1
    assert document["outcomes"] == {"hit": 0, "miss": 0, "uncacheable": 0, "fallback": 0}
    assert set(document["reasons"]) == set(document["outcomes"])
    assert set(document["languages"]) >= {"rust", "c"}
    assert document["time_saved_s"] == 0
    assert document["store"]["size_bytes_max"] == 10 * 1024**3
    assert "units" not in document


def test_units(dunnage: Callable) -> None:
    assert dunnage("stats", "--units").stdout == "No units yet.\n"
    assert json.loads(dunnage("stats", "--units", "--json").stdout)["units"] == []


def test_zero_says_so(dunnage: Callable) -> None:
    assert dunnage("stats", "--zero").stdout.endswith("Counting begins anew.\n")
    assert json.loads(dunnage("stats", "--zero", "--json").stdout)["schema"] == 1


def test_a_store_that_cannot_be_used(dunnage: Callable, dunnage_dir: Path) -> None:
    dunnage_dir.write_text("a file in the way")
    done = dunnage("stats")
    assert done.returncode in {20, 40}
    assert done.stderr.startswith("dunnage: ")
    assert done.stderr.count("\n") == 1
