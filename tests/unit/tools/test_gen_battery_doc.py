"""The page about the battery: up to date, whole, and honest about what a record says."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.battery import c_inputs
from support.battery.record import CASES, Record
from tools import gen_battery_doc


def test_the_page_is_what_the_record_says() -> None:
    assert gen_battery_doc.main(["--check"]) == 0


def test_every_case_and_version_is_on_it() -> None:
    text = gen_battery_doc.page()
    assert all(f"| {case.line} | {case.claim} |" in text for case in CASES)
    assert all(f"{name} {version}" in text for name, version in Record.load().versions.items())


def test_what_has_to_be_true_of_c_is_on_it_once() -> None:
    text = gen_battery_doc.page()
    assert {text.count(f"* {case.claim}\n") for case in c_inputs.CASES} == {1}


def test_what_was_seen_is_shown() -> None:
    record = Record.load()
    case = next(case for case in CASES if case.peers)
    for seen, shown in gen_battery_doc.SHOWN.items():
        told = replace(record, seen={case.id: dict.fromkeys(record.versions, seen)})
        assert gen_battery_doc.peers(case, told) == [shown] * len(record.versions)
    untried = next(case for case in CASES if not case.peers)
    assert set(gen_battery_doc.peers(untried, record)) == {"not tried"}


def test_a_limit_of_ours_is_not_hidden() -> None:
    limited = [case for case in CASES if case.limit]
    assert all(gen_battery_doc.own(case) == "**stale** ¹" for case in limited)
    assert all(case.limit in gen_battery_doc.limits() for case in limited)


def test_a_difference_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "explanation" / "battery.md"
    monkeypatch.setattr(gen_battery_doc, "PAGE", page)
    assert gen_battery_doc.main(["--check"]) == 1
    assert str(page) in capsys.readouterr().err
    assert gen_battery_doc.main([]) == 0
    assert gen_battery_doc.main(["--check"]) == 0


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = Record.load()
    record.save(tmp_path / "peers.json")
    assert Record.load(tmp_path / "peers.json") == record
