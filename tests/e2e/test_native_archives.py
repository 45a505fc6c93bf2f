"""Crates above one with native code: the archive that only that one reads is no input of theirs."""

from pathlib import Path

from support.battery.case import Build, Case, app, package, saying
from support.battery.judge import stand
from support.battery.native import ANSWER, archive, search

FILES = app(saying("middle::said()"), manifest='[dependencies]\nmiddle = { path = "middle" }\n') | {
    "middle/Cargo.toml": package(name="middle", more='[dependencies]\nnative-sys = { path = "../native" }\n'),
    "middle/src/lib.rs": saying("native_sys::said()"),
    "native/Cargo.toml": package(name="native-sys", more='links = "answer"\n'),
    "native/src/lib.rs": saying("unsafe { answer() }.to_string()", ANSWER),
    "native/build.rs": search("libraries", library=True),
}


def test_only_who_bundles_an_archive_depends_on_it(tmp_path: Path) -> None:
    one, two = (
        Build(prepare=lambda project, number=number: archive(project / "native/libraries", number))
        for number in (1, 2)
    )
    case = Case(line=7, name="above", claim="", files=FILES, a=one, b=two)
    with stand(case, tmp_path / "stand") as here:
        assert here.dunnage(one).printed == "1"
        cold = here.site.counts()
        assert here.dunnage(two).printed == "2"
        warm = here.site.counts()
    assert cold.hits == 0
    # `native_sys` bundles it, and the program links it. Both libraries above hit, and the build script's program.
    assert warm.compiled() == (3, 2), warm.all
