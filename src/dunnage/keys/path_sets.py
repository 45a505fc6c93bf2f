"""Path sets from what a compiler says that it read, with the files that would have come first, had they been there."""

from collections.abc import Iterable, Sequence

from dunnage import limits
from dunnage.keys.roots import Roots
from dunnage.model.path_set import PathSet


def absolute(path: str, cwd: str) -> str:
    """A path as the compiler saw it. Never normalised: `a/../b` is not `b` where `a` is a link."""
    return path if path.startswith("/") else f"{cwd}/{path}"


def module_twin(path: str) -> str | None:
    """Where rustc would also have found a module: `x/mod.rs` for `x.rs` and the reverse; None for other files.

    Source: the Rust reference, "Module source filenames". If both exist it is an error, so the one not read is absent.
    """
    if path.endswith("/mod.rs"):
        return path.removesuffix("/mod.rs") + ".rs"
    if path.endswith(".rs"):
        return path.removesuffix(".rs") + "/mod.rs"
    return None


def rust_path_set(
    files: Iterable[str],
    env: Iterable[str],
    absent: Iterable[str] = (),
    *,
    sources: frozenset[str],
    cwd: str,
    roots: Roots,
) -> PathSet:
    """The path set of one run of rustc.

    Args:
        files: what dep-info lists, as written there.
        env: the variables that dep-info lists.
        absent: where a linker looked in vain.
        sources: absolute paths that the command line names; they count as inputs already, and have no twin.
    """
    present = {absolute(path, cwd) for path in files} - sources
    twins = {twin for path in present if (twin := module_twin(path)) is not None} - present
    return PathSet(
        files=tuple(sorted(map(roots.relative, present))),
        absent=tuple(sorted(map(roots.relative, twins.union(absent)))),
        env=tuple(sorted(set(env))),
    )


def joined(
    paths: PathSet,
    roots: Roots,
    *,
    files: Iterable[str],
    absent: Iterable[str],
    listed: Iterable[str],
    places: Iterable[str],
    env: Iterable[str],
) -> PathSet:
    """A path set with what else was looked at, absolute and without the command line's inputs."""

    def more(have: Sequence[str], found: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({*have, *map(roots.relative, found)}))

    return PathSet(
        files=more(paths.files, files),
        absent=more(paths.absent, absent),
        env=tuple(sorted({*paths.env, *env})),
        listed=more(paths.listed, listed),
        places=more(paths.places, places),
    )


def too_many(paths: PathSet, places_max: int = limits.PLACES_PER_PATH_SET_MAX) -> str | None:
    """What a path set has more of than is kept, in a word; None where it has not."""
    if len(paths.files) > limits.FILES_PER_PATH_SET_MAX:
        return "files"
    if len(paths.listed) > limits.LISTINGS_PER_PATH_SET_MAX:
        return "directories"
    if len(paths.absent) + len(paths.places) > places_max:
        return "places"
    return "variables" if len(paths.env) > limits.VARIABLES_PER_PATH_SET_MAX else None
