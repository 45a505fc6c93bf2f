"""What is done to a C project: every edit makes one state of another."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from random import Random
from typing import Final

_NUMBER: Final = re.compile(r"(?m)^(#\s*define\s+\w+\s+)(\d+)\s*$")

FLAGS: Final = (
    "-O0",
    "-O1",
    "-g",
    "-g -O1",
    "-DMORE=1",
    "-DMORE=2 -g",
    "-MMD",
    "-MD -O1",
    "-Wall -Wextra",
    "-fPIC",
)
VARIABLES: Final = {
    "CPATH": (None, "", "first", "other"),
    "C_INCLUDE_PATH": (None, "first"),
    "SOURCE_DATE_EPOCH": (None, "", "1000", "2000"),
    "LC_ALL": (None, "C", "C.UTF-8"),
    "UNRELATED": (None, "1", "2"),
}


@dataclass(frozen=True, slots=True)
class CState:
    """A project as it stands."""

    texts: Mapping[str, str]
    flags: str = "-O0"
    env: Mapping[str, str] = field(default_factory=dict)
    touched: str = ""
    """A file that is written anew, with the same text."""


def _any(random: Random, state: CState, suffixes: tuple[str, ...] = (".c", ".h", ".cpp", ".hpp")) -> str:
    return random.choice(sorted(name for name in state.texts if name.endswith(suffixes)))


def _with(state: CState, name: str, text: str) -> CState:
    return replace(state, texts={**state.texts, name: text})


def _without(state: CState, name: str) -> CState:
    return replace(state, texts={other: text for other, text in state.texts.items() if other != name})


def _body(random: Random, state: CState) -> CState:
    name, number = _any(random, state), random.randrange(1000)
    return _with(
        state, name, f"{state.texts[name]}\nstatic inline int more_{number}(void) {{ return {number}; }}\n"
    )


def _shift(random: Random, state: CState) -> CState:
    name = _any(random, state)
    return _with(state, name, f"/* {random.randrange(9)} */\n{state.texts[name]}")


def _value(random: Random, state: CState) -> CState:
    name = random.choice(
        sorted(name for name, text in state.texts.items() if _NUMBER.search(text)) or [_any(random, state)]
    )
    return _with(state, name, _NUMBER.sub(lambda m: f"{m[1]}{int(m[2]) + 1}", state.texts[name], count=1))


def _warn(random: Random, state: CState) -> CState:
    name = _any(random, state)
    return _with(state, name, f"{state.texts[name]}\n#warning {random.choice(['one', 'two'])}\n")


def _break(random: Random, state: CState) -> CState:
    name = _any(random, state)
    return _with(state, name, f"{state.texts[name]}\n)\n")


def _time(random: Random, state: CState) -> CState:
    name = _any(random, state, (".c", ".cpp"))
    return _with(state, name, f"{state.texts[name]}\nconst char when_{random.randrange(99)}[] = __DATE__;\n")


def _front(random: Random, state: CState) -> CState:
    """A header of the same name, where it is looked for first."""
    name = _any(random, state, (".h", ".hpp"))
    text = state.texts[name].replace("#pragma once", "")
    return _with(
        state, f"first/{PurePosixPath(name).name}", f"{text}\nstatic int in_front_{random.randrange(99)};\n"
    )


def _back_again(random: Random, state: CState) -> CState:
    front = sorted(name for name in state.texts if name.startswith("first/"))
    return _without(state, random.choice(front)) if front else state


def _lose(random: Random, state: CState) -> CState:
    return _without(state, _any(random, state, (".h", ".hpp")))


def _flag(random: Random, state: CState) -> CState:
    return replace(state, flags=random.choice(FLAGS))


def _environment(random: Random, state: CState) -> CState:
    name = random.choice(sorted(VARIABLES))
    value = random.choice(VARIABLES[name])
    rest = {other: kept for other, kept in state.env.items() if other != name}
    return replace(state, env=rest if value is None else {**rest, name: value})


def _touch(random: Random, state: CState) -> CState:
    return replace(state, touched=_any(random, state))


EDITS: Final[dict[str, tuple[int, Callable[[Random, CState], CState]]]] = {
    "body": (5, _body), "shift": (3, _shift), "value": (5, _value), "warn": (2, _warn), "break": (1, _break),
    "time": (1, _time), "front": (4, _front), "back-again": (3, _back_again), "lose": (1, _lose), "flag": (5, _flag),
    "environment": (5, _environment), "touch": (2, _touch),
}  # fmt: skip
"""How often each is drawn, and what it does."""

BACK: Final = 0.3
"""How often an earlier state comes back instead."""


def edit(random: Random, history: Sequence[CState]) -> tuple[str, CState]:
    """What is done next, in a word, and what comes of it. `history` are the states so far, the last one now."""
    now = replace(history[-1], touched="")
    if len(history) > 1 and random.random() < BACK:
        number = random.randrange(len(history))
        return f"back to {number}", replace(history[number], touched="")
    (kind,) = random.choices(list(EDITS), [weight for weight, _ in EDITS.values()])
    return kind, EDITS[kind][1](random, now)
