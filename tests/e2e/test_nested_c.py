"""C that a build script compiles: both the run and its units are cached, and the run depends on what its units read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.battery.scripts import scripted
from support.builds import Built, Site, differences, site
from support.commands import run
from support.tools import Host

COMPILES = """
    let wrapper = env::var("RUSTC_WRAPPER").unwrap_or_else(|_| "env".into());
    for name in ["one", "two"] {
        let (object, source) = (format!("{out}/{name}.o"), format!("c/{name}.c"));
        let words = ["cc", "-O1", "-g", "-Ic/include", "-c", &source, "-o", &object];
        assert!(Command::new(&wrapper).args(words).status().unwrap().success());
    }
    let words = [format!("{out}/libnumbers.a"), format!("{out}/one.o"), format!("{out}/two.o")];
    assert!(Command::new("ar").arg("rcsD").args(words).status().unwrap().success());
    println!("cargo::rustc-link-search=native={out}");
    String::new()
"""
PROGRAM = """
#[link(name = "numbers", kind = "static")]
unsafe extern "C" { fn one() -> i32; fn two() -> i32; }
fn main() { println!("{}", unsafe { one() + two() }); }
"""
C = {
    "c/include/number.h": "#define NUMBER 20\n",
    "c/one.c": '#include <stdio.h>\n#include "number.h"\nint one(void) { return NUMBER; }\n',
    "c/two.c": "int two(void) { return 2; }\n",
}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    project = tmp_path / "project"
    for name, text in {**scripted(COMPILES), **C, "src/main.rs": PROGRAM}.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with site(tmp_path, project) as place:
        yield place


def build(here: Site) -> tuple[Built, str, tuple[int, int], tuple[int, int]]:
    """Build into an empty directory: what was built, what it prints; hits and misses of C, and of the run."""
    here.wipe()
    built = here.build(Host())
    built.ran.succeeded()
    counts = here.counts()
    assert counts.fallbacks == 0
    said = run([here.directories.target / "debug/app"]).succeeded().stdout.strip()
    languages = counts.all["languages"]
    c, script = (languages.get(name, {"hit": 0, "miss": 0}) for name in ("c", "build script"))
    return built, said, (c["hit"], c["miss"]), (script["hit"], script["miss"])


def test_the_run_is_replayed_and_its_units_are_not_asked_for(here: Site) -> None:
    here.directories.target.mkdir(exist_ok=True)
    plain = here.build(Host(), cache=False)
    plain.ran.succeeded()
    cold, *said = build(here)
    assert said == ["22", (0, 2), (0, 1)]
    warm, *said = build(here)
    assert said == ["22", (0, 0), (1, 0)]
    assert differences(plain.files, cold.files) == differences(plain.files, warm.files) == []


@pytest.mark.parametrize(
    ("changed", "text", "says", "units"),
    [
        ("c/include/number.h", "#define NUMBER 40\n", "42", (1, 1)),
        ("c/two.c", "int two(void) { return 3; }\n", "23", (1, 1)),
        # On the include path, in front of what was found there.
        ("c/include/stdio.h", "#define NUMBER 30\n", "", None),
    ],
)
def test_the_run_depends_on_what_its_units_read(
    here: Site, changed: str, text: str, says: str, units: tuple[int, int] | None
) -> None:
    """On a miss of theirs, and on a hit of theirs inside of a run that is a miss."""
    here.directories.target.mkdir(exist_ok=True)
    build(here)
    path = here.directories.source / changed
    before = path.read_text() if path.exists() else None
    path.write_text(text)
    if units is None:  # the header of that name defines the number twice, and gcc warns: it was read
        _built, _said, units, script = build(here)
        assert (units, script) == ((1, 1), (0, 1))
        return
    _built, *said = build(here)
    assert said == [says, units, (0, 1)]
    (here.directories.source / "c/one.c").touch()
    assert build(here)[1:] == (says, (0, 0), (1, 0))
    assert before is not None
    path.write_text(before)
    assert build(here)[1:] == ("22", (0, 0), (1, 0))
