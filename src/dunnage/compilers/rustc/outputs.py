"""Which files rustc makes, by --emit kind, crate type and target. Source: `rustc_session::output`, and real runs."""

from collections.abc import Mapping, Sequence

from dunnage.model.unit import Output


class OutputsUnknown(ValueError):
    """The files cannot be told. `reason` is a row of `model.outcome.REASONS`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def staticlib_name(stem: str, target: str | None) -> str:
    """The file name of a static library.

    Raises:
        OutputsUnknown: a target specification may say anything.
    """
    if target is not None and target.endswith(".json"):
        raise OutputsUnknown("crate-type", "staticlib for a target specification")
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
    """The outputs of a unit, in the order in which a restore should make them.

    `emits` maps each kind to its explicit path. Metadata comes before the library, because cargo starts dependents
    when it is there, and dep-info first, because rustc writes it first.

    Raises:
        OutputsUnknown: see there.
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
            raise OutputsUnknown("explicit-output", "one path for several libraries")
        files += [Output(kind, _place(emits["link"], name, out_dir, cwd)) for kind, name in sorted(names)]
    if len({item.path for item in files}) != len(files):
        raise OutputsUnknown("explicit-output", "two outputs in one file")
    return files


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
