"""Settings that cannot be read, or mean nothing."""

from collections.abc import Callable
from pathlib import Path

from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient
from dunnage.doctor.settings import check


def test_all_is_well(ill: Callable[..., Patient]) -> None:
    patient = ill()
    (finding,) = check(patient)
    assert (finding.level, finding.what) == (Level.OK, patient.environ["DUNNAGE_CONFIG"])
    Path(patient.cwd, "dunnage.toml").write_text("portable = true\n")
    (finding,) = check(patient)
    assert finding.what.endswith(f", {patient.cwd}/dunnage.toml")


def test_no_file(ill: Callable[..., Patient]) -> None:
    patient = ill(DUNNAGE_CONFIG="", XDG_CONFIG_HOME="/none")
    (finding,) = check(patient)
    assert finding.what.startswith("no file; yours would be /")


def test_what_cannot_be_read(ill: Callable[..., Patient]) -> None:
    patient = ill()
    Path(patient.cwd, "dunnage.toml").write_text("size_max = [\n")
    (finding,) = check(patient)
    assert finding.level is Level.ERROR
    assert f"{patient.cwd}/dunnage.toml: this is not TOML" in finding.what
    odd = next(iter(check(ill(DUNNAGE_LOG_LEVEL="loud"))))
    assert (odd.level, "DUNNAGE_LOG_LEVEL" in odd.what) == (Level.ERROR, True)


def test_what_means_nothing(ill: Callable[..., Patient]) -> None:
    patient = ill(DUNNAGE_SIZE_MAKS="1GiB", DUNNAGE_QQ="1")
    Path(patient.cwd, "dunnage.toml").write_text('[[extra-inputs]]\nfiles = ["none/*.sql"]\n')
    _, glob, near, far = check(patient)
    assert {glob.level, near.level, far.level} == {Level.WARNING}
    assert "stands for no file" in glob.what
    assert (near.what, near.cure) == ("DUNNAGE_SIZE_MAKS means nothing.", "Did you mean DUNNAGE_SIZE_MAX?")
    assert "dunnage config" in far.cure
