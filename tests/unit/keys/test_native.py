"""What `-C target-cpu=native` means, asked of a real rustc, and of none."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dunnage.keys import native
from dunnage.keys.native import NativeCpus
from dunnage.keys.toolchain import Toolchain
from dunnage.model.digest import ToolchainId
from dunnage.model.invocation import Invocation
from support.crates import real_rustc
from support.units import LocalView, unit_of


def toolchain(letter: bytes = b"t", host: str = "x86_64-unknown-linux-gnu") -> Toolchain:
    return Toolchain(ToolchainId(letter * 32), "/s", host, watched=(), records=())


def view(tmp_path: Path) -> LocalView:
    made = LocalView()
    made.invocation = Invocation(program=real_rustc(), argv=[], cwd=str(tmp_path), env={})
    return made


def test_a_unit_without_it_asks_nobody(tmp_path: Path) -> None:
    asked = LocalView()
    unit = unit_of(str(tmp_path))
    assert NativeCpus().named(asked, unit, toolchain()) is unit
    assert asked.asked == []


def test_rustc_is_asked_once_for_each_toolchain(tmp_path: Path) -> None:
    cpus, asked = NativeCpus(), view(tmp_path)
    unit = unit_of(str(tmp_path), native_cpu=True, compiler=real_rustc())
    named = cpus.named(asked, unit, toolchain())
    assert named is not None
    assert cpus.named(asked, unit, toolchain()) == named
    assert len(asked.asked) == 1
    assert cpus.named(asked, unit, toolchain(b"u")) == named
    assert len(asked.asked) == 2
    listed = subprocess.run(
        [real_rustc(), "--print", "target-cpus"], capture_output=True, text=True, check=True
    ).stdout
    current = re.search(r"native .*currently ([\w.-]+)", listed)
    assert current is not None
    [*words, last] = named.words
    assert words == list(unit.words)
    assert last.name == "native-cpu"
    assert last.value.startswith(f"{current[1]} ")


def test_many_ask_at_once_in_one_directory(tmp_path: Path) -> None:
    unit = unit_of(str(tmp_path), native_cpu=True, compiler=real_rustc())
    with ThreadPoolExecutor(8) as pool:
        named = list(pool.map(lambda _: NativeCpus().named(view(tmp_path), unit, toolchain()), range(24)))
    assert None not in named
    assert named == named[:1] * 24
    assert list(tmp_path.iterdir()) == []


def test_of_too_many_toolchains_the_first_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "_TOOLCHAINS_MAX", 2)
    cpus, asked = NativeCpus(), view(tmp_path)
    unit = unit_of(str(tmp_path), native_cpu=True, compiler=real_rustc())
    for letter in (b"a", b"b", b"c", b"b", b"c"):
        cpus.named(asked, unit, toolchain(letter))
    assert len(asked.asked) == 3
    cpus.named(asked, unit, toolchain(b"a"))
    assert len(asked.asked) == 4


def test_another_target_is_another_matter(tmp_path: Path) -> None:
    unit = unit_of(str(tmp_path), native_cpu=True, target="aarch64-unknown-linux-gnu")
    assert NativeCpus().named(LocalView(), unit, toolchain()) is None


def test_one_that_does_not_say(tmp_path: Path) -> None:
    unit = unit_of(str(tmp_path), native_cpu=True)
    assert NativeCpus().named(LocalView(), unit, toolchain()) is None
