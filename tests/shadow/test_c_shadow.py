"""Shadow compilations of C and C++: whatever is done to a project, with dunnage it compiles as it does without.

The seed stands still here; the long runs of `make shadow` throw dice. SHADOW_SEED plays others here, too.
"""

import os
from pathlib import Path
from random import Random

import pytest

from support.shadow.c_edits import EDITS, CState, edit
from support.shadow.c_story import tell_c

SEED = int(os.environ.get("SHADOW_SEED", "11"))

COUNTS = {"zlib": 10, "zstd": 8, "shapes": 12}


@pytest.mark.parametrize("subject", COUNTS)
def test_every_state_is_compiled_as_without_dunnage(subject: str, tmp_path: Path) -> None:
    print(f"seed {SEED}")
    ending = tell_c(subject, SEED, COUNTS[subject], tmp_path / "shadow", print)
    assert not ending.wrong, ending
    assert ending.counts is not None
    assert ending.counts.fallbacks == 0
    assert ending.counts.hits > COUNTS[subject]


@pytest.mark.parametrize("kind", EDITS)
def test_each_edit_does_something(kind: str) -> None:
    """Of a hundred tries; and it leaves the state that it was given as it was."""
    texts = {"a.c": "#define A 1\n", "include/b.h": "#define B 2\n", "first/c.h": ""}
    before = CState(texts)
    after = [EDITS[kind][1](Random(seed), before) for seed in range(100)]
    assert any(state != before for state in after)
    assert before == CState({"a.c": "#define A 1\n", "include/b.h": "#define B 2\n", "first/c.h": ""})


def test_a_story_is_the_same_for_the_same_seed() -> None:
    def words(seed: int) -> list[str]:
        random, history, found = Random(seed), [CState({"a.c": "", "b.h": ""})], []
        for _ in range(20):
            word, state = edit(random, history)
            history.append(state)
            found.append(word)
        return found

    assert words(1) == words(1) != words(2)
