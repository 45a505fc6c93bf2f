"""Reports of verify mode: a file for each stored result that was not what the compiler makes."""

import logging
from contextlib import suppress
from pathlib import Path

from dunnage import limits
from dunnage.daemon.text_files import text_file, write_text
from dunnage.model.digest import ActionKey

log = logging.getLogger(__name__)


class VerifyReports:
    """One file an action: `<unit>-<beginning of the action key>.txt`. Never fails: the log has what it cannot keep."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, name: str, action: ActionKey, text: str) -> str:
        """Write one and return its path; the oldest beyond `limits.VERIFY_REPORTS_MAX` go."""
        try:
            file = text_file(self._directory, name, action)
            write_text(file, text)
            for old in self._newest_first()[limits.VERIFY_REPORTS_MAX :]:
                old.unlink(missing_ok=True)
        except OSError as error:
            log.warning("a report of verify mode about %s is not kept: %s\n%s", name, error, text)
            return ""
        log.warning("the stored result of %s was wrong: %s", name, file)
        return str(file)

    def paths(self) -> list[str]:
        """Where they are, the newest first."""
        return [str(path) for path in self._newest_first()]

    def _newest_first(self) -> list[Path]:
        found = []
        for path in self._directory.glob("*.txt"):
            with suppress(OSError):  # it goes at this moment
                found.append((path.stat().st_mtime_ns, path))
        return [path for _, path in sorted(found, reverse=True)]
