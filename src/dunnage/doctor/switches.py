"""Switches that somebody has set, perhaps long ago, and that keep the cache out or slow."""

from collections.abc import Iterator
from typing import Final

from dunnage.config.disabling import DISABLE_VARIABLE, is_disabled
from dunnage.config.schema import BY_NAME
from dunnage.doctor.finding import Finding, note, ok, warning
from dunnage.doctor.patient import Patient

_ODD: Final = {
    "verify": ("on", "What would be a hit is compiled all the same, and compared."),
    "replay": ("off", "Build scripts are run each time."),
    "observe": ("off", "Macros may get old answers, and neither C nor runs of build scripts are cached."),
}
"""Setting → the value that costs time, and how."""


def check(patient: Patient) -> Iterator[Finding]:
    """What is not as it comes."""
    found = False
    if is_disabled(patient.environ):
        found = True
        yield warning(
            f"{DISABLE_VARIABLE} is set here: the cache is off.",
            "Each client runs its compiler at once.",
            f"`unset {DISABLE_VARIABLE}`.",
        )
    for name, (odd, cost) in _ODD.items():
        if patient.settings.value(name) == odd:
            found = True
            origin = patient.settings.origins[name]
            yield note(f"{name} is {odd}, by {origin}.", cost, f"Leave out `{name}`, or {BY_NAME[name].env}.")
    if not found:
        yield ok("nothing is switched off")
