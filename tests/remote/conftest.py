"""Each place is started once for all tests that are run over it."""

from collections.abc import Iterator

import pytest

from dunnage.remote.contract import Backend
from support.remotes.place import Opener, Place
from support.remotes.row import PLACES


@pytest.fixture(scope="module", params=PLACES, ids=lambda place: place.name)
def opener(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    place: Place = request.param
    with place.started(tmp_path_factory.mktemp(place.name)) as opened:
        yield opened


@pytest.fixture(
    scope="module", params=[place for place in PLACES if place.crowds], ids=lambda place: place.name
)
def crowded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Of wsgidav's ten threads some give up under six machines, which count it; of two saves in one second GitHub's
    cache gives others the newer one.
    """
    place: Place = request.param
    with place.started(tmp_path_factory.mktemp(place.name)) as opened:
        yield opened


@pytest.fixture
def backend(opener: Opener) -> Iterator[Backend]:
    """The place as one machine sees it."""
    opened = opener()
    yield opened
    opened.close()


@pytest.fixture
def other(opener: Opener) -> Iterator[Backend]:
    """The place as another machine sees it."""
    opened = opener()
    yield opened
    opened.close()
