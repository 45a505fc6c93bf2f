"""The whole environment as one part of a key: for programs that take all of it, so that nobody sees which names count.

A shell, `env`, and whatever goes through `environ` by itself ask no library for a name. Where a run started such a
program, every variable counts but those below: they differ from one terminal, shell or job to the next, and are for
people and for the build's own machinery.
"""

from collections.abc import Mapping
from typing import Final

from blake3 import blake3

from dunnage.config.cmake import is_our_launcher
from dunnage.keys.roots import Roots
from dunnage.model.digest import Digest

IGNORED: Final[dict[str, str]] = {
    "_": "the shell's own",
    "SHLVL": "how many shells there are above",
    "PWD": "the shell's own; a shell that starts looks by itself where it is",
    "OLDPWD": "the same",
    "TERM": "the terminal",
    "COLORTERM": "the terminal",
    "COLUMNS": "the terminal",
    "LINES": "the terminal",
    "WINDOWID": "the terminal",
    "VTE_VERSION": "the terminal",
    "TERMCAP": "the terminal",
    "WT_SESSION": "the terminal",
    "KONSOLE_VERSION": "the terminal",
    "ConEmuANSI": "the terminal",
    "DOMTERM": "the terminal",
    "FORCE_HYPERLINK": "the terminal",
    "TMUX": "the terminal",
    "TMUX_PANE": "the terminal",
    "STY": "the terminal",
    "GPG_TTY": "the terminal",
    "LS_COLORS": "colours of a listing",
    "HISTFILE": "what a shell remembers",
    "HISTSIZE": "the same",
    "DISPLAY": "the screen",
    "WAYLAND_DISPLAY": "the screen",
    "DBUS_SESSION_BUS_ADDRESS": "the session",
    "MAKEFLAGS": "the jobserver of this build, by its descriptors",
    "MFLAGS": "the same",
    "CARGO_MAKEFLAGS": "the same",
    "RUSTC_WRAPPER": "how the client came to be called",
    "RUSTC_WORKSPACE_WRAPPER": "the same",
    "LD_PRELOAD": "how the run is observed",
}
IGNORED_PREFIXES: Final[dict[str, str]] = {
    "DUNNAGE_": "ours",
    "TERM_": "the terminal's program (`TERM_PROGRAM`)",
    "SSH_": "the connection and its agent",
    "XDG_SESSION_": "the session",
    "CARGO_TERM_": "how cargo speaks to people",
    "CARGO_NET_": "how cargo fetches",
}


def is_ambient(name: str) -> bool:
    """Whether a variable is one of those that differ between terminals, shells and jobs."""
    return name in IGNORED or name.startswith(tuple(IGNORED_PREFIXES))


def whole_environment(env: Mapping[str, str], roots: Roots) -> Digest:
    """BLAKE3 over all variables that count, sorted; places, also those in lists, relative to their roots."""
    words = [
        f"{name}={':'.join(map(roots.relative, value.split(':')))}\0"
        for name, value in env.items()
        if not (is_ambient(name) or is_our_launcher(name, value))
    ]
    return Digest(blake3("".join(sorted(words)).encode("utf-8", "surrogateescape")).digest())
