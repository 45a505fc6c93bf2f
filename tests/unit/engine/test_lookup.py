"""Lookup: the right result for today's contents and places, or which of the reasons there is none."""

import os
from pathlib import Path
from typing import Any

import pytest

from dunnage.engine.around import look_around
from dunnage.engine.lookup import is_here, look_up
from dunnage.engine.recall import Recall
from dunnage.engine.subject import Located, Missed, Subject
from dunnage.keys.digests import Digests
from dunnage.keys.unit_key import action_key, action_text
from dunnage.model.action import ActionResult
from dunnage.model.path_set import PathSet
from dunnage.model.view import exists
from dunnage.store.store import Store
from support.subjects import subject_of, written
from support.units import LocalView

PATHS = PathSet(("{workspace}/src/a.rs",), ("{workspace}/src/a/mod.rs",), ("V",))


def result_of(**changes: Any) -> ActionResult:
    fields: dict[str, Any] = {"outputs": (), "dep_info": b"", "stdout": b"", "stderr": b"", "bound": ()}
    return ActionResult(**(fields | {"compile_us": 1, "created_s": 0, "unit_name": "demo"} | changes))


class Scene:
    """A crate with a module, and a store that may have seen it."""

    def __init__(self, directory: Path, store: Store) -> None:
        self.directory, self.store = directory, store
        self.digests = Digests(
            store, lambda: 1 << 62
        )  # long after: every file is old enough to be remembered
        self.recall = Recall(self.digests)
        written(directory / "src/lib.rs", "mod a;")
        written(directory / "src/a.rs", "// a")

    def subject(self, **changes: Any) -> Subject:
        return subject_of(self.directory, **changes)

    def remember(self, result: ActionResult, paths: PathSet = PATHS, **changes: Any) -> None:
        """As a compile of what is there now would."""
        subject, view = self.subject(**changes), LocalView()
        named = [item.path for item in subject.inputs]
        inputs = [
            (item.role, digest)
            for item, digest in zip(
                subject.inputs, self.digests.of(view, named, view.stat(named)), strict=True
            )
            if digest is not None
        ]
        files = list(Located.at(subject.roots, paths).files)
        contents = [digest for digest in self.digests.of(view, files, view.stat(files)) if digest is not None]
        located = Located.at(subject.roots, paths)
        records = dict(zip(located.all, view.stat(located.all), strict=True))
        around = look_around(view, located, records, self.digests)
        assert around is not None
        text = action_text(subject.key, inputs, paths, contents, subject.env, subject.roots, around)
        action = action_key(text)
        self.store.add(subject.key, paths, action, result)

    def look_up(self, **changes: Any) -> ActionResult | str:
        """What is found without recall, which with it is the same, at first and again."""
        plain, *others = (self._found(recall, **changes) for recall in (None, self.recall, self.recall))
        assert others == [plain, plain]
        return plain

    def _found(self, recall: Recall | None, **changes: Any) -> ActionResult | str:
        subject = self.subject(**changes)
        path_sets = [Located.at(subject.roots, paths) for paths in self.store.path_sets(subject.key)]
        found = look_up(LocalView(), subject, path_sets, self.digests, self.store, recall)
        return found.reason if isinstance(found, Missed) else found[1]


@pytest.fixture
def scene(tmp_path: Path, store: Store) -> Scene:
    return Scene(tmp_path / "crate", store)


def test_what_was_never_seen_is_new(scene: Scene) -> None:
    assert scene.look_up() == "new"


def test_the_same_again_is_found(scene: Scene) -> None:
    scene.remember(result_of())
    assert scene.look_up() == result_of()


@pytest.mark.parametrize("path", ["src/lib.rs", "src/a.rs"])
def test_other_contents_are_not(scene: Scene, path: str) -> None:
    scene.remember(result_of())
    written(scene.directory / path, "// changed")
    assert scene.look_up() == "inputs-changed"


@pytest.mark.parametrize("path", ["src/lib.rs", "src/a.rs"])
def test_a_file_that_is_gone(scene: Scene, path: str) -> None:
    scene.remember(result_of())
    (scene.directory / path).unlink()
    assert scene.look_up() == "inputs-changed"


def test_a_file_that_was_absent_is_there(scene: Scene) -> None:
    scene.remember(result_of())
    written(scene.directory / "src/a/mod.rs", "")
    assert scene.look_up() == "inputs-changed"


def test_a_variable_has_its_value_and_unset_is_another(scene: Scene) -> None:
    scene.remember(result_of(), env={"V": ""})
    assert scene.look_up(env={"V": ""}) == result_of()
    assert scene.look_up(env={"V": "x"}) == "inputs-changed"
    assert scene.look_up(env={}) == "inputs-changed"
    assert scene.look_up(env={"V": "", "UNREAD": "x"}) == result_of()


def test_an_older_path_set_is_found_behind_newer_ones(scene: Scene) -> None:
    scene.remember(result_of(compile_us=1))
    written(scene.directory / "src/lib.rs", "mod b;")
    written(scene.directory / "src/b.rs", "// b")
    scene.remember(result_of(compile_us=2), PathSet(("{workspace}/src/b.rs",)))
    assert scene.look_up() == result_of(compile_us=2)
    (scene.directory / "src/b.rs").unlink()
    written(scene.directory / "src/lib.rs", "mod a;")
    assert scene.look_up() == result_of(compile_us=1)


def test_a_result_that_is_bound_elsewhere(scene: Scene) -> None:
    scene.remember(result_of(bound=(("root:workspace", "/somewhere/else"),)))
    assert scene.look_up() == "bound-elsewhere"
    here = result_of(bound=(("root:workspace", str(scene.directory)),))
    scene.remember(here)
    assert scene.look_up() == here
    written(scene.directory / "src/a.rs", "// changed")
    assert scene.look_up() == "inputs-changed"


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ((), True),
        ((("root:target", "/t/target"), ("root:workspace", "/t")), True),
        ((("root:target", "/t/target"), ("root:workspace", "/other")), False),
        ((("root:cargo-home", "/cargo"),), False),  # this unit has none
        ((("display", "color=always"),), True),
        ((("display", "color=never"),), False),
        ((("display", ""),), False),
    ],
)
def test_bound_to_places_and_to_how_diagnostics_look(bound: Any, expected: bool) -> None:
    subject = subject_of(Path("/t"), display=(("color", "always"),))
    assert is_here(result_of(bound=bound), subject) is expected


def test_files_of_older_path_sets_are_statted_once(scene: Scene) -> None:
    scene.remember(result_of())
    subject = scene.subject()
    paths = [Located.at(subject.roots, PATHS)]
    look_up(LocalView(), subject, paths, scene.digests, scene.store)
    assert exists(subject.records[f"{scene.directory}/src/a.rs"])
    assert not exists(subject.records[f"{scene.directory}/src/a/mod.rs"])


AROUND = PathSet(absent=("{workspace}/t/none",), listed=("{workspace}/t",), places=("{workspace}/t/sub",))


def test_the_names_in_a_directory_that_was_listed_count(scene: Scene) -> None:
    written(scene.directory / "t/sub/x", "")
    scene.remember(result_of(), AROUND)
    assert scene.look_up() == result_of()
    written(scene.directory / "t/sub/y", "")
    assert scene.look_up() == result_of()
    written(scene.directory / "t/y", "")
    assert scene.look_up() == "inputs-changed"
    (scene.directory / "t/y").unlink()
    assert scene.look_up() == result_of()
    (scene.directory / "t").rename(scene.directory / "u")
    assert scene.look_up() == "inputs-changed"


def test_the_kind_of_a_place_counts(scene: Scene) -> None:
    written(scene.directory / "t/sub", "").unlink()
    (scene.directory / "t/sub").mkdir()
    scene.remember(result_of(), PathSet(places=("{workspace}/t/sub",)))
    assert scene.look_up() == result_of()
    (scene.directory / "t/sub").rmdir()
    assert scene.look_up() == "inputs-changed"
    os.mkfifo(scene.directory / "t/sub")
    assert scene.look_up() == "inputs-changed"
