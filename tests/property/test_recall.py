"""Whatever becomes of the files of a unit: a lookup that may recall finds what one that looks at everything finds."""

import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dunnage.engine.around import look_around
from dunnage.engine.lookup import look_up
from dunnage.engine.recall import Recall
from dunnage.engine.subject import Located, Missed, Subject
from dunnage.keys.digests import Digests
from dunnage.keys.unit_key import action_key, action_text
from dunnage.model.action import ActionResult
from dunnage.model.digest import Digest
from dunnage.model.path_set import PathSet
from dunnage.store.store import Store
from support.subjects import subject_of, written
from support.units import LocalView

NAMES = ("a", "b", "c", "d")
PATHS = [f"{{workspace}}/{name}" for name in NAMES]
KINDS = ("files", "absent", "listed", "places")

sets = st.builds(
    lambda kinds, env: PathSet(
        *(tuple(p for p, k in zip(PATHS, kinds, strict=True) if k == kind) for kind in ("files", "absent")),
        ("V",) if env else (),
        *(tuple(p for p, k in zip(PATHS, kinds, strict=True) if k == kind) for kind in ("listed", "places")),
    ),
    st.tuples(*(st.sampled_from(KINDS) for _ in NAMES)),
    st.booleans(),
)
steps = st.one_of(
    st.tuples(
        st.sampled_from(("write", "remove", "directory", "fill")), st.sampled_from((*NAMES, "src/lib.rs"))
    ),
    st.tuples(st.just("variable"), st.sampled_from(("", "x"))),
    st.tuples(st.just("store"), sets),
)


class World:
    """A directory, and a store with results of what was there."""

    def __init__(self, base: Path) -> None:
        self.project = base / "project"
        self.store = Store.open(str(base / "store"), size_bytes_max=10**9, clock=time.time)
        self.digests = Digests(self.store, lambda: 1 << 62)  # every file is old enough to be remembered
        self.recall = Recall(self.digests)
        self.env: dict[str, str] = {}
        self.sizes = itertools.count(1)  # stamps are coarse, so that no two contents have one size
        self.names = itertools.count()
        written(self.project / "src/lib.rs", "")

    def subject(self) -> Subject:
        return subject_of(self.project, env=self.env)

    def step(self, what: str, which: str | PathSet) -> None:
        if isinstance(which, PathSet):
            self.remember(which)
        elif what == "variable":
            self.env = {"V": which}
        else:
            path = self.project / which
            actions: dict[str, Callable[[], object]] = {
                "write": lambda: written(path, "x" * next(self.sizes)),
                "remove": lambda: None,
                "directory": path.mkdir,
                "fill": lambda: written(path / f"n{next(self.names)}", ""),
            }
            if what != "fill" or path.is_file():
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            actions[what]()

    def remember(self, paths: PathSet) -> None:
        """As a compile would, if what is there now can be a path set of that kind."""
        subject, view = self.subject(), LocalView()
        located = Located.at(subject.roots, paths)
        records = dict(zip(located.all, view.stat(located.all), strict=True))
        inputs = self._digests_of([item.path for item in subject.inputs])
        contents = self._digests_of(located.files)
        around = look_around(view, located, records, self.digests)
        if None in inputs or None in contents or around is None:
            return
        named = [(item.role, digest) for item, digest in zip(subject.inputs, inputs, strict=True) if digest]
        found = [digest for digest in contents if digest]
        text = action_text(subject.key, named, paths, found, subject.env, subject.roots, around)
        result = ActionResult(
            outputs=(), dep_info=b"", stdout=b"", stderr=b"", bound=(), compile_us=1, created_s=0,
            unit_name=text.digest().hex(),
        )  # fmt: skip
        self.store.add(subject.key, paths, action_key(text), result)

    def _digests_of(self, paths: Sequence[str]) -> list[Digest | None]:
        view = LocalView()
        return self.digests.of(view, paths, view.stat(paths))

    def look_up(self, recall: Recall | None) -> str:
        """The name of the result that is found, or the reason why none is."""
        subject = self.subject()
        path_sets = [Located.at(subject.roots, paths) for paths in self.store.path_sets(subject.key)]
        found = look_up(LocalView(), subject, path_sets, self.digests, self.store, recall)
        return found.reason if isinstance(found, Missed) else found[1].unit_name


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, min_size=3, max_size=14))
def test_recall_answers_what_a_look_at_everything_answers(done: list[tuple[str, str | PathSet]]) -> None:
    base = Path(tempfile.mkdtemp())
    world = World(base)
    try:
        for what, which in done:
            world.step(what, which)
            assert world.look_up(world.recall) == world.look_up(None)
            assert world.look_up(world.recall) == world.look_up(None)  # and now it may be remembered
    finally:
        world.store.close()
        shutil.rmtree(base)
