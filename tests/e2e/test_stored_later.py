"""Results that wait for a lull, as users meet them: counts are whole, an end loses nothing, a kill loses little."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dunnage.daemon.control import request
from support.crates import Crate, crate
from support.workshop import Gate, Workshop, gate, plainly

OK = 0


@pytest.fixture
def shop() -> Iterator[Workshop]:
    found = Workshop.here()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def busy(tmp_path: Path, shop: Workshop) -> Iterator[None]:
    """So many compilers run that there is no lull."""
    with ExitStack() as stack:
        gates: list[Gate] = []
        compiles = []
        for number in range(-(-len(os.sched_getaffinity(0)) // 2)):
            held = crate(tmp_path / f"held-{number}")
            gates.append(stack.enter_context(gate(held)))
            compiles.append(shop.begin(held))
        for opened in gates:
            opened.wait()
        yield
        for opened in gates:
            opened.open()
        for compile_ in compiles:
            assert compile_.end()[0] == OK


@pytest.fixture
def made(tmp_path: Path) -> Crate:
    return crate(tmp_path / "made")


@pytest.mark.usefixtures("busy")
def test_counts_are_whole_for_who_asks(shop: Workshop, made: Crate) -> None:
    assert shop.compile(made)[0] == OK
    until_waiting(shop)
    assert request(shop.places, "stats")["outcomes"]["miss"] == 1
    assert request(shop.places, "status")["storing"] == 0


@pytest.mark.usefixtures("busy")
def test_who_builds_the_same_again_does_not_wait(shop: Workshop, made: Crate) -> None:
    assert shop.compile(made)[0] == OK
    until_waiting(shop)
    outputs = made.outputs()
    made.wipe()
    assert shop.compile(made)[0] == OK
    assert made.outputs() == outputs
    assert request(shop.places, "stats")["reasons"]["hit"] == {"shared": 1}


@pytest.mark.usefixtures("busy")
def test_a_daemon_that_is_told_to_end_stores_what_waits(shop: Workshop, made: Crate) -> None:
    assert shop.compile(made)[0] == OK
    until_waiting(shop)
    shop.stop()
    shop.start()
    made.wipe()
    assert shop.compile(made)[0] == OK
    assert request(shop.places, "stats")["reasons"]["hit"] == {"local": 1}


@pytest.mark.usefixtures("busy")
def test_what_a_killed_daemon_had_waiting_is_new_again(shop: Workshop, made: Crate) -> None:
    assert shop.compile(made)[0] == OK
    until_waiting(shop)
    shop.kill()
    shop.start()
    made.wipe()
    assert shop.compile(made)[0] == OK
    assert request(shop.places, "stats")["reasons"]["miss"] == {"new": 1}
    assert made.outputs() == plainly(made)


def until_waiting(shop: Workshop) -> None:
    """Until the client's session has come to its storing."""
    while request(shop.places, "status")["storing"] == 0:
        pass
