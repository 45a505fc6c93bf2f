"""An image that was rebuilt with another libc: what was linked there is compiled anew, all else hits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import images
from support.builds import Site, differences, site
from support.mixed import LINKED, PLAIN, UNITS, explained, mixed
from support.tools import Container

pytestmark = pytest.mark.docker


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    base = tmp_path / "site"
    with site(base, mixed(base / "project")) as made:
        yield made


def count(here: Site, image: str) -> tuple[int, int]:
    """Hits and misses of a build into an empty target directory."""
    here.wipe()
    here.build(Container(image)).ran.succeeded()
    counts = here.counts()
    assert counts.fallbacks == 0
    return counts.compiled()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (images.OTHER_LIBC, "`/lib/x86_64-linux-gnu/libc.so.6` changed"),
        (images.OTHER_STARTUP, "`/usr/lib/x86_64-linux-gnu/crti.o` changed"),
    ],
)
def test_an_image_rebuilt_with_another_libc(here: Site, change: str, words: str) -> None:
    before, after = images.bookworm(), images.changed(change)
    assert count(here, before) == (0, UNITS)
    assert count(here, after) == (len(PLAIN), len(LINKED))
    for unit in LINKED:
        assert any(words in sentence for sentence in explained(here, unit)), unit
    made = here.build(Container(after)).files
    here.wipe()
    assert differences(here.build(Container(after), cache=False).files, made) == []
    for image in (before, after):
        assert count(here, image) == (UNITS, 0)
