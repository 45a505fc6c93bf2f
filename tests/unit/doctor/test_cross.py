"""cross with variables that keep the cache out."""

from collections.abc import Callable
from pathlib import Path

from dunnage.doctor.cross import check
from dunnage.doctor.finding import Finding, Level
from dunnage.doctor.patient import Patient

CROSS = {"cross": "echo cross 0.2.5; echo cargo 1.2.3"}


def test_it_is_not_there(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill())
    assert (finding.level, finding.what) == (Level.OK, "is not installed")


def test_versions(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(CROSS))
    assert (finding.level, finding.what) == (Level.OK, "cross 0.2.5")
    (old,) = check(ill({"cross": "echo cross 0.1.16"}))
    assert (old.level, old.what) == (Level.WARNING, "cross is 0.1.16.")
    (broken,) = check(ill({"cross": "echo no cargo here >&2; exit 2"}))
    assert broken.what == "`cross --version` does not work: no cargo here."


def test_variables(ill: Callable[..., Patient], tmp_path: Path) -> None:
    def found(**variables: str) -> Finding:
        _, finding = check(ill(CROSS, **variables))
        return finding

    assert "CROSS_REMOTE copies files" in found(CROSS_REMOTE="true").what
    assert "cross ignores DOCKER_OPTS" in found(CROSS_CONTAINER_OPTS="-v a:b", DOCKER_OPTS="-v c:d").what
    assert found(CROSS_CONTAINER_IN_CONTAINER="1").what == "CROSS_CONTAINER_IN_CONTAINER is set."
    gone = found(CROSS_CONTAINER_OPTS=f"-v {tmp_path}/gone:/dunnage/bin:ro -e X=1")
    assert (gone.level, gone.what) == (
        Level.ERROR, f"CROSS_CONTAINER_OPTS mounts {tmp_path}/gone, which is not there.",
    )  # fmt: skip
    emptied = found(CROSS_CONTAINER_OPTS="-e RUSTC_WRAPPER= -e X=1")
    assert (emptied.level, emptied.what) == (Level.NOTE, "CROSS_CONTAINER_OPTS empties RUSTC_WRAPPER.")


def test_options_of_an_installation_that_is_there(ill: Callable[..., Patient], tmp_path: Path) -> None:
    assert len(list(check(ill(CROSS, CROSS_CONTAINER_OPTS=f"-v {tmp_path}:/dunnage/bin:ro")))) == 1
