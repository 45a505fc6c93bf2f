"""The C that crates bring along, compiled in a container by build scripts whose runs are not replayed."""

from pathlib import Path

import pytest

from support import images
from support.builds import differences, site
from support.projects import fetch_dependencies, small
from support.tools import Container

pytestmark = pytest.mark.docker

DEPENDENCIES = """\
libz-sys = { version = "=1.1.23", features = ["static"] }
zstd-sys = { version = "=2.0.16", default-features = false }
"""


def test_all_of_it_hits_and_is_what_it_was(tmp_path: Path) -> None:
    """Without dunnage, with an empty store, with a full one: the same bytes, and no compiler for the last."""
    source = small(tmp_path / "site/project", dependencies=DEPENDENCIES)
    tool = Container(images.bookworm(), options=("-e", "DUNNAGE_REPLAY=0"))
    with site(tmp_path / "site", source, cargo_home=fetch_dependencies(source)) as here:
        plain = here.build(tool, cache=False)
        plain.ran.succeeded()
        here.wipe()
        cold = here.build(tool)
        cold.ran.succeeded()
        first = here.counts().all["languages"]["c"]
        assert first["miss"] > 40
        assert (first["hit"], first["uncacheable"], first["fallback"]) == (0, 0, 0)
        here.wipe()
        warm = here.build(tool)
        warm.ran.succeeded()
        assert here.counts().all["languages"]["c"] == first | {"hit": first["miss"], "miss": 0}
        assert differences(plain.files, cold.files) == []
        assert differences(plain.files, warm.files) == []
