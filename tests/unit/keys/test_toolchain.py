"""Toolchains: known by the contents of what they are made of, remembered for as long as nothing of it changed."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dunnage import limits
from dunnage.keys.digests import Digests
from dunnage.keys.toolchain import Told, Toolchain, Toolchains, still_holds
from dunnage.model.digest import Digest
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Unit
from dunnage.model.view import StatRecord
from support.crates import real_rustc
from support.units import LocalView, unit_of

ABOUT = "rustc 1.90.0\nhost: x86_64-unknown-linux-gnu\nrelease: 1.90.0\n"
HOST = "x86_64-unknown-linux-gnu"


class NoMemo:
    def digest_of(self, record: StatRecord, namespace: int) -> Digest | None:
        return None

    def remember(self, record: StatRecord, namespace: int, digest: Digest) -> None:
        pass


class Sysroot:
    """A toolchain of small files: a real ELF program that needs a `librustc_driver` beside it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.rustc = directory / "bin/rustc"
        self.std = directory / f"lib/rustlib/{HOST}/lib/libstd-1.rlib"
        self.driver = directory / "lib/librustc_driver-1.so"
        self.std.parent.mkdir(parents=True)
        self.std.write_text("std")
        self.rustc.parent.mkdir()
        self._link(self.driver, "-shared", "-fPIC")
        self._link(self.rustc, f"-L{directory}/lib", "-Wl,--no-as-needed", "-l:librustc_driver-1.so")

    def _link(self, path: Path, *options: str) -> None:
        subprocess.run(
            ["gcc", "-x", "c", "-", "-o", path, *options, "-Wl,-rpath,$ORIGIN/../lib", f"-Wl,-soname,{path.name}"],
            input=b"int main(void) { return 0; }\n", check=True,
        )  # fmt: skip

    def view(self, namespace: int = 1) -> LocalView:
        return LocalView(
            {("-vV",): ABOUT, ("--print", "sysroot"): f"{self.directory}\n"}, namespace=namespace
        )

    def unit(self, **changes: Any) -> Unit:
        return unit_of("/ws", **({"compiler": str(self.rustc)} | changes))


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pristine") / "sysroot"
    Sysroot(directory)
    return directory


@pytest.fixture
def sysroot(pristine: Path, tmp_path: Path) -> Sysroot:
    copy = Sysroot.__new__(Sysroot)
    shutil.copytree(pristine, tmp_path / "sysroot", symlinks=True)
    copy.directory = tmp_path / "sysroot"
    copy.rustc, copy.driver = copy.directory / "bin/rustc", copy.directory / "lib/librustc_driver-1.so"
    copy.std = copy.directory / f"lib/rustlib/{HOST}/lib/libstd-1.rlib"
    return copy


def identified(sysroot: Sysroot, unit: Unit | None = None, env: dict[str, str] | None = None) -> Toolchain:
    found = Toolchains(Digests(NoMemo(), lambda: 0)).identify(
        sysroot.view(), unit or sysroot.unit(), env or {}
    )
    assert found is not None
    return found


def test_the_real_one() -> None:
    view = LocalView()
    invocation_env = {"PATH": os.environ["PATH"]}
    view.invocation = Invocation(program=real_rustc(), argv=["rustc"], cwd="/", env=invocation_env)
    unit = unit_of("/ws", compiler=real_rustc())
    found = Toolchains(Digests(NoMemo(), lambda: 0)).identify(view, unit, invocation_env)
    assert found is not None
    assert found.sysroot == real_rustc().removesuffix("/bin/rustc")
    assert any("librustc_driver" in path for path in found.watched)
    assert any("libstd-" in path for path in found.watched)
    assert still_holds(found, view.stat(found.watched))


def test_asked_once_and_then_remembered(sysroot: Sysroot) -> None:
    toolchains, view = Toolchains(Digests(NoMemo(), lambda: 0)), sysroot.view()
    assert toolchains.recall(view, sysroot.unit(), {}) is None
    found = toolchains.identify(view, sysroot.unit(), {})
    assert [words[1:] for words in view.asked] == [("-vV",), ("--print", "sysroot")]
    assert toolchains.recall(view, sysroot.unit(), {}) is found
    assert toolchains.recall(sysroot.view(namespace=2), sysroot.unit(), {}) is None
    assert toolchains.recall(view, sysroot.unit(target="wasm32"), {}) is None


def test_the_same_contents_elsewhere_are_the_same_toolchain(sysroot: Sysroot, tmp_path: Path) -> None:
    first = identified(sysroot)
    shutil.copytree(sysroot.directory, tmp_path / "moved")
    unit = sysroot.unit(compiler=f"{tmp_path}/moved/bin/rustc")
    sysroot.directory = tmp_path / "moved"
    assert identified(sysroot, unit).id == first.id


@pytest.mark.parametrize("part", ["rustc", "driver", "std"])
def test_a_change_of_any_part_is_another_toolchain(sysroot: Sysroot, part: str) -> None:
    before = identified(sysroot)
    path: Path = getattr(sysroot, part)
    with path.open("ab") as file:
        file.write(b"patched")
    assert not still_holds(before, sysroot.view().stat(before.watched))
    assert identified(sysroot).id != before.id


def test_a_file_added_to_the_standard_library_is_seen(sysroot: Sysroot) -> None:
    before = identified(sysroot)
    (sysroot.std.parent / "libextra-1.rlib").write_text("")
    assert not still_holds(before, sysroot.view().stat(before.watched))
    assert identified(sysroot).id != before.id


def test_a_code_generator_added_is_seen(sysroot: Sysroot) -> None:
    before = identified(sysroot)
    backends = sysroot.directory / f"lib/rustlib/{HOST}/codegen-backends"
    backends.mkdir()
    (backends / "librustc_codegen_cranelift.so").write_text("")
    assert not still_holds(before, sysroot.view().stat(before.watched))
    assert identified(sysroot).id != before.id


def test_a_name_that_leads_to_another_one_that_shares_its_files_is_seen(
    sysroot: Sysroot, tmp_path: Path
) -> None:
    """As a store makes it that keeps equal files once: the compiler behind the name has the stat of the one before."""
    other = tmp_path / "other"
    shutil.copytree(sysroot.directory, other, copy_function=os.link)
    (other / f"lib/rustlib/{HOST}/lib/libextra-1.rlib").write_text("")
    name = tmp_path / "toolchain"
    name.symlink_to(sysroot.directory)
    before = identified(sysroot, sysroot.unit(compiler=f"{name}/bin/rustc"))
    assert still_holds(before, sysroot.view().stat(before.watched))
    name.unlink()
    name.symlink_to(other)
    assert not still_holds(before, sysroot.view().stat(before.watched))


def test_other_words_about_itself_are_another_toolchain(sysroot: Sysroot) -> None:
    view = sysroot.view()
    view.answers["-vV",] = ABOUT.replace("1.90.0", "1.90.1")
    other = Toolchains(Digests(NoMemo(), lambda: 0)).identify(view, sysroot.unit(), {})
    assert other is not None
    assert other.id != identified(sysroot).id


def test_each_target_has_its_own_standard_library(sysroot: Sysroot) -> None:
    other = sysroot.directory / "lib/rustlib/mine/lib"
    other.mkdir(parents=True)
    (other / "libcore-1.rlib").write_text("core")
    host = identified(sysroot)
    triple, specification = (
        identified(sysroot, sysroot.unit(target=t)) for t in ("mine", "/specs/mine.json")
    )
    assert triple.id == specification.id != host.id


def test_a_driver_in_front_counts(sysroot: Sysroot) -> None:
    clippy = sysroot.directory / "bin/clippy-driver"
    shutil.copy(sysroot.rustc, clippy)
    unit = sysroot.unit(drivers=(str(clippy),))
    before = identified(sysroot, unit)
    assert before.id != identified(sysroot).id
    with clippy.open("ab") as file:
        file.write(b"newer")
    assert identified(sysroot, unit).id != before.id


def test_a_proxy_is_known_by_what_is_behind_it_and_watched_with_what_it_decides_by(
    sysroot: Sysroot, tmp_path: Path
) -> None:
    proxy = tmp_path / "cargo/bin/rustc"
    proxy.parent.mkdir(parents=True)
    shutil.copy("/bin/sh", proxy)
    unit, env = sysroot.unit(compiler=str(proxy), cwd="/ws/sub"), {"RUSTUP_HOME": "/rustup"}
    toolchains, view = Toolchains(Digests(NoMemo(), lambda: 0)), sysroot.view()
    found = toolchains.identify(view, unit, env)
    assert found is not None
    assert str(sysroot.rustc) in found.watched
    decided = {
        "/rustup/settings.toml",
        "/ws/sub/rust-toolchain.toml",
        "/ws/rust-toolchain",
        "/rust-toolchain.toml",
    }
    assert decided <= set(found.watched)
    assert toolchains.recall(view, unit, env) is found
    # What it answers holds for this directory and these variables only.
    assert toolchains.recall(view, unit, {**env, "RUSTUP_TOOLCHAIN": "nightly"}) is None
    assert toolchains.recall(view, sysroot.unit(compiler=str(proxy), cwd="/elsewhere"), env) is None


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {("-vV",): ABOUT},
        {("-vV",): "rustc without a host\n", ("--print", "sysroot"): "/s\n"},
        {("-vV",): ABOUT, ("--print", "sysroot"): "not a path\n"},
        {("-vV",): ABOUT, ("--print", "sysroot"): ""},
    ],
)
def test_a_compiler_that_says_too_little(sysroot: Sysroot, answers: dict[tuple[str, ...], str]) -> None:
    toolchains = Toolchains(Digests(NoMemo(), lambda: 0))
    assert toolchains.identify(LocalView(answers), sysroot.unit(), {}) is None


def test_what_loads_no_compiler_is_none(sysroot: Sysroot) -> None:
    toolchains = Toolchains(Digests(NoMemo(), lambda: 0))
    sysroot.driver.unlink()
    assert toolchains.identify(sysroot.view(), sysroot.unit(), {}) is None
    assert toolchains.identify(sysroot.view(), sysroot.unit(compiler="/nowhere/rustc"), {}) is None


def test_the_toolchains_in_memory_are_bounded(sysroot: Sysroot) -> None:
    toolchains, view = Toolchains(Digests(NoMemo(), lambda: 0)), sysroot.view()
    units = [sysroot.unit(target=f"t{index}") for index in range(66)]
    for unit in units:
        assert toolchains.identify(view, unit, {}) is not None
    assert [toolchains.recall(view, unit, {}) is None for unit in units] == [True, True] + [False] * 64


def told_by(sysroot: Sysroot, target: str | None = None, asked_ns: int = 1 << 62) -> Told:
    return Told(ABOUT, str(sysroot.directory), target, asked_ns)


@pytest.mark.parametrize("target", [None, "mine"])
def test_a_compiler_that_has_told_is_the_same_toolchain_and_asked_nothing(
    sysroot: Sysroot, target: str | None
) -> None:
    (sysroot.directory / "lib/rustlib/mine/lib").mkdir(parents=True)
    unit = sysroot.unit(target=target)
    toolchains, view = Toolchains(Digests(NoMemo(), lambda: 0)), sysroot.view()
    opened = toolchains.open_told(view, unit.compiler, told_by(sysroot, target))
    assert opened is not None
    assert toolchains.conclude(opened) == identified(sysroot, unit)
    assert toolchains.recall(view, unit, {}) == identified(sysroot, unit)
    assert view.asked == []


def test_what_is_no_older_than_the_answers_may_be_something_else(sysroot: Sysroot) -> None:
    toolchains, view = Toolchains(Digests(NoMemo(), lambda: 0)), sysroot.view()
    asked_ns = sysroot.std.stat().st_ctime_ns
    assert toolchains.open_told(view, str(sysroot.rustc), told_by(sysroot, asked_ns=asked_ns)) is None
    assert str(sysroot.std) not in view.opened


def test_what_a_proxy_told_says_too_little_and_what_is_no_toolchain_is_left_alone(
    sysroot: Sysroot, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchains, view = Toolchains(Digests(NoMemo(), lambda: 0)), sysroot.view()
    for program in ("/bin/sh", "/nowhere/rustc"):
        assert toolchains.open_told(view, program, told_by(sysroot)) is None
    monkeypatch.setattr(limits, "AHEAD_FILES_MAX", 2)  # program, driver, and one of the standard library
    assert toolchains.open_told(view, str(sysroot.rustc), told_by(sysroot)) is None
    monkeypatch.undo()
    nonsense = Told("no host", str(sysroot.directory), None, 1 << 62)
    assert toolchains.open_told(view, str(sysroot.rustc), nonsense) is None
