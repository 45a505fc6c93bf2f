"""How diagnostics look: what the command line says, and what the terminal would have had of the compiler.

The compiler's stderr is a pipe of ours, so of `auto` it would make `never` each time. Where the user's stderr is a
terminal that knows colours, a word is added instead. Sources: `colorize_init` in gcc's `diagnostic-color.cc`,
"Process.inc" of LLVM.
All other options about diagnostics are words of the key: gcc writes most of them into its debug information.
"""

from collections.abc import Mapping
from typing import Final

from dunnage.compilers.gnu.command import Command
from dunnage.model.invocation import Invocation

ALWAYS: Final = "-fdiagnostics-color=always"
"""clang understands this spelling, too."""


def color_of(command: Command, invocation: Invocation) -> str:
    """`always` or `never`."""
    if command.color in ("always", "never"):
        return command.color
    env = invocation.env
    colorful = (
        invocation.stderr_is_terminal and env.get("TERM", "") not in ("", "dumb") and not env.get("NO_COLOR")
    )
    return "always" if colorful else "never"


def display_of(color: str, env: Mapping[str, str]) -> list[tuple[str, str]]:
    """Everything that decides how diagnostics look: a result with diagnostics is bound to it."""
    # The order of gettext: the first that is set.
    locale, charset = (
        next(filter(None, map(env.get, ("LC_ALL", category, "LANG"))), "")
        for category in ("LC_MESSAGES", "LC_CTYPE")
    )
    found = [("color", color), ("locale", locale)]
    if charset != locale:
        found.append(("charset", charset))  # which quotes, and how a source's own letters are shown
    for label, name in (
        ("languages", "LANGUAGE"), ("colors", "GCC_COLORS"), ("urls", "GCC_URLS"), ("urls", "TERM_URLS"),
    ):  # fmt: skip
        if (value := env.get(name)) is not None:
            found.append((label, value))
    return found
