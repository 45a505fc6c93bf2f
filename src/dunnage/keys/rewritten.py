"""How places look where the user's own --remap-path-prefix rewrites a directory around them.

With `--remap-path-prefix=/home/me=~` an output has `~/project/src/lib.rs`: the place is in it, and a search for
`/home/me/project` does not find it.
"""

from collections.abc import Sequence

from dunnage.keys.roots import Roots


def rewritten_places(roots: Roots, remaps: Sequence[str]) -> list[tuple[str, str]]:
    """(name of a root, a text that stands for its place), for each remap of a directory around the place.

    A remap of the place itself, or of something in it, leaves nothing of the place; and it is in the key as it stands.
    """
    found = []
    for value in remaps:
        before, _, after = value.rpartition("=")
        around = before.rstrip("/") + "/"
        if before.startswith("/"):
            inside = ((name, place) for name, place in roots.places if place.startswith(around))
            found += [(name, _joined(after, place.removeprefix(around))) for name, place in inside]
    return found


def _joined(directory: str, rest: str) -> str:
    return f"{directory.rstrip('/')}/{rest}" if directory else rest
