"""Flags that keep units out of the cache."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.doctor.finding import Level
from dunnage.doctor.flags import check
from dunnage.doctor.patient import Patient


def configured(patient: Patient, text: str) -> Patient:
    directory = Path(patient.cwd, ".cargo")
    directory.mkdir(exist_ok=True)
    (directory / "config.toml").write_text(f"[build]\n{text}\n")
    return patient


@pytest.mark.parametrize(
    "variables",
    [{}, {"CARGO_INCREMENTAL": "0"}, {"RUSTFLAGS": "-C opt-level=3 --cfg x"}, {"RUSTFLAGS": ""}],
)
def test_none(ill: Callable[..., Patient], variables: dict[str, str]) -> None:
    (finding,) = check(ill(**variables))
    assert finding.level is Level.OK


def test_incremental(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(CARGO_INCREMENTAL="1"))
    assert finding.level is Level.NOTE
    assert finding.what.startswith("CARGO_INCREMENTAL=1: ")
    (finding,) = check(configured(ill(), "incremental = true"))
    assert finding.what.startswith("build.incremental = true in ")
    assert [each.level for each in check(configured(ill(), "incremental = false"))] == [Level.OK]
    assert [each.level for each in check(configured(ill(CARGO_INCREMENTAL="0"), "incremental = true"))] == [
        Level.OK
    ]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RUSTFLAGS", "-C save-temps"),
        ("CARGO_ENCODED_RUSTFLAGS", "-C\x1fsave-temps"),
        ("CARGO_BUILD_RUSTFLAGS", "-Csave-temps"),
    ],
)
def test_options(ill: Callable[..., Patient], variable: str, value: str) -> None:
    (finding,) = check(ill(**{variable: value}))
    assert finding.level is Level.WARNING
    assert finding.what.startswith(f"{variable} makes every unit uncacheable: save-temps")
    assert finding.cure == "Leave out the option, if it is not needed."


def test_options_of_cargos_configuration(ill: Callable[..., Patient]) -> None:
    for text in ('rustflags = "-C save-temps"', 'rustflags = ["-C", "save-temps"]'):
        (finding,) = check(configured(ill(), text))
        assert finding.what.startswith("build.rustflags in ")
    assert [each.level for each in check(configured(ill(RUSTFLAGS=""), 'rustflags = "-C save-temps"'))] == [
        Level.OK
    ]
