"""Unit and action keys.

The unit key is the hash of everything but the contents of inputs: one lookup by it finds the path sets that earlier
runs had. The action key adds the contents: of what the command line names, of what a path set names, of the
environment that was read, and what is there where a path set names something else than a file (`Around`). What goes
in, part by part: `docs/explanation/what-goes-into-a-key.md`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dunnage.keys.ambient import whole_environment
from dunnage.keys.linker import Linker
from dunnage.keys.portable import stable_names
from dunnage.keys.roots import Roots
from dunnage.keys.text import KeyText
from dunnage.keys.toolchain import Toolchain
from dunnage.model.digest import ActionKey, Digest, UnitKey
from dunnage.model.path_set import ALL_VARIABLES, PWD_HERE, PathSet
from dunnage.model.unit import Unit


@dataclass(frozen=True, slots=True)
class Around:
    """What is there of a path set besides files."""

    listings: Sequence[Digest] = ()
    places: Sequence[bool] = ()
    """Whether each is a directory."""


NOTHING_AROUND: Final = Around()


_PROXYS: Final = ("env LD_LIBRARY_PATH", "{sysroot}/lib")
"""What rustup's proxy adds, and a cargo that is started without it lacks, in a container for one. Linkers look there
for what libraries need; but what stands there is the compiler's own, and in the toolchain's identity."""


def unit_text(unit: Unit, toolchain: Toolchain, roots: Roots, linker: Linker | None = None) -> KeyText:
    """Everything that counts for a unit except contents."""
    text = KeyText("unit")
    text.add("language", unit.language)
    text.add_digest("toolchain", toolchain.id)
    if linker is not None:
        text.add_digest("linker", linker.id)
    text.add_all("root", sorted(name for name, _ in roots.places))
    text.add_all("portable", sorted(name for _, name in stable_names(unit, roots, toolchain)))
    text.add("cwd", roots.relative(unit.cwd))
    text.add("out-dir", roots.relative(unit.out_dir))
    for word in unit.words:
        written = roots.relative(word.value) if word.is_path else word.value
        if (word.name, written) != _PROXYS:
            text.add(word.name, written)
    for name, value in unit.env:
        text.add(f"env {name}", value)
    for name, value in unit.env_paths:
        text.add(f"env {name}", roots.relative(value))
    for item in unit.inputs:
        text.add(f"input {item.role}", roots.relative(item.path))
    for directory in unit.search_dirs:
        text.add(f"search {directory.role}", roots.relative(directory.path))
    for output in unit.outputs:
        text.add(f"output {output.kind}", roots.relative(output.path))
    return text


def unit_key(text: KeyText) -> UnitKey:
    """The digest of `unit_text`."""
    return UnitKey(text.digest())


def action_text(
    key: UnitKey,
    inputs: Sequence[tuple[str, Digest]],
    paths: PathSet,
    contents: Sequence[Digest],
    env: Mapping[str, str],
    roots: Roots,
    around: Around = NOTHING_AROUND,
) -> KeyText:
    """The unit key and all contents.

    Args:
        inputs: roles and digests of what the command line names, libraries in search directories among them.
        contents: digests of `paths.files`, in order. The caller has seen that `paths.absent` are absent.
        env: the invocation's environment, of which the variables of `paths.env` count; `PWD_HERE` is one of them.
        around: what is at `paths.listed` and `paths.places`, in order.
    """
    text = KeyText("action")
    text.add_digest("unit", key)
    for role, digest in inputs:
        text.add_digest(f"contents {role}", digest)
    for path, digest in zip(paths.files, contents, strict=True):
        text.add_digest(f"file {path}", digest)
    text.add_all("absent", paths.absent)
    for name in paths.env:
        if name == ALL_VARIABLES:
            text.add_digest("environment", whole_environment(env, roots))
            continue
        value = env.get(name)
        # A part of its own: a dunnage that does not know this name takes it for a variable, and must not find it.
        part = "pwd" if name == PWD_HERE else f"env {name}"
        text.add(part, None if value is None else roots.relative(value))
    for path, digest in zip(paths.listed, around.listings, strict=True):
        text.add_digest(f"listing {path}", digest)
    for path, is_dir in zip(paths.places, around.places, strict=True):
        text.add(f"there {path}", "directory" if is_dir else "other")
    return text


def action_key(text: KeyText) -> ActionKey:
    """The digest of `action_text`."""
    return ActionKey(text.digest())
