"""Stepping aside: how something is left to the compiler, and what is said of it."""

from collections.abc import Mapping

from dunnage.engine.portable import added_words
from dunnage.keys.toolchain import Toolchains
from dunnage.model.outcome import Outcome, Result
from dunnage.model.unit import Uncacheable, Unit
from dunnage.model.view import View


def step_aside(view: View, verdict: Uncacheable, name: str, language: str) -> Result:
    """Let the client become the compiler, or a launcher its program.

    Raises:
        ViewGone.
    """
    view.step_aside(verdict.reason)
    return _uncacheable(verdict, name, language)


def leave(
    view: View, unit: Unit, verdict: Uncacheable, env: Mapping[str, str], toolchains: Toolchains
) -> Result:
    """Leave a unit to the compiler; in portable mode with the words that all others get, because rustc drops an
    incremental session that was made with other words.

    Raises:
        ViewGone.
    """
    adding = added_words(view, unit, env, toolchains)
    if not adding:
        return step_aside(view, verdict, unit.name, unit.language)
    view.exit(view.compile(adding=adding))
    return _uncacheable(verdict, unit.name, unit.language)


def _uncacheable(verdict: Uncacheable, name: str, language: str) -> Result:
    return Result(
        outcome=Outcome.UNCACHEABLE,
        reason=verdict.reason,
        detail=verdict.detail,
        name=name,
        language=language,
    )
