"""A daemon's life: the lock that makes it the only one, its log, signals, and the report of its start."""

import contextlib
import fcntl
import logging
import logging.handlers
import os
import resource
import signal
import sys

from dunnage import __version__, limits
from dunnage.config.places import Places
from dunnage.config.settings import load
from dunnage.daemon.launch import ELSEWHERE, READY
from dunnage.daemon.listening import make_directories
from dunnage.daemon.server import Daemon
from dunnage.errors import DunnageError

log = logging.getLogger(__name__)


def live(report: int) -> int:
    """Serve until the end. What is written to the descriptor `report` tells the starter how the start went."""
    try:
        places = Places.find(os.environ)
        settings = load("/", os.environ)
        make_directories(places)
        if not _is_only_one(places):
            _tell(report, ELSEWHERE)
            return 0
        _begin_log(places, settings.log_level)
        _raise_descriptor_limit()
        daemon = Daemon(places, settings)
        daemon.listen()
    except (DunnageError, OSError) as error:
        _tell(report, str(error).encode("utf-8", "replace"))
        return 1
    signal.set_wakeup_fd(
        daemon.waker.fileno()
    )  # a signal that another thread gets does not wake the accept loop
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: daemon.stop())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    log.info("dunnage %s begins, pid %d, store %s", __version__, os.getpid(), places.store)
    _tell(report, READY)
    daemon.run()
    logging.shutdown()
    return 0


def _tell(report: int, what: bytes) -> None:
    with contextlib.suppress(OSError):  # the starter may have gone; the daemon is wanted all the same
        os.write(report, what)
    os.close(report)


def _is_only_one(places: Places) -> bool:
    """Take the lock, for as long as this process lives; False if another daemon has it."""
    descriptor = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True


def _begin_log(places: Places, level: str) -> None:
    places.log.parent.mkdir(mode=0o700, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        places.log, maxBytes=limits.LOG_BYTES_MAX, backupCount=1, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
    for unused in ("logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks"):
        setattr(logging, unused, False)  # the line shows none of it, and finding it out costs each session
    logging.raiseExceptions = False  # a full disk takes the log, not the session
    sys.excepthook = lambda *info: log.critical("the daemon failed", exc_info=info)


def _raise_descriptor_limit() -> None:
    """A path set with thousands of files is held open until it is hashed."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
