"""What is the kernel's own, and no file that anybody wrote."""

import pytest

from dunnage.model.seen import is_special


@pytest.mark.parametrize(
    "path", ["/proc", "/proc/1/maps", "/sys/fs", "/dev/null", "/memfd:build-script (deleted)"]
)
def test_the_kernels(path: str) -> None:
    assert is_special(path)


@pytest.mark.parametrize("path", ["/processes", "/system", "/srv/dev/null", "/memfd"])
def test_ordinary_files(path: str) -> None:
    assert not is_special(path)
