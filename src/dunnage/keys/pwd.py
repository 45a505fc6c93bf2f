"""PWD as compilers of C use it: as another name of the directory that they are in, or not at all.

gcc and its assembler (libiberty's `getpwd`) and clang (LLVM's `current_path`) ask for `PWD`, look where it leads, and
at `.`. Only where both are one directory do they write its value down, in debug information for one; else, and where
it is not set, they ask the kernel for the directory's name. So a value that leads elsewhere, as in every package that
is built by a cargo that was started above it, is as good as none; and so is one that says what the kernel says.

What a value leads to is looked up through the client's view, for a container has other files.
"""

from collections.abc import Mapping, Sequence

from dunnage.keys.path_sets import absolute
from dunnage.model.path_set import PWD, PWD_HERE
from dunnage.model.view import STAT, StatRecord, exists

_INODE = slice(2, 4)
"""Of the fields of a stat record: device and inode."""


def place_of(env: Mapping[str, str], cwd: str) -> str:
    """Where `PWD` leads, as a compiler would look there; empty where it is not set."""
    value = env.get(PWD, "")
    return value and absolute(value, cwd)


def undecided(env: Mapping[str, str], cwd: str) -> tuple[str, ...]:
    """The paths whose stats decide whether `PWD` is a name of the working directory; none where its text does.

    Args:
        cwd: as the kernel names it.
    """
    place = place_of(env, cwd)
    return () if place in ("", cwd) else (place, cwd)


def name_here(env: Mapping[str, str], cwd: str, records: Sequence[StatRecord]) -> str | None:
    """The name that `PWD` gives the working directory; None where that is the kernel's, or none.

    A value counts where the directory itself cannot be statted: a compiler may be better off, who is in it.

    Args:
        records: of `undecided`, in its order.
    """
    if not undecided(env, cwd):
        return None
    there, here = records
    if exists(here) and STAT.unpack(there)[_INODE] != STAT.unpack(here)[_INODE]:
        return None
    return env[PWD]


def with_name(env: Mapping[str, str], name: str | None) -> Mapping[str, str]:
    """The environment in which `PWD_HERE` is this name, or is not set."""
    if name is not None:
        return {**env, PWD_HERE: name}
    return {key: value for key, value in env.items() if key != PWD_HERE} if PWD_HERE in env else env
