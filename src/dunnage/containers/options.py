"""The options of `run` that put client, socket directory and environment into a container.

    -v <client dir>:/dunnage/bin:ro      the static client, also under the name that the cc crate knows
    -v <socket dir>:/dunnage/run         the directory, never the socket: the daemon may restart
    -e RUSTC_WRAPPER=…                   beats an image's own ENV and any rustc-wrapper in cargo's configuration
    -e DUNNAGE_SOCKET=…
    -e CMAKE_C_COMPILER_LAUNCHER=…       and its fellows (`cmake`)

They stand before the user's own options, because an engine lets the last `-e` of a name win.
"""

import os
import stat
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Final

from dunnage.config.clients import WRAPPER_NAME, client_dir
from dunnage.config.cmake import LAUNCHER_VARIABLES, cmake_environment
from dunnage.config.places import Places
from dunnage.errors import ClientMissing

CLIENT_DIR: Final = "/dunnage/bin"
SOCKET_DIR: Final = "/dunnage/run"

PASSED_ON: Final = (
    "DUNNAGE_DISABLE",
    "DUNNAGE_OBSERVE",
    "DUNNAGE_VERIFY",
    "DUNNAGE_PORTABLE",
    "DUNNAGE_EXTRA_INPUTS",
)
"""Variables that speak to the client, or through it to the daemon: they mean the same in a container as on the host."""

_READ_AND_EXECUTE: Final = 0o555

_SELINUX: Final = Path("/sys/fs/selinux")
"""There whenever the kernel enforces or logs by labels; a mount then has to be relabelled (`:z`) to be seen."""


def container_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables to set in a container: our own, and of the host's those that speak to the client."""
    client = f"{CLIENT_DIR}/{WRAPPER_NAME}"
    variables = {
        "RUSTC_WRAPPER": client,
        "DUNNAGE_SOCKET": f"{SOCKET_DIR}/sock",
        **cmake_environment(client),
    }
    return variables | {name: environ[name] for name in PASSED_ON if environ.get(name)}


def host_environment(
    places: Places, arch: str, clients: Path | None = None, theirs: Container[str] = ()
) -> dict[str, str]:
    """The variables for compilers on the host itself. Raises ClientMissing.

    `theirs` are the variables that are set: a user's own launcher for CMake stays.
    """
    client = str(client_dir(arch, clients) / WRAPPER_NAME)
    return {
        "RUSTC_WRAPPER": client,
        "DUNNAGE_SOCKET": str(places.host_socket),
        **cmake_environment(client, theirs),
    }


def run_options(
    places: Places,
    arch: str,
    environ: Mapping[str, str],
    *,
    clients: Path | None = None,
    selinux: bool | None = None,
    words_only: bool = False,
) -> list[str]:
    """The options for a container of architecture `arch`. Raises ClientMissing.

    `clients` is the directory of all clients and `selinux` whether labels count: both are found out unless given.
    `words_only` leaves out what a shell would split where it stands without quotes: the launchers for CMake.
    """
    labels = os.path.isdir(_SELINUX) if selinux is None else selinux
    mounts = (
        *_mount(str(_for_everybody(client_dir(arch, clients))), CLIENT_DIR, read_only=True, labels=labels),
        *_mount(str(places.container_dir), SOCKET_DIR, read_only=False, labels=labels),
    )
    variables = container_environment(environ)
    if words_only:
        variables = {name: value for name, value in variables.items() if name not in LAUNCHER_VARIABLES}
    return [*mounts, *(word for name, value in variables.items() for word in ("-e", f"{name}={value}"))]


def are_in(words: Iterable[str]) -> bool:
    """Whether these options are among `words` already: an engine refuses two mounts on one path."""
    return any(f":{CLIENT_DIR}:" in word or f"dst={CLIENT_DIR}," in word for word in words)


def _for_everybody(directory: Path) -> Path:
    """The client's directory, which any uid may read: an install under a umask of 077 is opened, or refused.

    cargo cannot start a wrapper that it may not execute: the build would fail. Raises ClientMissing.
    """
    for path in (directory, *directory.iterdir()):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _READ_AND_EXECUTE != _READ_AND_EXECUTE:
            try:
                path.chmod(mode | _READ_AND_EXECUTE)
            except OSError as error:
                raise ClientMissing(
                    f"A container's user may not execute the client {path}: its mode is {mode:o}.",
                    hint=f"`chmod -R a+rX {directory}`",
                ) from error
    return directory


def _mount(source: str, target: str, *, read_only: bool, labels: bool) -> list[str]:
    if ":" not in source:
        flags = ["ro"] * read_only + ["z"] * labels
        return ["-v", ":".join((source, target, *([",".join(flags)] if flags else [])))]
    # `-v` cannot name a path with a colon. `--mount` is a line of CSV, and has no flag for labels.
    quoted = f"src={source}".replace('"', '""')
    return ["--mount", f'type=bind,"{quoted}",dst={target}' + (",readonly" if read_only else "")]
