"""Other caches in the place of compilers."""

from collections.abc import Callable
from pathlib import Path

from dunnage.config.cmake import LAUNCHER
from dunnage.doctor.finding import Level
from dunnage.doctor.masquerade import check
from dunnage.doctor.patient import Patient


def test_none(ill: Callable[..., Patient]) -> None:
    patient = ill(
        {"gcc": "exit 0", "ccache": "exit 0"}, CC="gcc", CMAKE_C_COMPILER_LAUNCHER=LAUNCHER, CXX=" "
    )
    (finding,) = check(patient)
    assert finding.level is Level.OK


def test_links_in_path(ill: Callable[..., Patient], tmp_path: Path) -> None:
    patient = ill({"ccache": "exit 0"})
    links = tmp_path / "links"
    links.mkdir()
    for name in ("gcc", "cc"):
        (links / name).symlink_to(tmp_path / "tools/ccache")
    patient.environ = {**patient.environ, "PATH": f"{links}:{tmp_path}/tools"}
    (finding,) = check(patient)
    assert finding.level is Level.WARNING
    assert finding.what == f"cc, gcc in {links} are ccache."
    assert finding.cure.startswith(f"Take {links} out of PATH")
    (links / "cc").unlink()
    (finding,) = check(patient)
    assert finding.what == f"gcc in {links} is ccache."


def test_variables(ill: Callable[..., Patient]) -> None:
    cc, launcher = check(ill(CC="ccache gcc", CMAKE_CXX_COMPILER_LAUNCHER="/usr/bin/sccache;--x"))
    assert (cc.level, cc.what) == (Level.WARNING, "CC is `ccache gcc`.")
    assert launcher.why.startswith("sccache stands in front of the compiler")
