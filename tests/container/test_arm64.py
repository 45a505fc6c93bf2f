"""An arm64 container under qemu, through the aarch64 client: Debian's own cargo 1.63 and rustc, nothing mounted."""

from pathlib import Path

import pytest

from support import images, projects
from support.builds import differences, site
from support.tools import Container

pytestmark = [
    pytest.mark.docker,
    pytest.mark.qemu,
    pytest.mark.timeout(1800),  # the image is made by qemu, once
]


def test_a_small_crate_cold_and_warm(tmp_path: Path) -> None:
    tool = Container(images.arm64(), cargo="/usr/bin/cargo", options=("--platform", "linux/arm64"))
    with site(tmp_path / "site", projects.small(tmp_path / "site" / "project")) as here:
        plain = here.build(tool, cache=False)
        plain.ran.succeeded()
        for hits, misses in ((0, projects.SMALL_UNITS), (projects.SMALL_UNITS, 0)):
            here.wipe()
            built = here.build(tool)
            built.ran.succeeded()
            counts = here.counts()
            assert (counts.hits, counts.misses, counts.fallbacks) == (hits, misses, 0)
            assert differences(plain.files, built.files) == []
        assert here.build(tool).compiled == []
        program = here.directories.target / "debug" / "small"
        assert program.read_bytes()[18:20] == b"\xb7\0", "not a program for arm64"


def test_the_image_itself_says_which_client_it_needs(tmp_path: Path) -> None:
    tool = Container(images.arm64(), cargo="/usr/bin/cargo")
    with site(tmp_path / "site", projects.small(tmp_path / "site" / "project")) as here:
        mounts = here.dunnage_says("docker", "create", *tool.argv(here.directories, ["build"])[3:])
        container = mounts.stdout.split()[-1]
        try:
            shown = here.dunnage_says("docker", "inspect", "--format", "{{.HostConfig.Binds}}", container)
        finally:
            here.dunnage_says("docker", "rm", container)
    assert "/clients/aarch64:/dunnage/bin:ro" in shown.stdout
