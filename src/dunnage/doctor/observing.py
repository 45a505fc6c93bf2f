"""The observing library: what macros, compilers of C and build scripts look at is seen only where it can be loaded."""

import os
from collections.abc import Iterator
from typing import Final

from dunnage.config.clients import client_dir, host_arch
from dunnage.doctor.finding import Finding, note, ok, warning
from dunnage.doctor.patient import Patient
from dunnage.errors import ClientMissing
from dunnage.keys.elf import dynamic_section

_LIBRARY: Final = "observe.so"
_PRELOAD: Final = "LD_PRELOAD"


def check(patient: Patient) -> Iterator[Finding]:
    """Whether it is wanted, is there, can be named in LD_PRELOAD, and has a dynamic rustc to be loaded into."""
    if patient.settings.observe == "off":
        yield note(
            "Nothing is observed: observe is off.",
            "Macros may get old answers, and neither C nor runs of build scripts are cached.",
            "Leave out `observe = off`.",
        )
        return
    yield from [*_library(), *_rustc(patient), *_others(patient)] or [
        ok("what compilers look at can be observed")
    ]


def _library() -> Iterator[Finding]:
    try:
        path = client_dir(host_arch()) / _LIBRARY
    except ClientMissing:  # another check's
        return
    if not path.is_file():
        yield warning(
            f"The library {path} is not there.",
            "So units with macros, C, and runs of build scripts are not stored.",
            "Install dunnage anew; in a source checkout, `make native`.",
        )
    elif any(odd in str(path) for odd in " :"):
        yield warning(
            f"dunnage is installed at a path with blanks or colons: {path}.",
            f"{_PRELOAD} cannot name such a path, so units with macros, C, and runs of build scripts are not stored.",
            "Install it at another path.",
        )


def _rustc(patient: Patient) -> Iterator[Finding]:
    said = patient.run("rustc", "--print", "sysroot")
    path = os.path.join(said.out.strip(), "bin/rustc")
    if said.code != 0 or not os.path.isfile(path):
        return
    with open(path, "rb") as file:
        dynamic = dynamic_section(lambda offset, size: os.pread(file.fileno(), size, offset))
    if dynamic is None:
        yield warning(
            f"{path} is a static program.",
            "No library can be loaded into it, so units with macros are not stored: `macro-unobserved`.",
            "Use a rustc that is linked dynamically, as rustup's are.",
        )


def _others(patient: Patient) -> Iterator[Finding]:
    value = patient.environ.get(_PRELOAD, "")
    if value:
        yield note(
            f"{_PRELOAD} is {value} here.",
            "It is loaded into compilers, too, in front of what observes them, and may hide from it what they do.",
            f"`unset {_PRELOAD}` where compilers have no need of it.",
        )
