"""All tiers behind one engine, for the command line."""

from pathlib import Path

from dunnage.engine.remotes import Remotes
from dunnage.engine.tiers import Tier
from dunnage.keys.digests import Digests
from dunnage.remote.guard import Guard
from dunnage.remote.sealing import checked
from support.remotes.machines import WAIT_S, Troubled
from support.stores import action_key, add, opened, paths_of, unit_key


def test_nothing_without_remotes(tmp_path: Path) -> None:
    with opened(tmp_path / "store") as store:
        remotes = Remotes(store, Digests(store, lambda: 0), ())
        assert not remotes
        remotes.keep(unit_key(1), paths_of(1), action_key(1), add(store, 1, [b"x"]))
        assert (remotes.hurry(), remotes.waiting, remotes.documents()) == (0, 0, [])
        remotes.close(WAIT_S)


def test_only_those_that_are_written_to_get_something(tmp_path: Path) -> None:
    read, written = Troubled(), Troubled()
    with opened(tmp_path / "store") as store:
        tiers = [
            Tier(Guard("read", read), checked(""), writes=False),
            Tier(Guard("written", written), checked(""), writes=True),
        ]
        remotes = Remotes(store, Digests(store, lambda: 0), tiers)
        assert remotes
        written.moving.clear()
        remotes.keep(unit_key(1), paths_of(1), action_key(1), add(store, 1, [b"x"]))
        assert remotes.hurry() == 1
        assert [document["waiting"] for document in remotes.documents()] == [0, 1]
        written.moving.set()
        remotes.close(WAIT_S)
        assert [document["sent"] for document in remotes.documents()] == [0, 1]
        assert read.asked == []
        assert len(written.records) == 2
