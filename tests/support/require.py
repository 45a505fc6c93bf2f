"""Parts of the world that a test needs: there, or a skip with the reason, or a failure where they must be.

`DUNNAGE_REQUIRE=docker,cross` names the parts whose absence is red; `CI=true` names all of them.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache

import pytest


def _runs(*argv: str) -> str | None:
    """None when the command ends with 0, else why it did not."""
    program = shutil.which(argv[0])
    if program is None:
        return f"{argv[0]} is not installed"
    try:
        done = subprocess.run(
            [program, *argv[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"`{' '.join(argv)}`: {error}"
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    return None if done.returncode == 0 else f"`{' '.join(argv)}` exits {done.returncode}: {last}"


def _root() -> str | None:
    return None if os.geteuid() == 0 else "needs root"


def _cross() -> str | None:
    """cross itself is built on demand by `support.cross`, so what has to be there is what it stands on."""
    return _runs("docker", "info") or _runs("cargo", "--version")


def _peers() -> str | None:
    """PyPI's peers in the versions of the battery's record; installing them is trying."""
    from support.battery.peers import install
    from support.battery.record import Record
    from support.commands import cache_dir

    try:
        install(cache_dir(), Record.load().versions)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"they cannot be installed: {error}"
    return None


SYSROOTS = {
    "aarch64": "/usr/aarch64-linux-gnu",
    "armv7": "/usr/arm-linux-gnueabihf",
    "i686": "/usr/i686-linux-gnu",
    "riscv64": "/usr/riscv64-linux-gnu",
}
"""Where Debian's packages libc6-…-cross put the C library of another machine."""


def _sysroots() -> str | None:
    absent = [place for place in SYSROOTS.values() if not os.path.isdir(place)]
    return f"{', '.join(absent)} is not there" if absent else None


def _there(path: str) -> str | None:
    return None if os.path.exists(path) else f"{path} is not there"


PARTS: dict[str, Callable[[], str | None]] = {
    "cargo": lambda: _runs("cargo", "--version"),
    "docker": lambda: _runs("docker", "info"),
    "podman": lambda: _runs("podman", "info"),
    "cross": _cross,
    "peers": _peers,
    "qemu": lambda: _runs("qemu-aarch64-static", "--version"),
    "gdb": lambda: _runs("gdb", "--version"),
    "gcc": lambda: _runs("gcc", "--version"),
    "g++": lambda: _runs("g++", "--version"),
    "clang": lambda: _runs("clang", "--version"),
    "make": lambda: _runs("make", "--version"),
    "cmake": lambda: _runs("cmake", "--version"),
    "ninja": lambda: _runs("ninja", "--version"),
    "meson": lambda: _runs("meson", "--version"),
    "autotools": lambda: _runs("autoconf", "--version") or _runs("automake", "--version"),
    "strace": lambda: _runs("strace", "-o", "/dev/null", "true"),
    "boost": lambda: _there("/usr/include/boost/version.hpp") or _there("/usr/include/cppunit/Test.h"),
    "googletest": lambda: _there("/usr/src/googletest/CMakeLists.txt"),
    "tcl": lambda: _runs("sh", "-c", "echo exit | tclsh"),
    "debian sources": lambda: _runs("apt-get", "--version") or _runs("dpkg-source", "--version"),
    "mold": lambda: _runs("mold", "--version"),
    "bazel": lambda: _runs("bazel-4", "--version"),
    "ccache": lambda: _runs("ccache", "--version"),
    "distcc": lambda: _runs("distcc", "--version"),
    "valgrind": lambda: _runs("valgrind", "--version"),
    "musl": lambda: _runs("musl-gcc", "--version"),
    "sysroots": _sysroots,
    "shellcheck": lambda: _runs("shellcheck", "--version"),
    "debootstrap": lambda: _root() or _runs("debootstrap", "--version"),
    "root": _root,
    "tmpfs": lambda: _root() or _runs("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/tmp"),
}
"""Each part with its probe: None when it is there, else the reason why not."""


@cache
def missing(part: str) -> str | None:
    """Why a part is not there; None when it is. Asked once per process."""
    return PARTS[part]()


def may_not_be_missing(part: str) -> bool:
    """Whether this part's absence is a failure here."""
    named = os.environ.get("DUNNAGE_REQUIRE", "").replace(" ", "").split(",")
    return part in named or os.environ.get("CI", "").lower() == "true"


def require(part: str) -> None:
    """Go on when `part` is there; else skip, or fail where it may not be missing. KeyError: no such part."""
    reason = missing(part)
    if reason is None:
        return
    if may_not_be_missing(part):
        pytest.fail(f"{part} may not be missing here: {reason}", pytrace=False)
    pytest.skip(f"{part}: {reason}")
