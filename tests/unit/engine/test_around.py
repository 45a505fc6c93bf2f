"""What is there of a path set besides files, and whether it changed while the compiler was running."""

import os
from pathlib import Path

import pytest

from dunnage.engine.around import changed_around, look_around
from dunnage.engine.subject import Located
from dunnage.keys.digests import Digests
from dunnage.keys.listings import listing_digest
from dunnage.keys.roots import Roots
from dunnage.keys.unit_key import NOTHING_AROUND, Around
from dunnage.model.digest import Digest
from dunnage.model.path_set import PathSet
from dunnage.model.view import Entry, StatRecord
from support.units import LocalView, record_at


class NoMemo:
    """Remembers nothing."""

    def digest_of(self, record: StatRecord, namespace: int) -> Digest | None:
        return None

    def remember(self, record: StatRecord, namespace: int, digest: Digest) -> None:
        pass


def located(tmp_path: Path, *, listed: str = "", places: str = "") -> Located:
    texts = [tuple(f"{{workspace}}/{name}" for name in names.split()) for names in (listed, places)]
    return Located.at(Roots.of([("workspace", str(tmp_path))]), PathSet(listed=texts[0], places=texts[1]))


def records(of: Located) -> dict[str, StatRecord]:
    return {path: record_at(path) for path in of.all}


def look(of: Located) -> Around | None:
    return look_around(LocalView(), of, records(of), Digests(NoMemo(), lambda: 0))


@pytest.fixture
def there(tmp_path: Path) -> Path:
    (tmp_path / "t/sub").mkdir(parents=True)
    (tmp_path / "t/file").touch()
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def test_what_is_there(there: Path) -> None:
    assert look(located(there)) is NOTHING_AROUND
    names = listing_digest([Entry("sub", True), Entry("file", False)])
    assert look(located(there, listed="t", places="t pipe")) == Around((names,), (True, False))


@pytest.mark.parametrize(
    ("listed", "places"), [("t/file", ""), ("gone", ""), ("", "t/file"), ("", "gone"), ("pipe", "")]
)
def test_what_no_path_set_can_mean(there: Path, listed: str, places: str) -> None:
    assert look(located(there, listed=listed, places=places)) is None


def test_nothing_changed(there: Path) -> None:
    of = located(there, listed="t", places="t/sub pipe")
    now = records(of)
    assert changed_around(of, now, {}, 1 << 62) is None
    assert changed_around(of, now, now, 0) is None


def test_a_name_that_came_or_went(there: Path) -> None:
    of = located(there, listed="t")
    before = records(of)
    began_ns = os.stat(there / "t").st_mtime_ns - 1
    assert changed_around(of, before, {}, began_ns) == f"{there}/t"
    os.utime(there / "t", ns=(0, 0))
    assert changed_around(of, records(of), before, 1 << 62) == f"{there}/t"


def test_a_place_that_became_another_kind_of_thing(there: Path) -> None:
    of = located(there, places="t/sub")
    directory = records(of)
    (there / "t/sub").rmdir()
    nothing = records(of)
    os.mkfifo(there / "t/sub")
    pipe = records(of)
    assert changed_around(of, pipe, directory, 1 << 62) == f"{there}/t/sub"
    assert changed_around(of, pipe, nothing, 1 << 62) == f"{there}/t/sub"
    assert changed_around(of, pipe, pipe, 1 << 62) is None
