"""What `[[extra-inputs]]` means for one package: the files and variables that count, and what shows that it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from dunnage.keys.extras import Walk, walk
from dunnage.model.unit import Input, Unit
from dunnage.model.view import StatRecord, View, is_regular

NO_WALK: Final = Walk()

ROLE: Final = "extra "
"""What the role of an extra input begins with; its name follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What one package has. Holds as long as `watched` has `records` and all inputs are files."""

    watched: tuple[str, ...] = ()
    records: tuple[StatRecord, ...] = ()
    inputs: tuple[Input, ...] = ()
    env: tuple[str, ...] = ()
    problem: str = ""
    """Why it cannot be told."""
    base: str = ""
    """The directory of relative globs."""
    target: str = ""
    globs: tuple[str, ...] = ()
    walked: Walk = NO_WALK
    is_settled: bool = True
    """Whether a change of what was looked at has to show in a stat."""

    def unit(self, unit: Unit, env: Mapping[str, str]) -> Unit:
        """The unit with the variables that count."""
        if not self.env:
            return unit
        known = {name for name, _ in unit.env}
        more = [(name, env.get(name)) for name in self.env if name not in known]
        return replace(unit, env=[*unit.env, *more])

    def holds(self, records: Mapping[str, StatRecord]) -> bool:
        """Whether nothing differs from what was looked at."""
        return tuple(map(records.__getitem__, self.watched)) == self.records and all(
            is_regular(records[item.path]) for item in self.inputs
        )

    def changed(self, view: View) -> bool:
        """Whether the files are other ones than before the compiler ran. Their contents are looked at like any
        input's.

        Raises:
            ViewGone.
        """
        walked = self.walked
        if not self.globs or (self.is_settled and tuple(view.stat(walked.watched)) == walked.records):
            return False
        return walk(view, self.base, self.globs, self.target).files != walked.files


NONE: Final = Extra()
