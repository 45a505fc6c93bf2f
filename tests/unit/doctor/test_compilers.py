"""rustc, cargo and a C compiler that are not there, do not work, or are scripts."""

import os
import shutil
from collections.abc import Callable

from dunnage.doctor.compilers import check
from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient
from support.require import require


def test_nothing_is_installed(ill: Callable[..., Patient]) -> None:
    rustc, cargo, c = check(ill())
    assert [rustc.what, cargo.what] == ["There is no rustc in PATH.", "There is no cargo in PATH."]
    assert c.what == "There is no C compiler in PATH (cc, gcc, clang)."
    assert {rustc.level, cargo.level, c.level} == {Level.NOTE}


def test_the_real_ones(tmp_path: object) -> None:
    require("cargo")
    require("gcc")
    findings = list(check(Patient(os.environ, "/")))
    assert {finding.level for finding in findings} == {Level.OK}
    assert [finding.what.split()[0] for finding in findings[:2]] == ["rustc", "cargo"]


def test_rustup_without_a_toolchain(ill: Callable[..., Patient]) -> None:
    complains = "echo 'error: rustup could not choose a version of rustc to run' >&2; exit 1"
    rustc, *_ = check(ill({"rustc": complains, "cargo": "exit 3"}))
    assert rustc.level is Level.ERROR
    assert "rustup could not choose a version" in rustc.what
    assert "rustup default stable" in rustc.cure
    _, cargo, *_ = check(ill())
    assert cargo.what == "`cargo --version` does not work: it exits 3."


def test_a_script(ill: Callable[..., Patient]) -> None:
    tools = {"rustc": "echo rustc 1.2.3", "cargo": "echo cargo 1.2.3", "clang": ":"}
    rustc, _, script, c = check(ill(tools))
    assert (rustc.level, rustc.what) == (Level.OK, "rustc 1.2.3")
    assert script.level is Level.WARNING
    assert "toolchain-unknown" in script.why
    assert c.what == "clang says nothing of its version"
    true = shutil.which("true")
    assert true is not None
    assert len(list(check(ill(tools, RUSTC=true)))) == 3
