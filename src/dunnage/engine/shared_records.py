"""What stands in the records that machines share, and how two of one name become one.

    unit record     u32 count; path sets, newest first, each with its u32 length in front
    action record   u32 count; results, newest first, likewise

Little-endian; path sets and results are written as the store does (`store.encoding`). Both keep as many as the store.
What cannot be read is worth nothing: whoever asked has a miss.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from dunnage import limits
from dunnage.errors import RemoteDamaged
from dunnage.model.action import ActionResult
from dunnage.model.path_set import PathSet
from dunnage.store.encoding import (
    Damaged,
    check,
    decode_path_set,
    decode_result,
    encode_path_set,
    encode_result,
)

_COUNT: Final = struct.Struct("<I")

T = TypeVar("T")


def encode_unit(path_sets: Sequence[PathSet]) -> bytes:
    """A unit record of these, the newest first. StoreError: one cannot be written."""
    return _joined([encode_path_set(paths) for paths in path_sets[: limits.PATH_SETS_PER_UNIT_MAX]])


def decode_unit(body: bytes) -> list[PathSet]:
    """The path sets of a unit record. RemoteDamaged."""
    return _decoded(body, limits.PATH_SETS_PER_UNIT_MAX, lambda part: decode_path_set(part, check(part)))


def encode_action(results: Sequence[ActionResult]) -> bytes:
    """An action record of these, the newest first. StoreError: one cannot be written."""
    return _joined([encode_result(result) for result in results[: limits.VARIANTS_PER_ACTION_MAX]])


def decode_action(body: bytes) -> list[ActionResult]:
    """The results of an action record. RemoteDamaged."""
    return _decoded(body, limits.VARIANTS_PER_ACTION_MAX, decode_result)


def with_paths(known: Sequence[PathSet], new: PathSet) -> list[PathSet]:
    """What a unit record holds once `new` was seen, too."""
    return [new, *(paths for paths in known if paths != new)]


def with_result(known: Sequence[ActionResult], new: ActionResult) -> list[ActionResult]:
    """What an action record holds once `new` was made, too: it takes the place of one that is bound to the same."""
    return [new, *(result for result in known if result.bound != new.bound)]


def _joined(parts: Sequence[bytes]) -> bytes:
    return b"".join((_COUNT.pack(len(parts)), *(_COUNT.pack(len(part)) + part for part in parts)))


def _decoded(body: bytes, parts_max: int, decode: Callable[[bytes], T]) -> list[T]:
    try:
        (count,) = _COUNT.unpack_from(body)
        if count > parts_max:
            raise RemoteDamaged("A record has more parts than are kept.")
        at, found = _COUNT.size, []
        for _ in range(count):
            (length,) = _COUNT.unpack_from(body, at)
            at += _COUNT.size + length
            if at > len(body):
                raise RemoteDamaged("A record ends too early.")
            found.append(decode(body[at - length : at]))
    except (struct.error, Damaged) as error:
        raise RemoteDamaged(f"A record is not understood: {error}.") from None
    return found
