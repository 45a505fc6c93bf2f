"""Which variables bind a result, and those that do not in portable mode."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dunnage.engine.bound import bound_by_environment, named_by, one_or_two, told_the_time
from dunnage.engine.collect import Collected, collect
from dunnage.engine.subject import Missed, Subject
from dunnage.keys.digests import Digests
from dunnage.keys.macros import Macros, Named
from dunnage.model.digest import Digest
from dunnage.model.path_set import ALL_VARIABLES, PathSet
from dunnage.store.store import Store
from support.subjects import ended, make_outputs, subject_of, written
from support.units import LocalView

OUT = "target/debug/build/demo-1/out"


INCLUDE = 'include!(concat!(env!("OUT_DIR"), "/made.rs"));'


@contextmanager
def compiled(
    directory: Path, store: Store, env: str, source: str = INCLUDE, **changes: Any
) -> Iterator[tuple[Subject, Collected]]:
    """What was collected of a unit with this source, of which dep-info names these variables."""
    written(directory / "src/lib.rs", source)
    made = written(directory / OUT / "made.rs", "")
    variables = {
        "OUT_DIR": f"{directory}/{OUT}",
        "CARGO_MANIFEST_DIR": str(directory),
        "PLAIN": "x",
        "EMPTY": "",
    }
    subject = subject_of(directory, env=variables, **changes)
    lines = "".join(f"# env-dep:{name}\n" for name in env.split())
    make_outputs(subject, f"x.d: src/lib.rs {made}\n\n{lines}")
    found = collect(LocalView(), subject, ended(), Digests(store, lambda: 0))
    assert isinstance(found, Collected)
    yield subject, found
    found.close()


@pytest.mark.parametrize(
    ("portable", "alone", "env", "source", "bound"),
    [
        (True, True, "OUT_DIR PLAIN EMPTY MISSING", INCLUDE, set()),
        (False, True, "OUT_DIR", INCLUDE, {"target", "workspace"}),
        # A macro from elsewhere may have read it, too.
        (True, False, "OUT_DIR", INCLUDE, {"target", "workspace"}),
        (
            True,
            True,
            "OUT_DIR",
            INCLUDE + ' const N: usize = env!("OUT_DIR").len();',
            {"target", "workspace"},
        ),
        (True, True, "OUT_DIR", "other!(env)", {"target", "workspace"}),
        (True, True, "OUT_DIR", "", {"target", "workspace"}),
        (True, True, "OUT_DIR CARGO_MANIFEST_DIR", INCLUDE, {"workspace"}),
        (True, True, "CARGO_MANIFEST_DIR", 'include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/x"));', set()),
    ],
)
def test_which_variables_bind(
    tmp_path: Path, store: Store, portable: bool, alone: bool, env: str, source: str, bound: set[str]
) -> None:
    directory = tmp_path / "crate"
    with compiled(directory, store, env, source, portable=portable, alone=alone) as scene:
        assert bound_by_environment(*scene) == bound


def test_a_macro_that_was_watched_and_read_nothing_binds_nothing(tmp_path: Path, store: Store) -> None:
    directory = tmp_path / "crate"
    told = (("OUT_DIR", f"{directory}/{OUT}"), ("CARGO_MANIFEST_DIR", str(directory)))
    with compiled(directory, store, "PLAIN", env_paths=told) as (subject, collected):
        assert bound_by_environment(subject, collected) == {"target", "workspace"}
        subject.unit = replace(subject.unit, observed=True)
        assert bound_by_environment(subject, collected) == set()
        collected.paths = replace(collected.paths, env=("CARGO_MANIFEST_DIR",))
        assert bound_by_environment(subject, collected) == {"workspace"}


def test_a_program_that_may_read_any_variable_is_bound_to_all(tmp_path: Path, store: Store) -> None:
    with compiled(tmp_path / "crate", store, "OUT_DIR", portable=True) as (subject, collected):
        collected.paths = replace(collected.paths, env=(ALL_VARIABLES,))
        assert bound_by_environment(subject, collected) == {"target", "workspace"}


ONCE, TIME = Digest(b"o" * 32), Digest(b"t" * 32)


def c_unit(tmp_path: Path, texts: dict[str, Digest], **env: str) -> tuple[Subject, Collected, Macros]:
    """A C unit that read these texts, and asked for the date's variable where `env` has it or `cc1` is among them."""
    subject = subject_of(tmp_path, language="c", env=env)
    asked = ("SOURCE_DATE_EPOCH",) if env or "/bin/cc1" in texts else ()
    collected = Collected(
        run=ended(), dep_info=b"", paths=PathSet(env=asked), files=[], outputs=[], digests=dict(texts),
        texts=frozenset(texts),
    )  # fmt: skip
    macros = Macros()
    macros.remember(ONCE, Named.ONCE)
    macros.remember(TIME, Named.TIME)
    return subject, collected, macros


@pytest.mark.parametrize(
    ("texts", "env", "missed"),
    [
        ({"/a.c": ONCE}, {}, False),
        ({"/a.c": TIME}, {}, True),
        ({"/a.c": TIME}, {"SOURCE_DATE_EPOCH": "1"}, False),
        # gcc asked, so something was expanded that no text names.
        ({"/a.c": ONCE, "/bin/cc1": Digest(b"c" * 32)}, {}, True),
        ({"/a.c": ONCE, "/bin/cc1": Digest(b"c" * 32)}, {"SOURCE_DATE_EPOCH": "1"}, False),
    ],
)
def test_who_asks_for_the_time(
    tmp_path: Path, texts: dict[str, Digest], env: dict[str, str], missed: bool
) -> None:
    subject, collected, macros = c_unit(tmp_path, texts, **env)
    assert (told_the_time(named_by(subject, collected, macros), subject, collected) is not None) == missed


def test_a_variable_that_nobody_asks_for_answers_nothing(tmp_path: Path) -> None:
    subject, collected, macros = c_unit(tmp_path, {"/a.c": TIME}, SOURCE_DATE_EPOCH="1")
    collected.paths = PathSet()
    assert told_the_time(named_by(subject, collected, macros), subject, collected) is not None


@pytest.mark.parametrize(
    ("paths", "missed"),
    [
        (["/x/a.h"], False),
        (["/x/a.h", "/x/y/../a.h"], False),
        (["/x/a.h", "/y/a.h"], True),
    ],
)
def test_one_text_under_two_names(tmp_path: Path, paths: list[str], missed: bool) -> None:
    _, collected, macros = c_unit(tmp_path, dict.fromkeys(paths, ONCE))
    found = one_or_two(collected, macros)
    assert found == (Missed("twin-headers", "/x/a.h and /y/a.h") if missed else None)
