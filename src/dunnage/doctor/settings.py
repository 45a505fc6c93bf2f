"""Settings: the files can be read, and everything in them means something."""

import os
from collections.abc import Iterator

from dunnage.config.settings import project_file, unknown_variables, user_file
from dunnage.doctor.finding import Finding, failed, ok, warning
from dunnage.doctor.patient import Patient
from dunnage.engine.stated import matches


def check(patient: Patient) -> Iterator[Finding]:
    """Errors of both files and of variables; variables and globs that mean nothing."""
    for trouble in patient.settings_trouble:
        yield failed(trouble)
    if not patient.settings_trouble:
        named = [user_file(patient.environ), project_file(patient.cwd)]
        there = [str(path) for path in named if path is not None and os.path.isfile(path)]
        yield ok(", ".join(there) or f"no file; yours would be {named[0]}")
    for match in matches(patient.settings.extra_inputs):
        if match.warning:
            yield warning(match.warning, "", "Mend the glob: it is relative to the directory of that file.")
    for name, near in unknown_variables(patient.environ).items():
        meant = (
            f"Did you mean {near}?" if near else "Unset it, or look into `dunnage config` for what there is."
        )
        yield warning(f"{name} means nothing.", "It is no setting of this version.", meant)
