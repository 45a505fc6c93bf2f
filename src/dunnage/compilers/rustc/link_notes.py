r"""What a linker notes with `--dependency-file`: the files that it read, for make.

    out/x: \                     the output, then a file a line
      /usr/lib/crt1.o \          GNU ld and gold: two blanks, names as they are
     /usr/lib/a\ b.o             lld: one blank; blanks and `#` escaped, `$` doubled

    /usr/lib/crt1.o:             and each file once more

Source: `ld/ldmain.c` and `ld/ldfile.c` of binutils, `lld/ELF/Driver.cpp`, and what they write.
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
    rule = text.partition("\n\n")[0]
    lines = rule.split("\n")
    if not separator or not head or not rest or len(lines) < 2:
        raise NotesError("the linker noted nothing")
    found: dict[str, None] = {}
    for line in lines[1:]:
        name = line.removesuffix(" \\")
        if not name.startswith(" "):
            raise NotesError(f"no name: {line!r}")
        found[name[2:] if name.startswith("  ") else _unescaped(name[1:])] = None
    return list(found)


def _unescaped(name: str) -> str:
    return re.sub(r"\\([ #])|\$(\$)", lambda found: found[1] or found[2], name)
