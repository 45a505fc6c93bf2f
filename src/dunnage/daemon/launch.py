"""Starting and stopping a daemon from the command line.

The daemon is started detached: a session of its own, no inherited descriptor, no terminal, cwd `/`, and no child of
whoever started it (a build tool must not find a child that it never made). What it writes into a pipe tells when it is
ready, or why not.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Final

import dunnage
from dunnage import limits
from dunnage.config import trust
from dunnage.config.places import Places
from dunnage.config.settings import Settings
from dunnage.daemon.control import Answer, request
from dunnage.errors import DaemonError, NotRunning

READY: Final = b"ready"
ELSEWHERE: Final = b"another daemon holds the lock"
_POLL_S: Final = 0.02
_REPORT_BYTES: Final = 4096

_PASSED_ON: Final = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "PYTHONPATH",
    "TMPDIR",
    "USER",
    "LD_LIBRARY_PATH",
)
"""Of the environment; `DUNNAGE_*`, `XDG_*` and `PYTHON*` besides. The first build's variables must not configure all
later ones."""

_FOR_REMOTES: Final = (
    *("AWS_", "GOOGLE_", "CLOUDSDK_AUTH_", "AZURE_", "ACTIONS_", "REDISCLI_AUTH"),
    *("SSL_CERT_", "GRPC_DEFAULT_SSL_ROOTS_", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"),
    *("https_proxy", "http_proxy", "grpc_proxy", "no_proxy"),
    *("GITHUB_RUN_", "GITHUB_WORKFLOW", "GITHUB_JOB", "GITHUB_SERVER_URL", "RUNNER_OS", "RUNNER_ARCH"),
)
"""Beginnings of variables with which people give credentials, and ways to the world, to what talks to remotes. Passed
on only where there are remotes. GitHub's say which job it is."""


def ensure(settings: Settings, places: Places) -> Answer:
    """The status of the daemon, which is started if none answers.

    Raises:
        DaemonError: it could not be started, with its own words why.
    """
    # The daemon reads the user's settings itself: a project's must not reach what all projects share.
    deadline = time.monotonic() + limits.START_TIMEOUT_S
    while True:
        try:
            return request(places, "status")
        except NotRunning:
            if time.monotonic() > deadline:
                raise DaemonError(
                    f"The daemon did not answer within {limits.START_TIMEOUT_S} s.",
                    hint=f"Its log is {places.log}.",
                ) from None
        report = _spawn(places, has_remotes=bool(settings.remotes))
        if report == ELSEWHERE:  # who holds the lock begins, or ends: then it is our turn
            time.sleep(_POLL_S)
        elif report != READY:
            said = report.decode("utf-8", "replace").strip() or "it ended without a word"
            raise DaemonError(f"The daemon could not be started: {said}.", hint=f"Its log is {places.log}.")


def _spawn(places: Places, *, has_remotes: bool) -> bytes:
    """Start a daemon and return what it says of its start."""
    read_end, write_end = os.pipe()
    try:
        starter = subprocess.Popen(
            [sys.executable, "-P", "-m", "dunnage.daemon", str(write_end)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(places, has_remotes=has_remotes),
            pass_fds=(write_end,),
            start_new_session=True,
        )
    except OSError as error:
        os.close(read_end)
        raise DaemonError(f"{sys.executable} could not be run: {error.strerror}.") from None
    finally:
        os.close(write_end)
    starter.wait()  # it forks, and its first process ends at once
    with os.fdopen(read_end, "rb") as report:
        return report.read(_REPORT_BYTES)


def _environment(places: Places, *, has_remotes: bool) -> dict[str, str]:
    beginnings = ("DUNNAGE_", "XDG_", "PYTHON", "COVERAGE", *(_FOR_REMOTES if has_remotes else ()))
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED_ON or name.startswith(beginnings) or (has_remotes and name in trust.PASSED_ON)
    }
    # The daemon is this very dunnage, however it was found: its directory comes first, and `/` is its cwd.
    own = os.path.dirname(os.path.dirname(os.path.abspath(dunnage.__file__)))
    paths = [own, *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
    return kept | {
        "DUNNAGE_DIR": str(places.base),
        "PYTHONPATH": os.pathsep.join(map(os.path.abspath, paths)),
    }


def drain(places: Places, wait_s: float = limits.DRAIN_TIMEOUT_S) -> Iterator[Answer]:
    """Have all results sent that wait for it, and say again and again how it goes (`waiting`, `remotes`); the last
    answer has none waiting, or no fewer than there were `wait_s` seconds before. Nothing where no daemon runs.

    Raises:
        DaemonError.
    """
    least, since_s = None, time.monotonic()
    while True:
        try:
            answer = request(places, "drain")
        except NotRunning:
            return
        yield answer
        waiting = answer["waiting"]
        if least is None or waiting < least:
            least, since_s = waiting, time.monotonic()
        if not waiting or time.monotonic() - since_s > wait_s:
            return
        time.sleep(_POLL_S)


def stop(places: Places, drain_s: float = limits.DRAIN_TIMEOUT_S) -> bool:
    """Let the daemon finish what it is storing and end; False when none was running. `drain_s`: how long it may go on
    sending, since somebody waits for that.

    Raises:
        DaemonError: it did not end in time.
    """
    was_alive = is_locked(places)
    try:
        request(places, "stop", drain_s=drain_s)
    except NotRunning:  # or it was told, and ended before its answer was read
        if not was_alive:
            return False
    deadline = time.monotonic() + limits.DRAIN_TIMEOUT_S + limits.START_TIMEOUT_S
    while is_locked(places):
        if time.monotonic() > deadline:
            raise DaemonError("The daemon did not end in time.", hint=f"Its log is {places.log}.")
        time.sleep(_POLL_S)
    return True


def is_locked(places: Places) -> bool:
    """Whether a daemon is alive: it holds its lock until the very end."""
    try:
        descriptor = os.open(places.lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
