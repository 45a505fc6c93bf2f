"""Recall: what the action key of a unit is remembered by, and what it is not remembered for."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dunnage.engine.recall import Recall
from dunnage.engine.subject import Located, Subject
from dunnage.keys.digests import Digests
from dunnage.model.digest import ActionKey, Digest
from dunnage.model.path_set import PathSet
from dunnage.model.view import StatRecord
from dunnage.store.store import Store
from support.subjects import subject_of, written
from support.units import LocalView

PATHS = PathSet(
    ("{workspace}/src/a.rs",), ("{workspace}/src/b.rs",), ("V",), ("{workspace}/l",), ("{workspace}/p",)
)
ACTION = ActionKey(b"a" * 32)
INPUTS = [("source", Digest(b"s" * 32))]


class Scene:
    """A crate of which everything is remembered."""

    def __init__(self, directory: Path, store: Store) -> None:
        self.directory = directory
        self.view = LocalView()
        self.digests = Digests(store, lambda: 1 << 62)
        self.recall = Recall(self.digests)
        for name in ("src/lib.rs", "src/a.rs", "l/one", "p/one"):
            written(directory / name, name)

    def state(self, paths: PathSet = PATHS, **changes: Any) -> tuple[Subject, Located, list[StatRecord]]:
        subject = subject_of(self.directory, **changes)
        located = Located.at(subject.roots, paths)
        return subject, located, self.view.stat(located.all)

    def key(self, paths: PathSet = PATHS, namespace: int = 1, **changes: Any) -> bytes | None:
        subject, located, records = self.state(paths, **changes)
        return self.recall.key(subject, located, INPUTS, records, namespace)

    def read(self) -> None:
        """As a lookup does it that has to find out."""
        _, located, records = self.state()
        self.digests.of(self.view, located.files, records[:1])
        self.digests.of_listing(self.view, located.listed[0], records[2])

    def remember(self) -> None:
        _, located, records = self.state()
        self.recall.remember(self.key(), ACTION, located, records, 1)


@pytest.fixture
def scene(tmp_path: Path, store: Store) -> Scene:
    return Scene(tmp_path / "crate", store)


def test_what_was_remembered_is_known(scene: Scene) -> None:
    scene.read()
    assert scene.recall.action(scene.key()) is None
    scene.remember()
    assert scene.recall.action(scene.key()) == ACTION
    scene.recall.clear()
    assert scene.recall.action(scene.key()) is None


def test_a_file_that_the_memo_does_not_know_is_not_trusted(scene: Scene) -> None:
    scene.remember()
    assert scene.recall.action(scene.key()) is None


@pytest.mark.parametrize("change", ["file", "absent", "listed", "place"])
def test_whatever_a_path_set_names_counts(scene: Scene, change: str) -> None:
    before = scene.key()
    if change == "place":
        (scene.directory / "p/one").unlink()
        (scene.directory / "p").rmdir()
    written(
        scene.directory / {"file": "src/a.rs", "absent": "src/b.rs", "listed": "l/two", "place": "p"}[change],
        "",
    )
    assert scene.key() != before


def test_the_stamps_of_a_place_do_not(scene: Scene) -> None:
    before = scene.key()
    written(scene.directory / "p/two", "an object file")
    os.utime(scene.directory / "p", ns=(1, 1))
    assert scene.key() == before


def test_what_else_counts(scene: Scene) -> None:
    keys = [
        scene.key(),
        scene.key(namespace=2),
        scene.key(env={"V": ""}),
        scene.key(env={"V": "x"}),
        scene.key(crate_name="other", words=()),
        scene.key(replace(PATHS, env=())),
    ]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    assert scene.key(env={"UNREAD": "x"}) == keys[0]


def test_the_places_of_roots_count(scene: Scene) -> None:
    # A variable's value counts relative to its root, and that is for the action key to say.
    subject, located, records = scene.state()
    moved = Located.at(replace(subject.roots, places=(("workspace", "/elsewhere"),)), PATHS)
    here, there = (scene.recall.key(subject, one, INPUTS, records, 1) for one in (located, moved))
    assert here != there


def test_some_are_remembered_by_nothing(scene: Scene) -> None:
    assert scene.key(namespace=0) is None
    assert scene.key(replace(PATHS, env=("*",))) is None
    assert scene.recall.action(None) is None
    _, located, records = scene.state()
    scene.recall.remember(None, ACTION, located, records, 1)
