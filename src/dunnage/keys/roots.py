r"""Roots: directories whose place differs from one machine to the next.

In keys and path sets a path under a root is written `{name}/rest`, so that equal work has an equal key wherever it
stands. Whether a *result* may be used in another place is observed: an output that contains the literal path of a
root is bound to it (`found_in`).

How the roots of a unit are found, longest path first so that nested ones do the right thing:

    sysroot      what the compiler says (`keys.toolchain`)
    cargo-home   the part of the package's or source's path in front of `registry/src/` or `git/checkouts/`
                 (cargo's own layout), else CARGO_HOME, else `.cargo` in HOME
    target       from the output directory: above `deps` (or `build/<pkg>-<hash>`, for a build script and what that
                 compiles, or `build/<pkg>/<hash>/out` of cargo's newer layout), the profile's name, and the target's
                 name if one was given
    package      of the run of a build script: its package's directory, unless it lies in cargo home
    workspace    the compiler's working directory, unless it lies in cargo home: cargo runs rustc for members of a
                 workspace in the workspace's root, for all else in the package's own directory
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dunnage.model.unit import Unit

_CARGO_HOME_MARKS = ("/registry/src/", "/git/checkouts/")
_UNIT = re.compile(r"-[0-9a-f]{16}$")
"""The end of a build script's directory, which is named after its package and cargo's hash."""


@dataclass(frozen=True, slots=True)
class Roots:
    """Names and places, longest place first; no two with one place, none at `/`."""

    places: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, places: Sequence[tuple[str, str]]) -> "Roots":
        """Bring places into order. Of two names for one place the earlier wins."""
        seen: dict[str, str] = {}
        for name, place in places:
            path = place.rstrip("/")
            if path.startswith("/") and path not in seen:
                seen[path] = name
        return cls(tuple((name, path) for path, name in sorted(seen.items(), key=lambda item: -len(item[0]))))

    def relative(self, path: str) -> str:
        """`{name}/rest` for a path under a root, anything else as it is.

        No two texts become one: what looks like a root already (a variable's value can) gets `{}` in front.
        """
        for name, place in self.places:
            if path.startswith(place) and (len(path) == len(place) or path[len(place)] == "/"):
                return f"{{{name}}}{path[len(place) :]}"
        return f"{{}}{path}" if path.startswith("{") else path

    def absolute_all(self, texts: Sequence[str]) -> list[str]:
        """`absolute` for many, quicker.

        Raises:
            KeyError: a root is not known for this unit.
        """
        places = {"{": "", **{f"{{{name}": place for name, place in self.places}}
        found = []
        for text in texts:
            head, brace, rest = text.partition("}")
            found.append(places[head] + rest if brace and text[0] == "{" else text)
        return found

    def absolute(self, text: str) -> str:
        """The path that `relative` was made from, at today's places.

        Raises:
            KeyError: the root is not known for this unit.
        """
        if not text.startswith("{"):
            return text
        name, _, rest = text[1:].partition("}")
        if not name:
            return rest
        for known, place in self.places:
            if known == name:
                return place + rest
        raise KeyError(name)

    def place(self, name: str) -> str | None:
        """Where a root stands, None when this unit has no such root."""
        return next((path for known, path in self.places if known == name), None)

    def within(self, text: str) -> list[str]:
        """The names of all roots whose place stands literally somewhere in a text."""
        return [name for name, place in self.places if place in text]


def target_dir(out_dir: str, target: str | None) -> str:
    """The target directory that an output directory of cargo's belongs to; itself where it has another shape."""
    parts = out_dir.rstrip("/").split("/")
    is_run = parts[-1] == "out"
    unit = parts[:-1] if is_run else parts
    if parts[-1] in ("deps", "examples"):
        parts = parts[:-1]
    elif is_run and len(parts) > 4 and parts[-4] == "build":
        parts = parts[:-4]
    elif len(unit) > 2 and unit[-2] == "build" and _UNIT.search(unit[-1]):
        parts = unit[:-2]
    else:
        return out_dir
    parts = parts[:-1]  # the profile
    if target and parts and parts[-1] == _target_name(target):
        parts = parts[:-1]
    return "/".join(parts) or out_dir


def _target_name(target: str) -> str:
    """cargo names the directory after the triple, or after the stem of a target specification."""
    name = target.rsplit("/", 1)[-1]
    return name.removesuffix(".json")


def cargo_home(paths: Sequence[str], env: Mapping[str, str]) -> str | None:
    """Where cargo keeps sources: seen in a path, else what CARGO_HOME says, else where cargo looks then."""
    for path in paths:
        for mark in _CARGO_HOME_MARKS:
            index = path.find(mark)
            if index > 0:
                return path[:index]
    return env.get("CARGO_HOME") or (f"{env['HOME'].rstrip('/')}/.cargo" if env.get("HOME") else None)


def roots_of(unit: Unit, *, sysroot: str, env: Mapping[str, str]) -> Roots:
    """The roots of one unit, of which the environment may tell where cargo home is."""
    if unit.language == "c":
        return c_roots(unit, env)
    seen = [unit.package_dir or "", unit.cwd, *(item.path for item in unit.inputs if item.role == "source")]
    home = cargo_home(seen, env)
    places = [("sysroot", sysroot), ("target", target_dir(unit.out_dir, unit.target))]
    return _with_home(places, home, "workspace", unit.cwd)


def c_roots(unit: Unit, env: Mapping[str, str]) -> Roots:
    """The roots of one unit of C: those of the build script that compiles it, where one does, and its directory."""
    out_dir, package = env.get("OUT_DIR", ""), unit.package_dir or ""
    places = [("target", target_dir(out_dir, env.get("TARGET")))] if out_dir else []
    return _with_home(places, cargo_home([package, unit.cwd], env), "workspace", unit.cwd)


def run_roots(out_dir: str, package_dir: str, env: Mapping[str, str]) -> Roots:
    """The roots of the run of a build script, which `OUT_DIR`, the package's directory and the environment tell."""
    places = [("target", target_dir(out_dir, env.get("TARGET")))]
    return _with_home(places, cargo_home([package_dir], env), "package", package_dir)


def _with_home(places: Sequence[tuple[str, str]], home: str | None, name: str, directory: str) -> Roots:
    """Places with cargo home, and a directory under a name of its own unless it lies there."""
    found = [*places, ("cargo-home", home)] if home else [*places]
    if not (home and (directory + "/").startswith(home + "/")):
        found.append((name, directory))
    return Roots.of(found)
