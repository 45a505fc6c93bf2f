"""The tool for long shadow builds: how edits are spread, and what it says of a story that ends badly."""

from pathlib import Path

import pytest

from support.builds import Counts
from support.shadow.c_story import CEnding
from support.shadow.story import Ending, Story
from support.shadow.subjects import SUBJECTS
from tools import shadow


def test_edits_are_spread_over_all_projects() -> None:
    told = shadow.stories(200, 5, None)
    assert {story.subject for story in told} == set(SUBJECTS) == set(shadow.SHARES)
    assert sum(len(story.steps) for story in told) == 200
    assert told == shadow.stories(200, 5, None) != shadow.stories(200, 6, None)


def test_one_project_gets_all() -> None:
    (story,) = shadow.stories(7, 5, "semver")
    assert (story.subject, len(story.steps)) == ("semver", 7)


@pytest.mark.parametrize(
    ("wrong", "fallbacks", "status", "said"),
    [
        ((), 0, 0, "2 edits, no difference; 1 states did not compile; 3 hits"),
        ((), 1, 1, "1 fallbacks"),
        (("file: a",), 0, 1, "again: make shadow SHADOW_REPLAY='semver body:1 touch:2'"),
    ],
)
def test_an_ending_is_told(
    wrong: tuple[str, ...], fallbacks: int, status: int, said: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def tell(story: Story, base: Path, heard: object) -> Ending:
        return Ending(story, wrong, 1, Counts(3, 4, fallbacks, {}, {}))

    monkeypatch.setattr(shadow, "tell", tell)
    assert shadow.main(["--replay", "semver body:1 touch:2"]) == status
    assert said in capsys.readouterr().out


def test_a_failing_story_is_made_smaller(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shadow, "tell", lambda story, base, heard: Ending(story, ("file: a",), 0, None))
    monkeypatch.setattr(shadow, "shrink", lambda story, base, heard: Story.parse("semver touch:2"))
    assert shadow.main(["--shrink", "--replay", "semver body:1 touch:2"]) == 1
    assert "shorter: make shadow SHADOW_REPLAY='semver touch:2'" in capsys.readouterr().out


def test_the_seed_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(shadow, "tell", lambda story, base, heard: Ending(story, (), 0, None))
    monkeypatch.setattr(shadow, "run_c", lambda edits, seed, scratch: 0)
    assert shadow.main(["--edits", "3", "--seed", "9"]) == 0
    assert "make shadow SHADOW_EDITS=3 SHADOW_SEED=9" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "fallbacks", "status", "said"),
    [
        ((), 0, 0, "no difference; 2 compilations failed; 3 hits, 4 misses, 0 fallbacks"),
        ((), 1, 1, "1 fallbacks"),
        (("gcc -c a.c: code: 0 became 1",), 0, 1, "DIFFERENT: 1 differences after: body, touch"),
    ],
)
def test_what_it_says_of_stories_of_c(
    wrong: tuple[str, ...],
    fallbacks: int,
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def tell_c(subject: str, seed: int, edits: int, base: Path, heard: object) -> CEnding:
        assert (seed, edits) == (5, 3)
        return CEnding(wrong, ("body", "touch"), 2, None if wrong else Counts(3, 4, fallbacks, {}, {}))

    monkeypatch.setattr(shadow, "tell_c", tell_c)
    assert shadow.run_c(10, 5, tmp_path) == status
    assert said in capsys.readouterr().out
