"""The patient: the dunnage of this user, and what checks may ask of the world around it.

Everything is asked when a check first wants to know it, and once. Nothing is started, made or changed.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from dunnage.config.places import Places
from dunnage.config.settings import Settings, defaults, load
from dunnage.daemon import control
from dunnage.errors import ConfigError, DunnageError, NotRunning
from dunnage.limits import ENGINE_ANSWER_TIMEOUT_S

Answer = Mapping[str, Any]

_ROOT: Final = "/"
"""Where a daemon stands: no project's settings are its."""


_QUIET: Final = {"RUSTUP_AUTO_INSTALL": "0"}
"""rustup would install the toolchain that a project asks for, when it is only asked which one that is."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came of running a program."""

    code: int | None
    """None: it could not be run, or did not end in time."""
    out: str = ""
    err: str = ""

    @property
    def trouble(self) -> str:
        """The last line of its standard error, or why it could not be run."""
        lines = self.err.strip().splitlines()
        return lines[-1].strip() if lines else ""

    @property
    def first(self) -> str:
        """The first line that it says."""
        lines = self.out.strip().splitlines()
        return lines[0].strip() if lines else ""


@dataclass
class Patient:
    """One user's dunnage, as it would be used in one directory with one environment."""

    environ: Mapping[str, str]
    cwd: str
    _ran: dict[tuple[str, ...], Said] = field(default_factory=dict)

    # --- what is set --------------------------------------------------------------------------------

    @cached_property
    def places(self) -> Places:
        """Where everything is."""
        return Places.find(self.environ)

    @cached_property
    def settings_trouble(self) -> list[ConfigError]:
        """What is wrong with settings: the user's, and the project's."""
        found: dict[str, ConfigError] = {}
        for directory in (_ROOT, self.cwd):
            try:
                load(directory, self.environ)
            except ConfigError as error:
                found[error.message] = error
        return list(found.values())

    @cached_property
    def settings(self) -> Settings:
        """The settings here; without the project's, or without any, where those cannot be read."""
        return self._loaded(self.cwd) or self.own_settings

    @cached_property
    def own_settings(self) -> Settings:
        """The user's settings, by which a daemon goes; the defaults where they cannot be read."""
        return self._loaded(_ROOT) or defaults()

    def _loaded(self, directory: str) -> Settings | None:
        try:
            return load(directory, self.environ)
        except ConfigError:
            return None

    # --- the daemon ---------------------------------------------------------------------------------

    @cached_property
    def status(self) -> Answer | DunnageError:
        """The daemon's status, or why there is none."""
        return self._asked("status")

    @property
    def is_running(self) -> bool:
        """Whether a daemon answers."""
        return not isinstance(self.status, DunnageError)

    @cached_property
    def remotes(self) -> Answer | DunnageError:
        """How its remotes are, as the daemon says, which asks them now."""
        return self._asked("remotes")

    @cached_property
    def stats(self) -> Answer | DunnageError:
        """What it has counted."""
        return self._asked("stats")

    @cached_property
    def daemon_settings(self) -> Answer | DunnageError:
        """What the daemon goes by."""
        return self._asked("settings")

    def _asked(self, op: str) -> Answer | DunnageError:
        if op != "status" and isinstance(self.status, DunnageError):
            return self.status
        try:
            return control.request(self.places, op)
        except DunnageError as error:
            return error
        except OSError as error:
            return NotRunning(f"The daemon's directory cannot be entered: {error.strerror}.")

    # --- programs -----------------------------------------------------------------------------------

    def which(self, name: str) -> str | None:
        """Where a program is in PATH."""
        return shutil.which(name, path=self.environ.get("PATH", ""))

    def run(self, *argv: str) -> Said:
        """Run a program that answers at once, in the directory of the patient; each command line once."""
        if argv not in self._ran:
            self._ran[argv] = self._run(argv)
        return self._ran[argv]

    def _run(self, argv: Sequence[str]) -> Said:
        try:
            done = subprocess.run(
                list(argv),
                env={**self.environ, **_QUIET},
                cwd=self.cwd if os.path.isdir(self.cwd) else _ROOT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=ENGINE_ANSWER_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Said(None, "", f"it did not answer within {ENGINE_ANSWER_TIMEOUT_S} s")
        except OSError as error:
            return Said(None, "", error.strerror or str(error))
        out, err = (part.decode("utf-8", "replace") for part in (done.stdout, done.stderr))
        return Said(done.returncode, out, err)
