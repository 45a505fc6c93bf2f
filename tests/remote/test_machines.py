"""Two machines on two stores share through each backend: real rustc, real servers, and a seal."""

import threading
from pathlib import Path

from dunnage.remote.sealing import by_secret
from support.crates import crate
from support.remotes.machines import machine
from support.remotes.place import Opener

SEAL = by_secret("team", b"a secret of the team")
CLIENTS = 6


def test_what_one_compiled_the_other_fetches(tmp_path: Path, opener: Opener) -> None:
    made = crate(tmp_path / "a", "pub fn one() -> u32 { 1 }\n")
    with machine(tmp_path / "first", opener(), seal=SEAL, domain="team") as first:
        assert first.compile(made).reason == "new"
        sent = first.sent()
        assert (sent["sent"], sent["not_sent"], sent["trouble"]) == (1, {}, "")
    outputs = made.outputs()
    made.wipe()
    with machine(tmp_path / "second", opener(), writes=False, seal=SEAL, domain="team") as second:
        result = second.compile(made)
        assert (result.outcome, result.reason) == ("hit", "remote"), second.engine.remotes.documents()
    assert made.outputs() == outputs


def test_many_machines_at_once(tmp_path: Path, crowded: Opener) -> None:
    """Each compiles something that all have, and something of its own; afterwards one machine hits all of it."""
    shared = [crate(tmp_path / f"shared{n}", f"pub fn f() -> u32 {{ {n} }}\n") for n in range(2)]
    own = [crate(tmp_path / f"own{n}", f"pub fn f() -> u32 {{ 1{n} }}\n") for n in range(CLIENTS)]
    troubles: list[object] = []

    def work(number: int) -> None:
        with machine(tmp_path / f"machine{number}", crowded(), seal=SEAL) as one:
            for made in (shared[number % 2], own[number]):
                result = one.compile(made)
                if result.outcome not in ("miss", "hit"):
                    troubles.append(result)
            sent = one.sent()
            if sent["not_sent"] or sent["waiting"]:
                troubles.append(sent)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    with machine(tmp_path / "last", crowded(), seal=SEAL) as last:
        for made in (*shared, *own):
            made.wipe()
            result = last.compile(made)
            assert (result.outcome, result.reason) == ("hit", "remote"), f"{last.engine.remotes.documents()}"
