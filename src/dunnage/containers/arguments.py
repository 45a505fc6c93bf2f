"""An engine's command line, read as far as needed: where the options of `run` begin, and which image it names.

    docker --context x   run    -it --platform linux/arm64   rust:1   cargo build
    └ global options ┘   verb ^ └ options of run ─────────┘  image    └ the container's own words, never looked at
                              └ here our options are put

Pure: words in, words out. The rules are those of Go's pflag, which all three engines use: `--name value`,
`--name=value`, `-xvalue`, `-x value`, short switches in one word (`-it`), and `--` ends the options.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dunnage.containers.engines import COMPOSE_VALUE_OPTIONS, RUN_SUBCOMMANDS, RUN_SWITCHES, Engine


@dataclass(frozen=True, slots=True)
class Option:
    """One option as written: its name with dashes, and its value, empty for a switch."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCall:
    """A command line that starts or creates a container."""

    global_words: tuple[str, ...]
    """The words before the subcommand."""
    global_options: tuple[Option, ...]
    options_at: int
    """Index of the first word after the subcommand: where options of `run` may be inserted."""
    run_options: tuple[Option, ...]
    image: str | None
    """None where the command line names no image: compose, `--rootfs`, or no word left."""


def read(engine: Engine, words: Sequence[str]) -> RunCall | None:
    """The call that starts or creates a container, or None for any other."""
    at, global_options = _options(words, 0, value_options=engine.value_options)
    global_words = tuple(words[:at])
    subcommand = words[at] if at < len(words) else ""
    if subcommand in RUN_SUBCOMMANDS:
        verb_at = at
    elif subcommand in ("container", "compose"):
        takes_value = COMPOSE_VALUE_OPTIONS if subcommand == "compose" else engine.value_options
        verbs = ("run",) if subcommand == "compose" else RUN_SUBCOMMANDS
        verb_at, _ = _options(words, at + 1, value_options=takes_value)
        if verb_at == len(words) or words[verb_at] not in verbs:
            return None
    else:
        return None
    image_at, run_options = _options(words, verb_at + 1, switches=RUN_SWITCHES)
    names_image = subcommand != "compose" and all(option.name != "--rootfs" for option in run_options)
    return RunCall(
        global_words=global_words,
        global_options=global_options,
        options_at=verb_at + 1,
        run_options=run_options,
        image=words[image_at] if names_image and image_at < len(words) else None,
    )


def _options(
    words: Sequence[str],
    at: int,
    *,
    value_options: frozenset[str] = frozenset(),
    switches: frozenset[str] | None = None,
) -> tuple[int, tuple[Option, ...]]:
    """The options from `at` on, and the index of the first word that is none.

    Whether an option takes the next word is known either from `value_options` or, where given, from `switches`.
    """

    def takes_value(name: str) -> bool:
        return name in value_options if switches is None else name not in switches

    found: list[Option] = []
    while at < len(words):
        word = words[at]
        if not word.startswith("-") or word == "-":
            break
        at += 1
        if word == "--":
            break
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            options = [Option(name, value)]
            wants_next = not equals and takes_value(name)
        else:
            options, wants_next = _short(word, takes_value)
        if wants_next and at < len(words):
            options[-1] = Option(options[-1].name, words[at])
            at += 1
        found += options
    return at, tuple(found)


def _short(word: str, takes_value: Callable[[str], bool]) -> tuple[list[Option], bool]:
    """The options of a word with one dash, and whether the last of them takes the next word."""
    found: list[Option] = []
    for at, letter in enumerate(word[1:], start=2):
        name, rest = f"-{letter}", word[at:]
        if rest.startswith("="):
            return [*found, Option(name, rest[1:])], False
        if takes_value(name):
            return [*found, Option(name, rest)], not rest
        found.append(Option(name, ""))
    return found, False
