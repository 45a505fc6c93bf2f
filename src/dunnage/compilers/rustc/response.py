"""Response files: `@file` stands for the lines of that file, one argument a line, never another response file.

rustc does this to each word of argv, values of options included, before it looks at options.
"""

from collections.abc import Mapping, Sequence

from dunnage.compilers.refused import ResponseFileError


def needed(argv: Sequence[str], files: Mapping[str, bytes] | None = None) -> tuple[str, ...]:
    """The names of response files that argv names, as written, without duplicates, but those that are in `files`.

    argv[0] is the program.
    """
    have = files or {}
    return tuple(
        dict.fromkeys(word[1:] for word in argv[1:] if word.startswith("@") and word[1:] not in have)
    )


def expand(argv: Sequence[str], files: Mapping[str, bytes] | None) -> Sequence[str]:
    """argv with the lines of its response files in their place; argv itself where it names none.

    Raises:
        ResponseFileError: a file's contents are missing from `files`, or not UTF-8.
    """
    if not [word for word in argv[1:] if word[:1] == "@"]:
        return argv
    words = [argv[0]]
    for word in argv[1:]:
        if word.startswith("@"):
            words += _lines(word[1:], files)
        else:
            words.append(word)
    return words


def _lines(name: str, files: Mapping[str, bytes] | None) -> list[str]:
    data = (files or {}).get(name)
    if data is None:
        raise ResponseFileError(f"{name}: not read")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ResponseFileError(f"{name}: not UTF-8") from error
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
