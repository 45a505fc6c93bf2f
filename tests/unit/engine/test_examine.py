"""Examining: from a unit to its key, with one batch of stats, or the reason why it is left to the compiler."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dunnage import limits
from dunnage.engine.examine import examine
from dunnage.engine.extras import Extras
from dunnage.engine.subject import Subject
from dunnage.keys.digests import Digests
from dunnage.keys.drivers import Drivers
from dunnage.keys.linker import Linkers
from dunnage.keys.native import NativeCpus
from dunnage.keys.toolchain import Toolchains
from dunnage.model.action import ActionResult
from dunnage.model.digest import ActionKey
from dunnage.model.invocation import Invocation
from dunnage.model.path_set import PWD_HERE, PathSet
from dunnage.model.unit import SearchDir, Uncacheable, Unit
from dunnage.model.view import StatRecord
from dunnage.store.store import Store
from support.crates import real_rustc
from support.subjects import written
from support.units import LocalView, unit_of

ENV = {"PATH": os.path.dirname(real_rustc()) + ":" + os.environ["PATH"]}


class CountingView(LocalView):
    """Counts batches, and touches a file after each."""

    def __init__(self, touched: Path | None = None) -> None:
        super().__init__()
        self.batches: list[Sequence[str]] = []
        self.touched = touched
        self.invocation = Invocation(program=real_rustc(), argv=["rustc"], cwd="/", env=ENV)

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        self.batches.append(paths)
        records = super().stat(paths)
        if self.touched is not None:
            os.utime(self.touched, (len(self.batches), len(self.batches)))
        return records


@pytest.fixture
def toolchains(store: Store) -> Toolchains:
    return Toolchains(Digests(store, lambda: 1 << 62))


def linkers_of(store: Store) -> Linkers:
    return Linkers(Digests(store, lambda: 1 << 62))


def extras_of() -> Extras:
    return Extras(lambda: 1 << 62)


def unit_in(directory: Path, **changes: Any) -> Unit:
    written(directory / "src/lib.rs", "")
    return unit_of(str(directory), **({"compiler": real_rustc()} | changes))


def examined(
    view: LocalView, unit: Unit, toolchains: Toolchains, store: Store, extras: Extras | None = None
) -> Subject:
    found = examine(
        view, unit, ENV, toolchains, linkers_of(store), store, extras or extras_of(), NativeCpus()
    )
    assert not isinstance(found, Uncacheable), found
    return found[0]


def test_a_known_toolchain_costs_one_batch_of_stats(
    tmp_path: Path, toolchains: Toolchains, store: Store
) -> None:
    unit = unit_in(tmp_path)
    extras = extras_of()
    first = examined(CountingView(), unit, toolchains, store, extras)
    paths = PathSet(("{workspace}/src/a.rs",), ("{workspace}/src/a/mod.rs",), ())
    result = ActionResult(
        outputs=(),
        dep_info=b"",
        stdout=b"",
        stderr=b"",
        bound=(),
        compile_us=1,
        created_s=0,
        unit_name="demo",
    )
    store.add(first.key, paths, ActionKey(bytes(32)), result)
    view = CountingView()
    again = examined(view, unit, toolchains, store, extras)
    assert again.key == first.key
    assert view.asked == []
    [batch] = view.batches
    newest = [f"{tmp_path}/src/a.rs", f"{tmp_path}/src/a/mod.rs"]
    assert {f"{tmp_path}/src/lib.rs", *newest} <= set(batch)
    assert f"{tmp_path}/src/lib.rs" in again.records
    assert again.newest == view.stat(newest)


def test_where_pwd_leads_is_asked_in_that_batch_and_of_c_only(
    tmp_path: Path, toolchains: Toolchains, store: Store
) -> None:
    written(tmp_path / "bin/gcc", "gcc")
    (tmp_path / "link").symlink_to(tmp_path)
    drivers = Drivers(Digests(store, lambda: 1 << 62), ())
    rust, c = unit_in(tmp_path), unit_in(tmp_path, language="c", compiler=f"{tmp_path}/bin/gcc")
    asked = []
    for value, name in ((str(tmp_path), None), ("/usr", None), (f"{tmp_path}/link", f"{tmp_path}/link")):
        env = ENV | {"PWD": value}
        for unit, compilers in ((rust, toolchains), (c, drivers)):
            args = (unit, env, compilers, linkers_of(store), store, extras_of(), NativeCpus())
            assert not isinstance(examine(CountingView(), *args), Uncacheable)
            view = CountingView()
            found = examine(view, *args)
            assert not isinstance(found, Uncacheable)
            subject, _ = found
            assert subject.env.get(PWD_HERE) == (name if unit is c else None)
            assert subject.newest == []
            asked.append([len(batch) for batch in view.batches])
    assert asked[0] == asked[2] == asked[4], "Rust"
    batches, elsewhere, link = asked[1], asked[3], asked[5]
    assert elsewhere == link == [*batches[:-1], batches[-1] + 2]


def test_a_compiler_named_without_a_directory(tmp_path: Path, toolchains: Toolchains, store: Store) -> None:
    subject = examined(CountingView(), unit_in(tmp_path, compiler="rustc"), toolchains, store)
    assert subject.unit.compiler == real_rustc()


def test_a_compiler_that_is_nowhere(tmp_path: Path, toolchains: Toolchains, store: Store) -> None:
    found = examine(
        CountingView(),
        unit_in(tmp_path, compiler="no-such-rustc"),
        ENV,
        toolchains,
        linkers_of(store),
        store,
        extras_of(),
        NativeCpus(),
    )
    assert found == Uncacheable("toolchain-unknown", "no-such-rustc")


def test_a_toolchain_that_does_not_stand_still(tmp_path: Path, toolchains: Toolchains, store: Store) -> None:
    """Something of it changes between any two looks, as while it is being installed."""
    unit = unit_in(tmp_path)
    proxied = written(tmp_path / "rust-toolchain.toml", "")
    proxy = tmp_path / "rustc"
    proxy.write_bytes(Path("/bin/sh").read_bytes())  # a program of no toolchain: what a proxy looks like
    proxy.chmod(0o755)
    script = {
        ("-vV",): "host: x86_64-unknown-linux-gnu\n",
        ("--print", "sysroot"): str(Path(real_rustc()).parents[1]),
    }
    view = CountingView(proxied)
    view.invocation, view.answers = None, script
    found = examine(
        view,
        unit_in(tmp_path, compiler=str(proxy)),
        ENV,
        toolchains,
        linkers_of(store),
        store,
        extras_of(),
        NativeCpus(),
    )
    assert isinstance(found, Uncacheable)
    assert found.reason == "toolchain-unknown"
    assert unit.cwd == str(tmp_path)


def test_archives_in_search_directories_are_inputs(
    tmp_path: Path, toolchains: Toolchains, store: Store
) -> None:
    native = tmp_path / "native"
    for name in ("libb.a", "liba.a", "readme.txt", "lib.a/x"):
        written(native / name, "")
    unit = unit_in(tmp_path, search_dirs=(SearchDir("native", str(native), (".a",)),))
    subject = examined(CountingView(), unit, toolchains, store)
    assert [(item.role, item.path) for item in subject.inputs][1:] == [
        ("native liba.a", f"{native}/liba.a"),
        ("native libb.a", f"{native}/libb.a"),
    ]


def test_too_many_archives(tmp_path: Path, toolchains: Toolchains, store: Store) -> None:
    native = tmp_path / "native"
    native.mkdir()
    for number in range(limits.ARCHIVES_PER_UNIT_MAX + 1):
        (native / f"{number}.a").touch()
    unit = unit_in(tmp_path, search_dirs=(SearchDir("native", str(native), (".a",)),))
    found = examine(
        CountingView(), unit, ENV, toolchains, linkers_of(store), store, extras_of(), NativeCpus()
    )
    assert found == Uncacheable("too-many-libraries")


@pytest.mark.parametrize(
    ("name", "is_session"), [("demo-1abc", True), ("demonstration-1", False), ("demo", False)]
)
def test_an_incremental_session_is_one_of_this_crate(
    tmp_path: Path, toolchains: Toolchains, store: Store, name: str, is_session: bool
) -> None:
    (tmp_path / "incremental" / name).mkdir(parents=True)
    unit = unit_in(tmp_path, incremental=f"{tmp_path}/incremental")
    found = examine(
        CountingView(), unit, ENV, toolchains, linkers_of(store), store, extras_of(), NativeCpus()
    )
    assert (found == Uncacheable("incremental")) is is_session


def test_extra_inputs_travel_in_the_same_batch(tmp_path: Path, toolchains: Toolchains, store: Store) -> None:
    written(tmp_path / "dunnage.toml", '[[extra-inputs]]\nfiles = "schema/*.sql"\nenv = "PATH"\n')
    written(tmp_path / "schema/a.sql", "")
    unit, extras = unit_in(tmp_path), extras_of()
    first = examined(CountingView(), unit, toolchains, store, extras)
    view = CountingView()
    again = examined(view, unit, toolchains, store, extras)
    assert again.key == first.key
    [batch] = view.batches
    assert {f"{tmp_path}/dunnage.toml", f"{tmp_path}/schema/", f"{tmp_path}/schema/a.sql"} <= set(batch)
    assert [item.role for item in again.inputs] == ["source", "extra schema/a.sql"]
    assert dict(again.unit.env)["PATH"] == ENV["PATH"]
    written(tmp_path / "schema/b.sql", "")
    later = examined(CountingView(), unit, toolchains, store, extras)
    assert [item.role for item in later.inputs] == ["source", "extra schema/a.sql", "extra schema/b.sql"]
    written(tmp_path / "dunnage.toml", "")
    assert examined(CountingView(), unit, toolchains, store, extras).inputs == unit.inputs


def test_extra_inputs_that_are_not_understood_until_they_are_mended(
    tmp_path: Path, toolchains: Toolchains, store: Store
) -> None:
    written(tmp_path / "dunnage.toml", "extra-inputs = 1\n")
    unit, extras = unit_in(tmp_path), extras_of()
    for _ in range(2):
        found = examine(CountingView(), unit, ENV, toolchains, linkers_of(store), store, extras, NativeCpus())
        assert isinstance(found, Uncacheable)
        assert found.reason == "extra-inputs"
        assert "dunnage.toml: extra-inputs is a list of tables" in found.detail
    written(tmp_path / "dunnage.toml", "")
    assert examined(CountingView(), unit, toolchains, store, extras).inputs == unit.inputs
