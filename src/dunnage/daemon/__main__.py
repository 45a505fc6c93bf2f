"""`python -m dunnage.daemon FD`: become a daemon, say `ready` on FD or why not, and serve.

The first process forks at once and ends, so that the daemon is nobody's child; its starter has put it into a session
of its own, and given it no descriptor but FD.
"""

import os
import sys


def main(report: int) -> int:
    """Fork, and serve in the child. The exit code is the parent's or the daemon's."""
    if os.fork():
        return 0
    os.umask(0o022)
    try:
        from dunnage.daemon.life import live
    except Exception as error:  # a broken installation: the starter is the only one who can say so
        os.write(report, repr(error).encode())
        raise
    return live(report)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
