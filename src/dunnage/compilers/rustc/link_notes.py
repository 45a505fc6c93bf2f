r"""What a linker notes with `--dependency-file`: the files that it read, for make.

    out/x: \                     the output, then a file a line
      /usr/lib/crt1.o \          GNU ld and gold: two blanks, names as they are
     /usr/lib/a\ b.o             lld: one blank; blanks and `#` escaped, `$` doubled

    out/x: /usr/lib/crt1.o a b.o    mold: all in one line, names as they are

    /usr/lib/crt1.o:             and each file once more

Source: `ld/ldmain.c` and `ld/ldfile.c` of binutils, `lld/ELF/Driver.cpp`, mold's `write_dependency_file`, and what they
write.
"""

import re


class NotesError(ValueError):
    """These are no notes that are understood."""


def parse_link_notes(data: bytes) -> list[str]:
    """The files, as written, in order and without duplicates.

    Raises:
        NotesError.
    """
    text = data.decode("utf-8", "surrogateescape")
    head, separator, rest = text.partition(":")
    rule, _, again = text.partition("\n\n")
    lines = rule.split("\n")
    if not separator or not head or not rest:
        raise NotesError("the linker noted nothing")
    if len(lines) < 2:
        return _in_one_line(rule, again)
    found: dict[str, None] = {}
    for line in lines[1:]:
        name = line.removesuffix(" \\")
        if not name.startswith(" "):
            raise NotesError(f"no name: {line!r}")
        found[name[2:] if name.startswith("  ") else _unescaped(name[1:])] = None
    return list(found)


def _in_one_line(rule: str, again: str) -> list[str]:
    """Where a name ends only the second list tells: of the first it must be the end."""
    lines = [line for line in again.split("\n") if line]
    names = [line.removesuffix(":") for line in lines]
    whole = "".join(f" {name}" for name in names)
    if not names or not all(line.endswith(":") for line in lines) or not rule.endswith(f":{whole}"):
        raise NotesError("the linker noted nothing")
    return list(dict.fromkeys(names))


def _unescaped(name: str) -> str:
    return re.sub(r"\\([ #])|\$(\$)", lambda found: found[1] or found[2], name)
