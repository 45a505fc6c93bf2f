"""Which crates rustc takes into an output, by what it says itself, and where that is not understood."""

import os
import subprocess
from pathlib import Path

import pytest

from dunnage.compilers.rustc.dep_info import parse_dep_info
from dunnage.engine.merged import merged_crates
from dunnage.engine.subject import Missed, Subject
from dunnage.model.unit import Input
from support.crates import real_rustc
from support.subjects import subject_of, written
from support.units import LocalView


def hashed(number: int) -> str:
    return f"-{number:016x}"


class Crates:
    """Crates in one directory, each using the one before."""

    def __init__(self, directory: Path) -> None:
        self.deps = directory / "deps"
        self.deps.mkdir(parents=True)

    def rustc(self, name: str, text: str, *words: str) -> None:
        source = written(self.deps.parent / f"{name}.rs", text)
        subprocess.run(
            [real_rustc(), source, "--edition=2021", f"--crate-name={name}", f"-Ldependency={self.deps}",
             f"--out-dir={self.deps}", *words],
            check=True, env={"RUSTC_BOOTSTRAP": "1", "PATH": os.environ["PATH"]}, cwd=self.deps,
        )  # fmt: skip

    def library(self, name: str, extra: str, *uses: str) -> Path:
        """A crate that hands on others, given by their files."""
        names = [Path(path).name.removeprefix("lib").partition(".")[0].partition("-")[0] for path in uses]
        externs = [f"--extern={name}={path}" for name, path in zip(names, uses, strict=True)]
        text = "".join(f"pub use {name};\n" for name in names) + "pub fn f() {}\n"
        self.rustc(
            name, text, "--crate-type=lib", "--emit=metadata,link", f"-Cextra-filename={extra}", *externs
        )
        return self.deps / f"lib{name}{extra}.rlib"

    def subject(self, *externs: Path | str) -> Subject:
        inputs = [Input("source", "/s"), *(Input("extern a rlib", str(path)) for path in externs)]
        return subject_of(self.deps.parent, inputs=inputs, library_dirs=[str(self.deps)], merges_crates=True)


@pytest.fixture
def crates(tmp_path: Path) -> Crates:
    return Crates(tmp_path / "c")


def merged(subject: Subject) -> list[str]:
    found = merged_crates(LocalView(), subject)
    assert not isinstance(found, Missed), found
    return [Path(path).name for path in found]


def test_what_rustc_says_that_it_reads(crates: Crates) -> None:
    """With and without a hash in the names; a name that rustc has a number for; and crates that nobody uses."""
    deep = crates.library("deep", "")
    alone = crates.library("test", "")
    middle = crates.library("middle", hashed(1), str(deep), str(alone))
    crates.library("middle", hashed(2))
    crates.library("unwanted", "")
    top = crates.library("top", hashed(3), str(middle))
    main = "fn main() { top::middle::deep::f(); top::middle::test::f() }\n"
    crates.rustc("main", main, "--emit=dep-info,link", f"--extern=top={top}", "-Zbinary-dep-depinfo")
    said = map(Path, parse_dep_info((crates.deps / "main.d").read_bytes()).files)
    read = sorted(
        {path.name for path in said if path.parent == crates.deps and path.suffix == ".rlib"} - {top.name}
    )
    assert read == ["libdeep.rlib", f"libmiddle{hashed(1)}.rlib", "libtest.rlib"]
    assert merged(crates.subject(top)) == read


def test_nothing_for_a_unit_that_takes_in_nothing(crates: Crates) -> None:
    subject = subject_of(crates.deps.parent, library_dirs=["/nowhere"])
    assert merged(subject) == []


def test_metadata_in_a_file_of_its_own(crates: Crates) -> None:
    """`-Zembed-metadata=no`: the library has hardly any."""
    deep = crates.library("deep", hashed(1))
    words = (
        "--crate-type=lib",
        "--emit=metadata,link",
        f"-Cextra-filename={hashed(2)}",
        "-Zembed-metadata=no",
    )
    crates.rustc("middle", "pub use deep;", *words, f"--extern=deep={deep}")
    stem = crates.deps / f"libmiddle{hashed(2)}"
    assert merged(crates.subject(f"{stem}.rlib", f"{stem}.rmeta")) == [deep.name]


def test_a_file_that_does_not_name_itself(crates: Crates) -> None:
    """Then nobody knows how it names others."""
    made = crates.library("made", hashed(1))
    renamed = made.rename(crates.deps / f"libmade{hashed(2)}.rlib")
    found = merged_crates(LocalView(), crates.subject(renamed))
    assert found == Missed("link-unobserved", f"the metadata of made{hashed(2)}")


def test_a_name_that_nobody_would_find_counts_always(crates: Crates) -> None:
    used = crates.library("used", hashed(1))
    crates.library("test", "")
    assert merged(crates.subject(used)) == ["libtest.rlib"]


def test_a_file_that_is_being_written(crates: Crates) -> None:
    used = crates.library("used", hashed(1))
    written(crates.deps / "libhalf.rlib", b"!<arch>\nhalf of a header")
    assert merged(crates.subject(used)) == []


def test_no_descriptor_stays_open(crates: Crates) -> None:
    broken = written(crates.deps / f"libbroken{hashed(1)}.rlib", "no archive")
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(ValueError, match="no archive"):
        merged_crates(LocalView(), crates.subject(broken))
    with pytest.raises(OSError, match="cannot be opened"):
        merged_crates(LocalView(), crates.subject(crates.deps / f"libgone{hashed(1)}.rlib"))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
