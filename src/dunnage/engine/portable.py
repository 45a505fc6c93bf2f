"""The words that portable mode adds behind those of a unit's own, whether its result is stored or not."""

from collections.abc import Mapping, Sequence

from dunnage.engine.examine import with_compiler
from dunnage.engine.subject import Subject
from dunnage.keys.portable import remap_words
from dunnage.keys.roots import roots_of
from dunnage.keys.toolchain import Toolchains
from dunnage.model.unit import Unit
from dunnage.model.view import View


def added_words(
    view: View, unit: Unit, env: Mapping[str, str], toolchains: Toolchains, subject: Subject | None = None
) -> Sequence[str]:
    """Those words; none in any other mode. Without a subject what they need is found out here.

    Raises:
        ViewGone.
    """
    if subject is not None:
        return remap_words(unit, subject.roots, subject.toolchain)
    if not unit.portable:
        return ()
    unit = with_compiler(view, unit, env)
    toolchain = toolchains.recall(view, unit, env) or toolchains.identify(view, unit, env)
    roots = roots_of(unit, sysroot="" if toolchain is None else toolchain.sysroot, env=env)
    return remap_words(unit, roots, toolchain)
