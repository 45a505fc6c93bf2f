"""`python -m dunnage.daemon FD`: forks, ends at once, and what it could not do is in the report."""

import os
import subprocess
import sys
from pathlib import Path

from dunnage.daemon.launch import READY
from support.daemons import processes_of


def start(path: list[str], **more: str) -> tuple[int, bytes]:
    """Exit code of the first process, and the report of the second."""
    read_end, write_end = os.pipe()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "dunnage.daemon", str(write_end)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path), **more},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        pass_fds=(write_end,), check=False,
    )  # fmt: skip
    os.close(write_end)
    with os.fdopen(read_end, "rb") as report:
        return done.returncode, report.read()


def test_the_first_process_ends_and_the_second_serves(dunnage_dir: Path) -> None:
    assert start(sys.path) == (0, READY)
    [pid] = processes_of(dunnage_dir)
    umask = Path(f"/proc/{pid}/status").read_text().split("Umask:")[1].split()[0]
    assert umask == "0022"


def test_a_broken_installation_is_reported(tmp_path: Path) -> None:
    """A library that cannot be imported: the daemon has no log yet, and its starter is the only one who can say so."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "blake3.py").write_text(
        "raise ImportError('blake3 was built for another machine')\n"
    )
    code, report = start([str(tmp_path / "broken"), *sys.path])
    assert code == 0
    assert b"blake3 was built for another machine" in report
