"""From words to options: how rustc's own reader (the `getopts` crate) takes a command line apart.

    --name value   --name=value   -Xvalue   -X value   -vXvalue (flags in front)   --X=value (a letter with two dashes)
    -- (only sources follow)      - (standard input)

The word after an option that takes a value is its value whatever it looks like. Names are never shortened.
"""

from collections.abc import Sequence

from dunnage.compilers.refused import Malformed
from dunnage.compilers.rustc.options import LONG, SHORT, looks_like_files


def scan(argv: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """(canonical name, value) of each option in order, and the words that are none. argv[0] is the program.

    An option that is not known is kept as (`unknown`, the whole word) if its value is in the same word.

    Raises:
        Malformed.
    """
    found: list[tuple[str, str]] = []
    free: list[str] = []
    count = len(argv)
    index = 1
    long = LONG.get
    while index < count:
        word = argv[index]
        index += 1
        if word[:1] != "-" or word == "-":
            free.append(word)
        elif word == "--":
            free.extend(argv[index:])
            break
        elif word[1] != "-":
            index = _letters(word, argv, index, found)
        else:
            name, equals, value = word[2:].partition("=")
            option = long(name) or SHORT.get(name)
            if option is None:
                if not equals or looks_like_files(name, value):
                    raise Malformed(f"{word}: not known")
                found.append(("unknown", word))
            elif not option.takes_value:
                if equals:
                    raise Malformed(f"{word}: takes no value")
                found.append((option.name, ""))
            elif equals:
                found.append((option.name, value))
            elif index < count:
                found.append((option.name, argv[index]))
                index += 1
            else:
                raise Malformed(f"{word}: its value is missing")
    return found, free


def _letters(word: str, argv: Sequence[str], index: int, found: list[tuple[str, str]]) -> int:
    """A word of letters; the index of the word after it and its value."""
    for place in range(1, len(word)):
        option = SHORT.get(word[place])
        if option is None:
            raise Malformed(f"{word}: not known")
        if not option.takes_value:
            found.append((option.name, ""))
        elif place + 1 < len(word):
            found.append((option.name, word[place + 1 :]))
            break
        elif index < len(argv):
            found.append((option.name, argv[index]))
            return index + 1
        else:
            raise Malformed(f"{word}: its value is missing")
    return index
