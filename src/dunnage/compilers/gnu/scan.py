"""From words to options: how the drivers take a command line apart.

    -Dx  -D x            a row of `options.OPTIONS` says which of the forms there are; the longest prefix wins
    -fx  -Wx             families, always one word
    foo.c                a source, or something for the linker
    -                    standard input

The word after an option that takes a value is its value whatever it looks like.
"""

from collections.abc import Sequence

from dunnage.compilers.gnu.options import EXACT, PLAIN, PREFIXES, PREFIXES_BY_START, Form
from dunnage.compilers.refused import Malformed

SOURCE = "source"
UNKNOWN = "unknown"
FAMILY = "family"


def scan(argv: Sequence[str]) -> list[tuple[str, str]]:
    """(canonical name, value) of each option in order. argv[0] is the program.

    Words that are no options are (`source`, word), those of a family (`family`, word), and what is not known is
    (`unknown`, word).

    Raises:
        Malformed: a value is missing.
    """
    found: list[tuple[str, str]] = []
    count = len(argv)
    index = 1
    while index < count:
        word = argv[index]
        index += 1
        if word[:1] != "-" or word == "-":
            found.append((SOURCE, word))
            continue
        option = EXACT.get(word)
        if option is not None and option.form is Form.FLAG:
            found.append((option.name, ""))
        elif option is not None and option.form is not Form.JOINED:
            if index == count:
                raise Malformed(f"{word}: its value is missing")
            found.append((option.name, argv[index]))
            index += 1
        else:
            found.append(_joined(word))
    return found


def _joined(word: str) -> tuple[str, str]:
    """An option with its value in the same word."""
    start = word[:2]
    for prefix in PREFIXES_BY_START.get(start, ()):
        if word.startswith(prefix):
            return PREFIXES[prefix].name, word[len(prefix) :]
    return (FAMILY if start in PLAIN else UNKNOWN), word
