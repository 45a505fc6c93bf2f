"""Single flight with real clients: one unit several times at once is compiled once, whatever becomes of the leader."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dunnage.daemon.control import request
from support.counting_rustc import CountingRustc
from support.crates import Crate, crate
from support.daemons import stop_daemons
from support.running import until
from support.workshop import Compile, Gate, Workshop, plainly

FOLLOWERS = 3


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop whose daemon says who waits."""
    monkeypatch.setenv("DUNNAGE_LOG_LEVEL", "debug")
    made = Workshop.here()
    made.start()
    return made


@pytest.fixture
def rustc(tmp_path: Path) -> Iterator[CountingRustc]:
    """A rustc that counts; one that still stands at its gate ends with the test."""
    directory = tmp_path / "toolchain"
    yield CountingRustc.made_in(directory)
    stop_daemons(directory)


@pytest.fixture
def demo(tmp_path: Path, rustc: CountingRustc) -> Crate:
    """A crate that compiles with a warning, with the rustc that counts."""
    made = crate(tmp_path / "demo", "pub fn one() -> u32 { let unused = 1; 1 }\n")
    made.env = rustc.env
    return replace(made, rustc=rustc.program)


@dataclass(slots=True)
class Crowd:
    """One crate, compiled into four target directories: a leader that stands at the gate, and who waits for it."""

    crates: list[Crate]
    work: list[Compile]
    gate: Gate
    expected: list[dict[str, bytes]]
    runs_before: int

    @classmethod
    def at(cls, demo: Crate, rustc: CountingRustc, shop: Workshop) -> "Crowd":
        """All of them, once everybody waits."""
        crates = [replace(demo, target=f"target{index}") for index in range(1 + FOLLOWERS)]
        expected = [plainly(made) for made in crates]
        runs = rustc.runs
        work = [shop.begin(crates[0], **rustc.at_the_gate)]
        gate = rustc.gate()
        gate.wait()
        work += [shop.begin(made) for made in crates[1:]]
        assert until(lambda: shop.places.log.read_text().count(" waits for ") == FOLLOWERS)
        return cls(crates, work, gate, expected, runs)

    def end_well(self, *who: int) -> list[tuple[int, bytes, bytes]]:
        """These end with the right outputs; what they said."""
        ended = [self.work[index].end() for index in who]
        assert [code for code, _, _ in ended] == [0] * len(who)
        for index in who:
            assert self.crates[index].outputs() == self.expected[index]
        return ended


EVERYBODY = range(1 + FOLLOWERS)
WHO_FOLLOWS = range(1, 1 + FOLLOWERS)


def test_four_at_once_compile_once(shop: Workshop, demo: Crate, rustc: CountingRustc) -> None:
    crowd = Crowd.at(demo, rustc, shop)
    crowd.gate.open()
    ended = crowd.end_well(*EVERYBODY)
    assert all(b"unused" in stderr for _, _, stderr in ended)
    assert rustc.runs - crowd.runs_before == 1
    assert shop.reasons() == {"miss": {"new": 1}, "hit": {"shared": FOLLOWERS}}


def test_a_leader_that_is_killed(shop: Workshop, demo: Crate, rustc: CountingRustc) -> None:
    crowd = Crowd.at(demo, rustc, shop)
    crowd.work[0].process.kill()
    crowd.end_well(*WHO_FOLLOWS)
    assert crowd.work[0].end()[0] == -signal.SIGKILL
    reasons = shop.reasons()
    assert reasons["fallback"] == {"client-gone": 1}
    # The others compiled by themselves, unless one was so late that it found what another had stored.
    assert sum(reasons["miss"].values()) + sum(reasons.get("hit", {}).values()) == FOLLOWERS
    assert shop.compile(crowd.crates[0])[0] == 0
    assert crowd.crates[0].outputs() == crowd.expected[0]


def test_a_follower_that_is_killed(shop: Workshop, demo: Crate, rustc: CountingRustc) -> None:
    crowd = Crowd.at(demo, rustc, shop)
    crowd.work[1].process.kill()
    assert crowd.work[1].end()[0] == -signal.SIGKILL
    # Its session ends while the leader still stands.
    assert until(lambda: request(shop.places, "stats")["reasons"]["fallback"] == {"client-gone": 1})
    crowd.gate.open()
    crowd.end_well(0, *WHO_FOLLOWS[1:])
    assert shop.reasons()["hit"] == {"shared": FOLLOWERS - 1}


def test_a_daemon_that_is_stopped_does_not_wait_for_them(
    shop: Workshop, demo: Crate, rustc: CountingRustc
) -> None:
    crowd = Crowd.at(demo, rustc, shop)
    shop.stop()
    crowd.end_well(*WHO_FOLLOWS)
    crowd.gate.open()
    crowd.end_well(0)
    assert rustc.runs - crowd.runs_before == 1 + FOLLOWERS
