"""Which files rustc makes, by --emit kind, crate type and target. Source: `rustc_session::output`, and real runs."""

import posixpath
from collections.abc import Mapping, Sequence

from dunnage.compilers.refused import Refused
from dunnage.compilers.rustc.options import PLAIN_EMITS
from dunnage.model.unit import Listing, Output


def staticlib_name(stem: str, target: str | None) -> str:
    """The file name of a static library.

    Raises:
        Refused: a target specification may say anything.
    """
    if target is not None and target.endswith(".json"):
        raise Refused("crate-type", "staticlib for a target specification")
    if target is not None and ("-msvc" in target or "-uefi" in target):
        return f"{stem}.lib"
    return f"lib{stem}.a"


def expected(
    *,
    crate_name: str,
    extra_filename: str,
    crate_types: Sequence[str],
    emits: Mapping[str, str | None],
    target: str | None,
    out_dir: str,
    cwd: str,
) -> list[Output]:
    """The outputs of a unit whose places are known, in the order in which a restore should make them.

    `emits` maps each kind to its explicit path. Metadata comes before the library, because cargo starts dependents
    when it is there, and dep-info first, because rustc writes it first.

    Raises:
        Refused: see there.
    """
    stem = crate_name + extra_filename
    files: list[Output] = []
    if "dep-info" in emits:
        files.append(Output("dep-info", _place(emits["dep-info"], f"{stem}.d", out_dir, cwd)))
    if "metadata" in emits:
        files.append(Output("metadata", _place(emits["metadata"], f"lib{stem}.rmeta", out_dir, cwd)))
    if "link" in emits:
        names = {_linked_name(kind, stem, target) for kind in crate_types}
        if emits["link"] is not None and len(names) > 1:
            raise Refused("explicit-output", "one path for several libraries")
        files += [Output(kind, _place(emits["link"], name, out_dir, cwd)) for kind, name in sorted(names)]
    for kind in sorted(emits.keys() - PLAIN_EMITS):
        if (explicit := emits[kind]) is not None:
            files.append(Output(kind, _place(explicit, "", out_dir, cwd)))
    if len({item.path for item in files}) != len(files):
        raise Refused("explicit-output", "two outputs in one file")
    return files


def listing_of(
    outputs: Sequence[Output],
    *,
    crate_name: str,
    extra_filename: str,
    emits: Mapping[str, str | None],
    splits: bool,
    out_dir: str,
) -> Listing | None:
    """Where files are that nobody can name beforehand, None where there are none.

    Codegen units are named after what is in them, `<stem>.<unit>.rcgu.dwo`; packed debug information stands beside
    what it belongs to, under that name and `.dwp`.

    Raises:
        Refused: they are not in the output directory.
    """
    if not splits and emits.keys() <= PLAIN_EMITS:
        return None
    if splits and emits.get("link") is not None:
        raise Refused("split-debuginfo", "--emit=link=path")
    if out_dir == "/":
        raise Refused("explicit-output", "--out-dir=/")
    beside = [posixpath.basename(output.path) for output in outputs if output.kind not in PLAIN_EMITS]
    stems = [crate_name + extra_filename, *(beside if splits else ())]
    return Listing(out_dir, tuple(sorted({f"{stem}." for stem in stems})))


def _linked_name(kind: str, stem: str, target: str | None) -> tuple[str, str]:
    """Kind and name of what `--emit=link` makes; programs and shared libraries as on Linux (`linking` sees to that)."""
    if kind in ("lib", "rlib"):
        return "link", f"lib{stem}.rlib"
    if kind == "staticlib":
        return kind, staticlib_name(stem, target)
    return kind, stem if kind in ("bin", "test") else f"lib{stem}.so"


def _place(explicit: str | None, name: str, out_dir: str, cwd: str) -> str:
    if explicit is None:
        return f"{out_dir.rstrip('/')}/{name}"
    return explicit if explicit[:1] == "/" else f"{cwd}/{explicit}"
