"""The store against a dict: with trim, clear, crash, damage and a second store on the same directory as rules.

What the store gives is what was recorded, byte for byte and in the order of its last use, and nothing that was damaged.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dunnage import limits
from dunnage.errors import BlobCorrupt, BlobMissing
from dunnage.model.action import ActionResult
from dunnage.store.store import Store
from support.stores import (
    ROOM,
    Clock,
    action_key,
    blob_path,
    digest_of,
    paths_of,
    put,
    read,
    result_of,
    unit_key,
)

NAMES = st.integers(0, 4)
CONTENTS = st.lists(st.integers(0, 7).map(lambda n: bytes([n]) * (n * 700)), max_size=3)
BOUND = st.sampled_from([(), (("root:workspace", "/a"),), (("root:workspace", "/b"),)])


class StoreMachine(RuleBasedStateMachine):
    """`model[name]` are the results that must or may be found, the last used first."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.model: dict[int, list[ActionResult]] = {}
        self.abandoned: list[Store] = []

    @initialize()
    def begin(self) -> None:
        self.store = self.open()

    def open(self) -> Store:
        return Store.open(str(self.directory), size_bytes_max=ROOM, clock=self.clock)

    def teardown(self) -> None:
        for store in (self.store, *self.abandoned):
            store.close()
        shutil.rmtree(self.directory)

    # --- what a session does ----------------------------------------------------------------------

    @rule(name=NAMES, contents=CONTENTS, bound=BOUND, text=st.binary(max_size=20))
    def add(self, name: int, contents: list[bytes], bound: tuple[tuple[str, str], ...], text: bytes) -> None:
        for data in contents:
            assert put(self.store, data) == (digest_of(data), len(data))
        result = result_of(contents, bound=bound, stderr=text)
        self.store.add(unit_key(name), paths_of(name), action_key(name), result)
        others = [other for other in self.model.get(name, []) if other.bound != bound]
        self.model[name] = [result, *others]

    @rule(contents=CONTENTS)
    def put_and_give_up(self, contents: list[bytes]) -> None:
        for data in contents:
            put(self.store, data)

    @rule(name=NAMES, which=st.integers(0, 2))
    def hit(self, name: int, which: int) -> None:
        found = self.store.results(action_key(name))
        if which < len(found):
            result = found[which]
            self.store.used(unit_key(name), paths_of(name), action_key(name), result)
            known = self.model[name]
            known.remove(result)
            known.insert(0, result)

    @rule(seconds=st.integers(0, 2 * limits.ORPHAN_AGE_S))
    def time_goes_by(self, seconds: int) -> None:
        self.clock.now += seconds

    # --- what makes room --------------------------------------------------------------------------

    @rule(size=st.integers(0, 20_000))
    def trim(self, size: int) -> None:
        before = self.store.size()
        removed = self.store.trim(size)
        after = self.store.size()
        assert after.size_bytes <= size
        assert before.size_bytes - removed.bytes == after.size_bytes
        assert before.actions - removed.results == after.actions
        self.forget_what_is_gone()

    @rule()
    def clear(self) -> None:
        self.store.clear()
        assert self.store.size().actions == 0
        assert not list((self.directory / "v1" / "blobs").glob("*/*"))
        self.model.clear()

    # --- what goes wrong --------------------------------------------------------------------------

    @rule()
    def crash(self) -> None:
        """Everything that was in memory is gone; the files are as they are."""
        self.abandoned.append(self.store)
        self.store = self.open()

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = self.open()

    @rule(name=NAMES, which=st.integers(0, 2), how=st.sampled_from(["delete", "shorten", "change", "touch"]))
    def damage(self, name: int, which: int, how: str) -> None:
        outputs = [output for result in self.model.get(name, []) for output in result.outputs if output.size]
        if not outputs:
            return
        output = outputs[which % len(outputs)]
        path = blob_path(self.directory, output.digest)
        match how:
            case "delete":
                path.unlink()
            case "shorten":
                os.truncate(path, output.size - 1)
            case "change":
                path.write_bytes(b"\xff" * output.size)
            case _:
                os.utime(path, ns=(1, 1))
        if how == "touch":
            assert digest_of(read(self.store, output.digest, output.size)) == output.digest
            return
        with pytest.raises(BlobMissing if how == "delete" else BlobCorrupt):
            self.store.open_blob(output.digest, output.size)
        for results in self.model.values():
            results[:] = [
                result for result in results if output.digest not in {each.digest for each in result.outputs}
            ]

    @precondition(lambda self: self.model)
    @rule()
    def delete_everything(self) -> None:
        shutil.rmtree(self.directory)
        assert self.store.size().actions == 0
        self.model.clear()

    @rule()
    def check(self) -> None:
        report = self.store.fsck()
        assert report.clean, report

    # --- always -----------------------------------------------------------------------------------

    @invariant()
    def what_is_found_is_what_was_recorded(self) -> None:
        if not hasattr(self, "store"):
            return
        for name in range(5):
            found = list(self.store.results(action_key(name)))
            assert found == self.model.get(name, [])
            assert list(self.store.path_sets(unit_key(name))) == ([paths_of(name)] if found else [])
            for result in found:
                for output in result.outputs:
                    assert digest_of(read(self.store, output.digest, output.size)) == output.digest

    @invariant()
    def the_totals_are_right(self) -> None:
        if not hasattr(self, "store"):
            return
        kept = {output for results in self.model.values() for result in results for output in result.outputs}
        size = self.store.size()
        assert size.actions == sum(map(len, self.model.values()))
        assert size.size_bytes >= sum({output.digest: output.size for output in kept}.values())

    def forget_what_is_gone(self) -> None:
        """Trim takes the oldest: what it left of a name are the newest of it, or all."""
        for name, results in self.model.items():
            found = list(self.store.results(action_key(name)))
            assert found == results[: len(found)]
            results[:] = found


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
