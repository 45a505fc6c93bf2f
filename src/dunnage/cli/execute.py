"""Becoming the command: it keeps our process id, so signals, the terminal and the exit code are its own."""

import errno
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from dunnage.cli.output import complain

EXIT_NOT_EXECUTABLE: Final = 126
EXIT_NOT_FOUND: Final = 127
"""Both as a shell has them."""


def execute(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Replace this process by `argv`, looked up in the PATH of `env`. Returns only to say that it did not work."""
    sys.stdout.flush()
    sys.stderr.flush()
    # Python ignores these two from its start, and what is ignored stays ignored in what we become.
    ours = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGPIPE, signal.SIGXFSZ)}
    try:
        os.execvpe(argv[0], list(argv), env)
    except OSError as error:
        for number, handler in ours.items():
            signal.signal(number, handler)
        return _refused(argv, env, error)


def _refused(argv: Sequence[str], env: Mapping[str, str], error: OSError) -> int:
    if (
        error.errno == errno.ENOEXEC and argv[0] != "/bin/sh"
    ):  # a script without `#!`: shells run it, so do we
        import shutil

        script = shutil.which(argv[0], path=env.get("PATH"))
        if script is not None:
            return execute(("/bin/sh", script, *argv[1:]), env)
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        complain(f"There is no command {argv[0]}.")
        return EXIT_NOT_FOUND
    complain(f"{argv[0]} cannot be run: {error.strerror}.")
    return EXIT_NOT_EXECUTABLE
