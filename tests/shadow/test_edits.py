"""The instrument itself: steps are data that can be played again, and what differs is found, told and made smaller."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.builds import Built
from support.commands import Ran
from support.shadow import story as stories
from support.shadow.edits import EDITS, play
from support.shadow.state import State, Step, read_sources, write_state
from support.shadow.story import Story, draw, shrink, tell
from support.shadow.subjects import SUBJECTS
from support.shadow.twice import Pair, Place
from support.shadow.workspace import FILES

SCOPE = SUBJECTS["workspace"].scope
RICH = [State(), play(FILES, SCOPE, [State()], Step("add-module", 4))]
RICH.append(play(FILES, SCOPE, RICH, Step("add-text", 4)))
"""A history with everything in it that an edit may look for."""


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_changes_something_and_does_so_again(kind: str) -> None:
    edited = play(FILES, SCOPE, RICH, Step(kind, 17))
    assert edited != RICH[-1]
    assert edited == play(FILES, SCOPE, RICH, Step(kind, 17))


def test_every_subject_draws_every_edit_that_there_is() -> None:
    weights = SUBJECTS["workspace"].weights
    assert set(weights) == set(EDITS)
    assert all(set(subject.weights) <= set(EDITS) for subject in SUBJECTS.values())


def test_a_story_can_be_written_down() -> None:
    story = draw("workspace", 3, 40)
    assert len(story.steps) == 40
    assert Story.parse(str(story)) == story == draw("workspace", 3, 40) != draw("workspace", 4, 40)
    assert story.command == f"make shadow SHADOW_REPLAY='{story}'"


@pytest.mark.parametrize("text", ["nobody body:1", "workspace body", "workspace :1", "workspace body:one"])
def test_what_is_no_story(text: str) -> None:
    with pytest.raises(ValueError):
        Story.parse(text)


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    SUBJECTS["workspace"].make(tmp_path)
    texts = read_sources(tmp_path)
    assert texts == FILES
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.rs")}
    one, file = State(), tmp_path / "base/src/words.rs"
    moved = play(texts, SCOPE, [one], Step("move-module", 3))
    write_state(texts, one, moved, tmp_path)
    gone = [path for path in before if not path.exists()]
    assert len(gone) == 1
    write_state(texts, moved, one, tmp_path)
    assert read_sources(tmp_path) == FILES
    assert [path for path in before if path.stat().st_mtime_ns != before[path]] == gone
    write_state(texts, one, replace(one, touched={"base/src/words.rs": 1}), tmp_path)
    assert file.stat().st_mtime_ns > before[file]
    assert read_sources(tmp_path) == FILES


def built(code: int = 0, out: str = "", err: str = "", **files: str) -> Built:
    return Built(Ran(("cargo",), code, out, err), files)


FRESH = '{"package_id":"one","fresh":true}\n'
STALE = '{"package_id":"one","fresh":false}\n'
TWO_LINES = built(err="Checking one\nChecking two\n Finished in 0.5s\n")
OTHER_ORDER = built(err="Checking two\nChecking one\n Finished in 1m 20.4s\n")


@pytest.mark.parametrize(
    ("pair", "wrong"),
    [
        (Pair(TWO_LINES, OTHER_ORDER, built(out=FRESH)), []),
        (Pair(built(), built(101), None), ["exit code 0 became 101"]),
        (Pair(built(a="1"), built(a="2"), None), ["file: a"]),
        (Pair(built(a="1"), built(), None), ["file: a"]),
        (Pair(built(), built(b="1"), None), ["file: b"]),
        (Pair(built(err="warning: w\n"), built(), None), ["stderr: without dunnage: warning: w"]),
        (Pair(built(err="w\n"), built(err="w\nw\n"), None), ["stderr: with dunnage: w"]),
        (Pair(built(), built(out="{}\n"), None), ["stdout: with dunnage: {}"]),
        (Pair(built(), built(), built(out=FRESH + STALE)), ["not fresh: one"]),
    ],
)
def test_what_differs_is_told(pair: Pair, wrong: list[str]) -> None:
    assert pair.differences() == wrong


def test_a_wrong_build_ends_the_story_and_is_made_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that answers with something else as soon as a variable is set: one step says it all."""
    honest = Place.build

    def wrong(place: Place, state: State) -> Pair:
        pair = honest(place, state) if not state.env else Pair(built(a="1"), built(a="2"), None)
        return pair

    monkeypatch.setattr(Place, "build", wrong)
    story = Story.parse("workspace touch:1 body:2 flag:2 body:5")
    ending = tell(story, tmp_path / "told")
    assert ending.wrong == ("file: a",)
    assert str(ending.story) == "workspace touch:1 body:2 flag:2"
    assert "make shadow SHADOW_REPLAY='workspace touch:1 body:2 flag:2'" in str(ending)
    assert str(shrink(ending.story, tmp_path / "shrink")) == "workspace flag:2"


def test_after_a_failure_most_edits_begin_where_all_was_well() -> None:
    sound, broken = [State(), State(wiped=1)], State(command=("broken",), wiped=2)
    assert stories._history(sound, broken, Step("body", 1)) == [State(), State(wiped=2)]
    assert stories._history(sound, broken, Step("body", 4)) == [*sound, broken]
    assert stories._history([], broken, Step("body", 1)) == [broken]
