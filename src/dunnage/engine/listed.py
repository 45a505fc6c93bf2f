"""Outputs that only the compiler can name: found afterwards, in a directory, by what their names begin with.

`.dwo` files and several of the `--emit` kinds are named after codegen units, whose hashes nobody predicts. A file that
stood there before, and is as it was, is an earlier compile's and stays where it is.
"""

from collections.abc import Mapping

from dunnage import limits
from dunnage.engine.subject import Missed
from dunnage.model.action import LISTED
from dunnage.model.unit import Output, Unit
from dunnage.model.view import StatRecord, View, is_regular


def standing(view: View, unit: Unit) -> Mapping[str, StatRecord]:
    """What stands before the compiler runs where it will leave files: records by path, empty for most units.

    Raises:
        ViewGone.
    """
    if unit.listing is None:
        return {}
    return _files(view, unit)


def made(view: View, unit: Unit, before: Mapping[str, StatRecord]) -> list[Output] | Missed:
    """What the compiler left there besides its other outputs, in the order of the names. `before`: see `standing`.

    Raises:
        ViewGone.
    """
    if unit.listing is None:
        return []
    now = _files(view, unit)
    fresh = [path for path, record in now.items() if before.get(path) != record]
    if len(fresh) > limits.LISTED_OUTPUTS_MAX:
        return Missed("output-too-large", f"{len(fresh)} files")
    expected = {output.path for output in unit.outputs}
    if old := expected.intersection(now).difference(fresh):
        return Missed("output-missing", ", ".join(sorted(old)))
    named = len(unit.listing.directory) + 1
    return [Output(f"{LISTED}{path[named:]}", path) for path in fresh if path not in expected]


def _files(view: View, unit: Unit) -> dict[str, StatRecord]:
    """Everything there, and the expected outputs: of several units in one file rustc makes none, and says so."""
    listing = unit.listing
    assert listing is not None
    names = sorted(
        entry.name
        for entry in view.entries(listing.directory) or ()
        if not entry.is_dir and entry.name.startswith(listing.prefixes)
    )
    paths = dict.fromkeys(f"{listing.directory}/{name}" for name in names)
    paths.update(dict.fromkeys(output.path for output in unit.outputs))
    records = view.stat(list(paths))
    return {path: record for path, record in zip(paths, records, strict=True) if is_regular(record)}
