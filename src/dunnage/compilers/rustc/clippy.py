"""clippy-driver: rustc with lints, called as `clippy-driver rustc …`; further arguments come in a variable.

It reads `clippy.toml` from the first directory that has one, from CLIPPY_CONF_DIR or else the package's directory
upwards. Source: `src/driver.rs` and `clippy_config/src/conf.rs` of clippy.
"""

import posixpath
from collections.abc import Mapping, Sequence
from typing import Final

from dunnage.model.unit import SearchDir

_SEPARATOR: Final = "__CLIPPY_HACKERY__"
_LINT_OPTIONS: Final = (
    "-W", "-A", "-D", "-F", "--warn", "--allow", "--deny", "--forbid", "--force-warn", "--cap-lints",
)  # fmt: skip
_SETTINGS: Final = ("clippy.toml",)
"""Also finds `.clippy.toml`."""
_DEPTH_MAX: Final = 64


def is_clippy(program: str) -> bool:
    """Whether a program is clippy-driver, by its name."""
    return posixpath.basename(program).removesuffix(".exe") == "clippy-driver"


def wraps_rustc(argv: Sequence[str]) -> bool:
    """Whether cargo put it in front of rustc; clippy asks the same of its first argument."""
    return len(argv) > 1 and posixpath.splitext(posixpath.basename(argv[1]))[0] == "rustc"


def refusal(env: Mapping[str, str]) -> str:
    """Why the further arguments cannot be taken; empty if they can: nothing but lint levels."""
    words = [word for word in env.get("CLIPPY_ARGS", "").split(_SEPARATOR) if word]
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word in _LINT_OPTIONS:
            index += 1
        elif word != "--no-deps" and not word.startswith(_LINT_OPTIONS):
            return f"CLIPPY_ARGS: {word}"
    return ""


def search_dirs(env: Mapping[str, str], cwd: str) -> list[SearchDir]:
    """Directories whose `clippy.toml` counts, there or not, and the manifests that lints of cargo's read."""
    start = env.get("CLIPPY_CONF_DIR") or env.get("CARGO_MANIFEST_DIR") or cwd
    place = posixpath.join(cwd, start).rstrip("/") or "/"
    found = []
    for _ in range(_DEPTH_MAX):
        found.append(SearchDir("clippy", place, _SETTINGS))
        if place == "/":
            break
        place = posixpath.dirname(place)
    found.append(SearchDir("workspace", cwd, ("Cargo.toml", "Cargo.lock")))
    return found
