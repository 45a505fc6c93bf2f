"""Shadow builds of a few edits each: whatever is done to a project, with dunnage it builds as it does without.

The seed stands still here, so that a change is not judged by what the dice say today; the long runs of `make shadow`
throw them. SHADOW_SEED plays others here, too.
"""

import os
from pathlib import Path

import pytest

from support.shadow.story import draw, tell

SEED = int(os.environ.get("SHADOW_SEED", "11"))

EDITS = {"workspace": 14, "sys": 12, "semver": 8, "rustversion": 5, "hyperfine": 2, "ripgrep": 4}
"""As many as their projects' prices allow in all of two minutes on two cores."""


@pytest.mark.parametrize("subject", EDITS)
def test_every_state_is_built_as_without_dunnage(subject: str, tmp_path: Path) -> None:
    story = draw(subject, SEED, EDITS[subject])
    print(f"seed {SEED}: {story.command}")
    ending = tell(story, tmp_path / "shadow", print)
    assert not ending.wrong, ending
    assert ending.counts is not None
    assert ending.counts.fallbacks == 0
    # A story in which every build failed, or nothing came from the store, would hold for any cache.
    assert ending.failed < len(story.steps)
    if subject in ("workspace", "sys"):
        assert ending.counts.hits > 10
    if subject == "sys":
        assert ending.counts.all["languages"]["build script"]["hit"] > 0
