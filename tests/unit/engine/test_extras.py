"""Finding extra inputs: whose file speaks, of which packages, what is remembered, and what is wrong with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dunnage import limits
from dunnage.config.extra_inputs import VARIABLE, Stated, encode
from dunnage.engine.extra import NONE, Extra
from dunnage.engine.extras import Extras
from dunnage.model.extra import ExtraRule
from dunnage.model.unit import Unit
from support.subjects import written
from support.units import LocalView, record_at, unit_of

LATER = 1 << 62
"""A clock by which every stamp is old."""

TABLE = '[[extra-inputs]]\npackage = "one"\nfiles = ["schema/*.sql"]\nenv = ["URL"]\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    written(tmp_path / "p/dunnage.toml", TABLE)
    for name in ("schema/a.sql", "schema/b.sql", "crates/one/src/lib.rs"):
        written(tmp_path / "p" / name, "")
    return tmp_path / "p"


def member(project: Path, **changes: Any) -> Unit:
    return unit_of(str(project), **({"package_dir": f"{project}/crates/one"} | changes))


def found(project: Path, *, env: Mapping[str, str] | None = None, unit: Unit | None = None) -> Extra:
    env = {"CARGO_PKG_NAME": "one"} if env is None else env
    return Extras(lambda: LATER).identify(LocalView(), unit or member(project), env)


def roles(extra: Extra) -> list[str]:
    assert extra.problem == ""
    return [item.role for item in extra.inputs]


def test_the_nearest_file_speaks_of_its_packages(project: Path) -> None:
    extra = found(project)
    assert roles(extra) == ["extra schema/a.sql", "extra schema/b.sql"]
    assert [item.path for item in extra.inputs] == [f"{project}/schema/a.sql", f"{project}/schema/b.sql"]
    assert extra.env == ("URL",)
    nearest, *_ = extra.watched
    assert nearest == f"{project}/crates/one/dunnage.toml"
    assert {f"{project}/dunnage.toml", "/dunnage.toml", f"{project}/schema/"} <= set(extra.watched)
    written(project / "crates/one/dunnage.toml", '[[extra-inputs]]\nfiles = "src/*"\n')
    assert roles(found(project)) == ["extra src/lib.rs"]


def test_other_packages_are_not_meant(project: Path) -> None:
    extra = found(project, env={"CARGO_PKG_NAME": "two"})
    assert (roles(extra), extra.env) == ([], ())


def test_a_package_without_cargo_is_called_like_its_crate(project: Path) -> None:
    assert found(project, env={}).inputs == ()
    assert found(project, env={}, unit=member(project, crate_name="one")).inputs


def test_a_table_without_packages_means_every_one(project: Path) -> None:
    written(project / "dunnage.toml", '[[extra-inputs]]\nfiles = ["schema/a.sql"]\n')
    assert roles(found(project, env={"CARGO_PKG_NAME": "two"})) == ["extra schema/a.sql"]


def test_the_working_directory_where_the_package_stands_elsewhere(project: Path, tmp_path: Path) -> None:
    unit = member(project, package_dir=str(tmp_path / "elsewhere/one"))
    assert roles(found(project, unit=unit)) == ["extra schema/a.sql", "extra schema/b.sql"]


def test_no_file_at_all(tmp_path: Path) -> None:
    extra = found(tmp_path)
    assert (roles(extra), extra.env) == ([], ())
    assert f"{tmp_path}/dunnage.toml" in extra.watched


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extra-inputs = 1\n", "extra-inputs is a list of tables"),
        ("[[extra-inputs\n", "this is not TOML"),
        ('[[extra-inputs]]\nfile = "a"\n', "there is no file, only package, files, env"),
        ("\xff", "is not UTF-8"),
    ],
)
def test_a_file_that_is_not_understood_is_a_problem_for_every_package(
    project: Path, text: str, said: str
) -> None:
    (project / "dunnage.toml").write_bytes(text.encode("latin-1"))
    extra = found(project, env={"CARGO_PKG_NAME": "two"})
    assert said in extra.problem
    assert str(project / "dunnage.toml") in extra.problem


def test_settings_that_nobody_knows_are_none_of_ours(project: Path) -> None:
    written(project / "dunnage.toml", f"of_a_newer_dunnage = 1\n{TABLE}")
    assert roles(found(project)) == ["extra schema/a.sql", "extra schema/b.sql"]


def test_a_file_that_cannot_be_read_is_a_problem(project: Path) -> None:
    class Blind(LocalView):
        def open(self, paths: Any) -> list[int | None]:
            return [None for _ in paths]

    extra = Extras(lambda: LATER).identify(Blind(), member(project), {"CARGO_PKG_NAME": "one"})
    assert extra.problem == f"{project}/dunnage.toml cannot be read"


def test_a_file_that_is_too_large_is_a_problem(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROJECT_FILE_BYTES_MAX", 10)
    assert found(project).problem == f"{project}/dunnage.toml is too large"


def test_too_many_files_are_a_problem_and_no_input(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EXTRA_FILES_MAX", 1)
    extra = found(project)
    assert (extra.problem, extra.inputs) == ("more than 1 files", ())


def foreign(home: Path) -> Unit:
    place = f"{home}/registry/src/index-1/one-1.0.0"
    return unit_of(place, package_dir=place)


def of_user(*rules: ExtraRule) -> str:
    return encode([Stated(rule, "/home/me/dunnage.toml") for rule in rules])


def test_a_crate_from_the_registry_has_no_project_and_costs_nothing(tmp_path: Path, project: Path) -> None:
    written(tmp_path / "home/registry/src/index-1/one-1.0.0/dunnage.toml", TABLE)
    extras, view = Extras(lambda: LATER), LocalView()
    env = {"CARGO_PKG_NAME": "one", "CARGO_HOME": str(tmp_path / "home")}
    assert extras.recall(view, foreign(tmp_path / "home"), env) is NONE
    assert extras.recall(view, member(project), env) is None
    below = unit_of(f"{tmp_path}/registry/src/mine", package_dir=f"{tmp_path}/registry/src/mine")
    assert extras.recall(view, below, env) is None, "only cargo's home is cargo's home"


def test_the_users_own_tables_come_with_the_command(tmp_path: Path, project: Path) -> None:
    file = written(tmp_path / "etc/a", "")
    mine = of_user(ExtraRule(packages=("o*",), files=(str(file),)), ExtraRule(env=("EVERYWHERE",)))
    home = {"CARGO_PKG_NAME": "one", "CARGO_HOME": str(tmp_path / "home")}
    extra = found(project, env={**home, VARIABLE: mine})
    assert roles(extra) == [f"extra {file}", "extra schema/a.sql", "extra schema/b.sql"]
    assert extra.env == ("EVERYWHERE", "URL")
    extra = found(project, env={**home, VARIABLE: mine}, unit=foreign(tmp_path / "home"))
    assert roles(extra) == [f"extra {file}"]
    assert extra.env == (), "a crate from the registry has to be named"
    assert found(project, env={**home, VARIABLE: "nonsense"}).problem


def test_what_is_remembered_needs_no_question(project: Path) -> None:
    class Silent(LocalView):
        def stat(self, paths: Any) -> Any:
            raise AssertionError(paths)

    extras, env = Extras(lambda: LATER), {"CARGO_PKG_NAME": "one"}
    first = extras.identify(LocalView(), member(project), env)
    assert extras.recall(Silent(), member(project), env) is first
    assert extras.recall(Silent(), member(project), {"CARGO_PKG_NAME": "two"}) is None
    assert extras.recall(Silent(namespace=2), member(project), env) is None
    assert extras.recall(Silent(), member(project), {**env, VARIABLE: of_user(ExtraRule(env=("A",)))}) is None
    paths = [*first.watched, *(item.path for item in first.inputs)]
    assert first.holds({path: record_at(path) for path in paths})


def test_what_is_too_young_is_not_remembered(project: Path) -> None:
    extras, env = Extras(lambda: 0), {"CARGO_PKG_NAME": "one"}
    assert not extras.identify(LocalView(), member(project), env).is_settled
    assert extras.recall(LocalView(), member(project), env) is None


def test_the_oldest_is_forgotten(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EXTRAS_MAX", 2)
    extras, view = Extras(lambda: LATER), LocalView()
    for name in "abc":
        extras.identify(view, member(project), {"CARGO_PKG_NAME": name})
    known = [extras.recall(view, member(project), {"CARGO_PKG_NAME": name}) is not None for name in "abc"]
    assert known == [False, True, True]
