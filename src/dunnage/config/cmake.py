"""What makes CMake call the client: a launcher in front of its compilers, from the environment.

CMake keeps the launcher in the build directory, which outlives our being switched on, and may be used in a container
next time. So the launcher names no place: it is a shell that becomes the client where `DUNNAGE_CLIENT` names one, else
the compiler. So keys need not know of it, either: for them ours is not there, and a user's own counts.

Source: CMake's manual, "Environment Variables that Control the Build", CMAKE_<LANG>_COMPILER_LAUNCHER (3.17 and
later); a list, parted by semicolons.
"""

from collections.abc import Container
from typing import Final

CLIENT_VARIABLE: Final = "DUNNAGE_CLIENT"

LAUNCHER: Final = f'/bin/sh;-c;exec ${{{CLIENT_VARIABLE}:+"${CLIENT_VARIABLE}"}} "$@";dunnage'

LAUNCHER_VARIABLES: Final = ("CMAKE_C_COMPILER_LAUNCHER", "CMAKE_CXX_COMPILER_LAUNCHER")


def cmake_environment(client: str, theirs: Container[str] = ()) -> dict[str, str]:
    """The variables for a client at a place; a launcher that is among `theirs` already, even an empty one, stays."""
    launchers = {name: LAUNCHER for name in LAUNCHER_VARIABLES if name not in theirs}
    return {CLIENT_VARIABLE: client, **launchers}


def is_our_launcher(name: str, value: str) -> bool:
    """Whether a variable says no more than that dunnage is on."""
    return name in LAUNCHER_VARIABLES and value == LAUNCHER
