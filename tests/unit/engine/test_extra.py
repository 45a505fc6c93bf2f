"""One package's extra inputs: which variables join a unit, when they hold, and what changed while a compiler ran."""

from collections.abc import Sequence
from pathlib import Path

from dunnage.engine.extra import NONE, ROLE, Extra
from dunnage.engine.stated import OwnFiles
from dunnage.keys.extras import walk
from dunnage.model.unit import Input
from dunnage.model.view import StatRecord
from support.subjects import written
from support.units import LocalView, record_at, unit_of


def extra_of(directory: Path, *globs: str, is_settled: bool = True) -> Extra:
    walked = walk(OwnFiles(), str(directory), globs)
    return Extra(
        watched=walked.watched,
        records=walked.records,
        inputs=tuple(Input(ROLE + name, path) for name, path in walked.files),
        base=str(directory),
        globs=globs,
        walked=walked,
        is_settled=is_settled,
    )


def test_variables_join_the_units_own() -> None:
    unit = unit_of("/p")
    extra = Extra(env=("RUSTC_BOOTSTRAP", "SET", "UNSET"))
    assert extra.unit(unit, {"SET": "x", "RUSTC_BOOTSTRAP": "1"}).env == [
        ("RUSTC_BOOTSTRAP", None),
        ("SET", "x"),
        ("UNSET", None),
    ]
    assert NONE.unit(unit, {"SET": "x"}) is unit


def test_what_holds(tmp_path: Path) -> None:
    file = written(tmp_path / "s/a.sql", "")
    extra = extra_of(tmp_path, "s/*.sql")
    paths = [*extra.watched, *(item.path for item in extra.inputs)]

    def today() -> dict[str, StatRecord]:
        return {path: record_at(path) for path in paths}

    assert extra.holds(today())
    written(file, "contents are looked at elsewhere")
    assert extra.holds(today())
    written(tmp_path / "s/b.txt", "")
    assert not extra.holds(today())


def test_a_link_that_leads_nowhere_any_more_holds_no_longer(tmp_path: Path) -> None:
    file = written(tmp_path / "elsewhere", "")
    (tmp_path / "s").mkdir()
    (tmp_path / "s/a.sql").symlink_to(file)
    extra = extra_of(tmp_path, "s/*.sql")
    file.unlink()
    assert not extra.holds(
        {path: record_at(path) for path in (*extra.watched, *(i.path for i in extra.inputs))}
    )


class Counting(LocalView):
    """Counts questions."""

    stats = 0
    lists = 0

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        self.stats += 1
        return super().stat(paths)

    def entries(self, path: str) -> list:  # type: ignore[type-arg]
        self.lists += 1
        return super().entries(path) or []


def test_nothing_is_asked_where_there_is_nothing() -> None:
    view = Counting()
    assert not NONE.changed(view)
    assert not Extra(env=("A",), watched=("/dunnage.toml",), records=(record_at("/dunnage.toml"),)).changed(
        view
    )
    assert view.stats == 0


def test_what_appears_while_a_compiler_runs(tmp_path: Path) -> None:
    written(tmp_path / "s/a.sql", "")
    extra = extra_of(tmp_path, "s/*.sql")
    view = Counting()
    assert not extra.changed(view)
    assert (view.stats, view.lists) == (1, 0)
    written(tmp_path / "s/readme", "")
    assert not extra.changed(view), "another file of that directory is none of ours"
    written(tmp_path / "s/b.sql", "")
    assert extra.changed(view)


def test_a_directory_that_was_too_young_is_listed_again(tmp_path: Path) -> None:
    written(tmp_path / "s/a.sql", "")
    extra = extra_of(tmp_path, "s/*.sql", is_settled=False)
    view = Counting()
    assert not extra.changed(view)
    assert view.lists == 1
