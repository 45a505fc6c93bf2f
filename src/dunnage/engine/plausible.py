"""Whether what a remote says of a unit can be right: it decides which files are written, and where.

A seal says who made a record, a digest that a blob is whole. This says that a record asks for nothing that dunnage
would not have recorded itself: files that the unit makes, in the places where it makes them, of sizes that are kept.
"""

from collections.abc import Callable, Sequence

from dunnage import limits
from dunnage.model.action import ActionResult
from dunnage.model.path_set import PathSet
from dunnage.model.unit import Unit
from dunnage.remote import limits as remote_limits

IsPlausible = Callable[[ActionResult], bool]
"""Whether a result can be one of what it is asked for."""


def is_result(result: ActionResult, unit: Unit) -> bool:
    """Whether a result has the outputs of this unit, in their order, and plain names in its listed directory."""
    expected = [output.kind for output in unit.outputs if output.kind != "dep-info"]
    kinds = [output.kind for output in result.outputs]
    listed = [output.listed_name for output in result.outputs[len(expected) :]]
    if kinds[: len(expected)] != expected or (listed and unit.listing is None):
        return False
    if len(listed) > limits.LISTED_OUTPUTS_MAX or not all(
        name and is_below(name) and "/" not in name for name in listed
    ):
        return False
    return _fits(result)


def is_tree(result: ActionResult) -> bool:
    """Whether a result is the tree of a build script's run: plain paths below OUT_DIR."""
    text = result.dep_info.decode("utf-8", "surrogateescape")
    directories = text.split("\0") if text else []
    names = [*directories, *(output.kind for output in result.outputs)]
    if len(names) > limits.RUN_FILES_MAX or not all(map(is_below, names)):
        return False
    return _fits(result) and sum(output.size for output in result.outputs) <= limits.RUN_BYTES_MAX


def is_path_set(paths: PathSet) -> bool:
    """Whether a path set is none that asks for more than any unit would."""
    counts: Sequence[tuple[int, int]] = (
        (len(paths.files), limits.RUN_PATHS_MAX),
        (len(paths.absent), limits.C_PLACES_PER_PATH_SET_MAX),
        (len(paths.env), limits.VARIABLES_PER_PATH_SET_MAX),
        (len(paths.listed), limits.LISTINGS_PER_PATH_SET_MAX),
        (len(paths.places), limits.C_PLACES_PER_PATH_SET_MAX),
    )
    return all(count <= most for count, most in counts)


def is_below(name: str) -> bool:
    """Whether a relative path stays below where it begins, in the one way in which it can be written."""
    parts = name.split("/")
    return len(parts) <= limits.RUN_DEPTH_MAX + 2 and "\0" not in name and not {"", ".", ".."} & set(parts)


def _fits(result: ActionResult) -> bool:
    streams = max(len(result.stdout), len(result.stderr)) <= limits.STREAM_BYTES_MAX
    return streams and all(output.size <= remote_limits.REMOTE_BLOB_BYTES_MAX for output in result.outputs)
