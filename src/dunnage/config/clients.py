"""The clients that come with dunnage: one static program an architecture, as `clients/<arch>/{dunnage,sccache}`.

The second name is for the cc crate, which takes RUSTC_WRAPPER for C compilers, too, but only by names that it knows.
"""

import os
from pathlib import Path
from typing import Final

import dunnage
from dunnage.errors import ClientMissing

WRAPPER_NAME: Final = "sccache"
"""The name under which the client is given to cargo."""

CLIENT_NAMES: Final = ("dunnage", WRAPPER_NAME)

ARCHES: Final = ("x86_64", "aarch64", "armv7", "i686", "riscv64")
"""Architectures of Linux that a client exists for."""

_ARCH_OF_MACHINE: Final = {
    **{arch: arch for arch in ARCHES},
    "amd64": "x86_64",
    "arm64": "aarch64",
    "armv7l": "armv7",
    "armv8l": "armv7",
    "i386": "i686",
    "i486": "i686",
    "i586": "i686",
    "x86": "i686",
}


def arch_of(machine: str) -> str | None:
    """The client's word for what `uname -m` or a container engine calls an architecture; None: unknown."""
    return _ARCH_OF_MACHINE.get(machine.lower())


def host_arch() -> str:
    """The architecture of this machine. Raises ClientMissing where no client exists for it."""
    machine = os.uname().machine
    arch = arch_of(machine)
    if arch is None:
        raise ClientMissing(f"There is no client for this machine's architecture, {machine}.", hint="")
    return arch


def place_of(arch: str, clients: Path | None = None) -> Path:
    """Where the client for `arch` would be. `clients` as for `client_dir`."""
    return (clients or Path(dunnage.__file__).parent / "clients") / arch


def client_dir(arch: str, clients: Path | None = None) -> Path:
    """The directory that holds the client for `arch` under its names. Raises ClientMissing.

    `clients` is the directory of all of them, the package's own unless a test says otherwise.
    """
    directory = place_of(arch, clients)
    if arch not in ARCHES:
        raise ClientMissing(f"There is no client for {arch}, only for {', '.join(ARCHES)}.", hint="")
    for name in CLIENT_NAMES:
        path = directory / name
        if os.access(path, os.X_OK):
            continue
        if path.exists():  # by its mode, or because of a mount with noexec
            raise ClientMissing(
                f"The client for {arch} may not be executed: {path}.",
                hint="`dunnage doctor client` says why.",
            )
        raise ClientMissing(f"The client for {arch} is not there: {path}.")
    return directory
