"""Which variables bind a result, and the one that does not in portable mode."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dunnage.engine.bound import bound_by_environment
from dunnage.engine.collect import Collected, collect
from dunnage.engine.subject import Subject
from dunnage.keys.digests import Digests
from dunnage.model.path_set import ALL_VARIABLES
from dunnage.store.store import Store
from support.subjects import ended, make_outputs, subject_of, written
from support.units import LocalView

OUT = "target/debug/build/demo-1/out"


def compiled(directory: Path, store: Store, read: str, env: str, **changes: Any) -> tuple[Subject, Collected]:
    written(directory / "src/lib.rs", "")
    written(directory / OUT / "made.rs", "")
    variables = {
        "OUT_DIR": f"{directory}/{OUT}",
        "CARGO_MANIFEST_DIR": str(directory),
        "PLAIN": "x",
        "EMPTY": "",
    }
    subject = subject_of(directory, env=variables, **changes)
    make_outputs(
        subject, f"x.d: src/lib.rs {read}\n\n" + "".join(f"# env-dep:{name}\n" for name in env.split())
    )
    found = collect(LocalView(), subject, ended(), Digests(store, lambda: 0))
    assert isinstance(found, Collected)
    found.close()
    return subject, found


@pytest.mark.parametrize(
    ("portable", "read", "env", "bound"),
    [
        (False, f"{OUT}/made.rs", "OUT_DIR", {"target", "workspace"}),
        (True, f"{OUT}/made.rs", "OUT_DIR PLAIN EMPTY MISSING", set()),
        # `env!("OUT_DIR").len()`: nothing was read there, so it is a value.
        (True, "", "OUT_DIR", {"target", "workspace"}),
        (True, f"{OUT}/made.rs", "OUT_DIR CARGO_MANIFEST_DIR", {"workspace"}),
        (True, "src/lib.rs", "CARGO_MANIFEST_DIR", {"workspace"}),
    ],
)
def test_which_variables_bind(
    tmp_path: Path, store: Store, portable: bool, read: str, env: str, bound: set[str]
) -> None:
    directory = tmp_path / "crate"
    wanted = f"{directory}/{read}" if read else ""
    assert bound_by_environment(*compiled(directory, store, wanted, env, portable=portable)) == bound


def test_a_macro_that_was_watched_and_read_nothing_binds_nothing(tmp_path: Path, store: Store) -> None:
    directory = tmp_path / "crate"
    told = (("OUT_DIR", f"{directory}/{OUT}"), ("CARGO_MANIFEST_DIR", str(directory)))
    subject, collected = compiled(directory, store, "", "PLAIN", env_paths=told)
    assert bound_by_environment(subject, collected) == {"target", "workspace"}
    subject.unit = replace(subject.unit, observed=True)
    assert bound_by_environment(subject, collected) == set()
    collected.paths = replace(collected.paths, env=("CARGO_MANIFEST_DIR",))
    assert bound_by_environment(subject, collected) == {"workspace"}


def test_a_program_that_may_read_any_variable_is_bound_to_all(tmp_path: Path, store: Store) -> None:
    directory = tmp_path / "crate"
    scene = compiled(directory, store, f"{directory}/{OUT}/made.rs", "OUT_DIR", portable=True)
    scene[1].paths = replace(scene[1].paths, env=(ALL_VARIABLES,))
    assert bound_by_environment(*scene) == {"target", "workspace"}


def test_a_macro_may_have_read_it_for_another_end(tmp_path: Path, store: Store) -> None:
    directory = tmp_path / "crate"
    told = (("OUT_DIR", f"{directory}/{OUT}"),)
    scene = compiled(directory, store, f"{directory}/{OUT}/made.rs", "OUT_DIR", portable=True, env_paths=told)
    assert bound_by_environment(*scene) == {"target", "workspace"}
    # Where macros are watched, it is seen who asked.
    subject, collected = scene
    subject.unit = replace(subject.unit, observed=True)
    assert bound_by_environment(subject, collected) == set()
    collected.asked = frozenset({"OUT_DIR"})
    assert bound_by_environment(subject, collected) == {"target", "workspace"}
