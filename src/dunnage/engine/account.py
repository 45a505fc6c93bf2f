"""Account: what is kept of a session that was no hit, so that `dunnage explain` has something to go by.

All of it is made after the client has gone; a hit makes none.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import replace

from dunnage.engine.subject import Subject
from dunnage.keys.explain import entry_parts
from dunnage.keys.text import KeyText
from dunnage.model.action import ActionResult
from dunnage.model.entry import Entry
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import Outcome, Result
from dunnage.model.unit import Unit, look_of


def entry_of(subject: Subject, action: KeyText, result: ActionResult) -> Entry:
    """What a later miss is compared with."""
    places = [(f"root:{name}", place) for name, place in subject.roots.places]
    return Entry(
        parts=entry_parts(subject.text, action),
        bound=result.bound,
        places=(*places, ("display", look_of(subject.unit))),
        toolchain=subject.toolchain.version,
    )


def with_family(result: Result, unit: Unit, env: Mapping[str, str]) -> Result:
    """The result with what earlier entries are found by: every build script is called `build_script_build`, so the
    package belongs to it; another version of a crate is the same family.
    """
    if result.outcome is Outcome.HIT:
        return result
    kind = unit.name.rpartition("(")[2].rstrip(")")
    name, named_after = unit.crate_name, unit.dep_info
    if unit.language == "c":
        name, named_after = posixpath.basename(unit.inputs[0].path), unit.outputs[0].path
    family = " ".join((env.get("CARGO_PKG_NAME", "-"), name, kind))
    return replace(result, family=family, stem=posixpath.splitext(posixpath.basename(named_after))[0])


def name_of(invocation: Invocation) -> str:
    """What a person calls an invocation that was not understood: its crate, where the words name one."""
    argv = list(invocation.argv)
    for word, following in zip(argv, [*argv[1:], ""], strict=True):
        name = (
            following if word == "--crate-name" else word.removeprefix("--crate-name=") if "=" in word else ""
        )
        if name and word.startswith("--crate-name"):
            version = invocation.env.get("CARGO_PKG_VERSION")
            return f"{name} {version}" if version else name
    return ""
