"""Answers to what cargo asks of rustc in front of every build, remembered for as long as the daemon runs.

Each of the three takes rustc some 15 ms, one after the other, and a warm build of a small project no more than twenty
times that. An answer counts for the very program that gave it, while its toolchain, as units have identified it, has
the stats that it had, all of them older than the answer: so nothing can have changed in between. Not an outcome, and
not counted: nothing is compiled.

Nothing is stored: an answer is as old as its daemon, at most.

The first two answers together say all that a compiler is asked before its toolchain is read, so that can begin now
(`engine.early`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dunnage import limits
from dunnage.compilers.rustc.questions import (
    Question,
    about_itself,
    is_cargos_question,
    question_of,
    sysroot_in,
)
from dunnage.engine.early import EarlyStarts
from dunnage.keys.bounded import remember
from dunnage.keys.digests import is_settled
from dunnage.keys.toolchain import Told, Toolchain, Toolchains, still_holds
from dunnage.model.invocation import Invocation
from dunnage.model.view import StatRecord, View, exists

_STDIN: Final = "/proc/self/fd/0"
_NOTHING: Final = "/dev/null"

_Key = tuple[int, str, Question]
"""Mount namespace and program, and what it is asked."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a compiler said."""

    stdout: bytes
    program: StatRecord
    asked_ns: int
    """When it was started."""


class Questions:
    """The answers of one daemon. Safe for many threads."""

    def __init__(self, toolchains: Toolchains, early: EarlyStarts) -> None:
        self._toolchains = toolchains
        self._early = early
        self._known: dict[_Key, _Answer] = {}

    def serve(self, view: View, invocation: Invocation) -> bool:
        """Answer a question of cargo's, and bring its client to its end; False where it is none, and nothing was done.

        Raises:
            ViewGone.
        """
        if not is_cargos_question(invocation):
            return False
        question = question_of(invocation)
        if (
            question is None
            or not invocation.program.startswith("/")
            or not self._answer(view, invocation.program, question)
        ):
            view.step_aside("not-a-compile")
        return True

    def _answer(self, view: View, program: str, question: Question) -> bool:
        key = (view.mount_namespace, program, question)
        known = self._known.get(key)
        toolchain = self._toolchains.of_program(view.mount_namespace, program)
        own = [_STDIN, _NOTHING, program, *_specification(toolchain, question)]
        watched = () if known is None or toolchain is None else toolchain.watched
        seen = view.stat([*own, *watched])
        stdin, nothing, now, *specification = seen[: len(own)]
        # rustc reads its input where there is one. And a target may be described by a file.
        if stdin != nothing or not exists(now) or any(map(exists, specification)):
            return False
        if known is not None and _counts(known, now, toolchain, seen[len(own) :]):
            view.restore([], known.stdout, b"")
            return True
        run = view.compile()
        if run.code == 0 and not run.signal and run.stdout and run.stderr == b"":
            answer = _Answer(run.stdout, now, run.started_ns)
            remember(self._known, key, answer, limits.ANSWERS_MAX)
            if toolchain is None:
                self._read_ahead(view, program, question, answer)
        view.exit(run)
        return True

    def _read_ahead(self, view: View, program: str, question: Question, here: _Answer) -> None:
        """Begin to read the toolchain of a compiler that has answered now where it is installed, and what it is before.
        The client waits meanwhile: only its descriptors are taken, a dozen round trips, once for each toolchain.
        """
        about = self._known.get((view.mount_namespace, program, about_itself(question)))
        sysroot = sysroot_in(here.stdout)
        if about is None or about.program != here.program or not sysroot:
            return
        asked_ns = min(about.asked_ns, here.asked_ns)
        words = about.stdout.decode("utf-8", "surrogateescape")
        self._early.read_ahead(view, program, Told(words, sysroot, question.target, asked_ns))


def _specification(toolchain: Toolchain | None, question: Question) -> Sequence[str]:
    """Where rustc looks for the description of a target that it does not know. Source: `rustc_target::spec`."""
    if toolchain is None or question.target is None:
        return ()
    return (f"{toolchain.sysroot}/lib/rustlib/{question.target}/target.json",)


def _counts(
    answer: _Answer, program: StatRecord, toolchain: Toolchain | None, watched: Sequence[StatRecord]
) -> bool:
    """Whether the compiler is still, and was already, the one that the toolchain is known as."""
    if toolchain is None or not still_holds(toolchain, watched) or answer.program != program:
        return False
    return all(is_settled(record, answer.asked_ns) for record in watched if exists(record))
