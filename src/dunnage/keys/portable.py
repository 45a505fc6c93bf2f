"""Portable mode: the stable names that rustc writes instead of places. Why so: ADR 14.

    /dunnage/workspace                    where cargo runs rustc for the members of a workspace
    /dunnage/packages/<name>-<version>    where it runs it in a package's own directory outside of cargo home
    /dunnage/cargo-home
    /dunnage/target
    /rustc/<commit>                       the sources of std, where they are installed: rustc's own name for them

rustc takes the last of several --remap-path-prefix that match (`FilePathMapping::map_prefix`; a test asks the compiler
that is installed). So a place inside another one stands behind that, and the user's own words stand once more behind
all of ours.
"""

from typing import Final

from dunnage.keys.roots import Roots
from dunnage.keys.toolchain import Toolchain
from dunnage.model.unit import Unit

STABLE: Final = "/dunnage"
"""What all names begin with that are not rustc's own."""

_RUST_SRC: Final = "lib/rustlib/src/rust"


def stable_names(unit: Unit, roots: Roots, toolchain: Toolchain | None) -> list[tuple[str, str]]:
    """(place, name), a place inside another one behind it; none for a unit that is not portable."""
    if not unit.portable:
        return []
    found = [(place, _name(name, unit)) for name, place in roots.places if name != "sysroot"]
    if toolchain is not None and toolchain.commit:
        found.append((f"{unit.sysroot or toolchain.sysroot}/{_RUST_SRC}", f"/rustc/{toolchain.commit}"))
    return sorted(found, key=lambda item: len(item[0]))


def _name(root: str, unit: Unit) -> str:
    return f"{STABLE}/packages/{unit.package}" if root == "workspace" and unit.package else f"{STABLE}/{root}"


def remap_words(unit: Unit, roots: Roots, toolchain: Toolchain | None) -> list[str]:
    """The words for rustc, to stand behind its others."""
    ours = [f"{place}={name}" for place, name in stable_names(unit, roots, toolchain)]
    return [f"--remap-path-prefix={value}" for value in (*ours, *unit.remaps)] if ours else []
