"""How a unit is linked: by which driver, with which words of the user's, in which directories.

Only what is understood is linked for the cache. A word that may make a linker write another file than its output, or
that is in no table here, leaves the unit to rustc.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dunnage.compilers.refused import Refused
from dunnage.compilers.rustc.command import Command
from dunnage.compilers.rustc.environment import LINKER_WRITES
from dunnage.compilers.rustc.options import FALSE_VALUES, TRUE_VALUES, UNLINKED_CRATE_TYPES
from dunnage.model.unit import Link

TARGETS: Final = re.compile(r"-linux-(gnu|musl)[a-z0-9_]*$")
"""Where programs have no suffix, shared libraries are `lib*.so`, and rustc links with `cc` unless told otherwise."""

_DRIVERS: Final = re.compile(r"(.*-)?(cc|c\+\+|gcc|g\+\+|clang|clang\+\+)(-[0-9.]+)?$")
"""Names that rustc takes for compilers which start a linker (`-Wl,`). Source: `rustc_codegen_ssa::back::link`."""

_FLAVORS: Final = ("gcc", "gnu-cc", "gnu-lld-cc")

_UNSEEN: Final = ("link-self-contained", "rpath")
"""Settings of -C that must be off: files that no driver names, and ways between roots, which no search for
places finds."""

_BOOLEANS: Final = {"", *FALSE_VALUES, *TRUE_VALUES}

_DRIVER_WORDS: Final = re.compile(
    r"-(fuse-ld=(bfd|gold|lld|mold)|static|static-pie|pie|no-pie|rdynamic|pthread|nostartfiles|nostdlib|nodefaultlibs"
    r"|s|m[a-z0-9=.+-]+|B/.+|-sysroot=/.+|-target=[a-z0-9_-]+)$"
)

_LINKER_WORDS: Final = re.compile(
    r"--?(as-needed|no-as-needed|gc-sections|no-gc-sections|icf=\w+|O[0-3]|build-id(=\w+)?|hash-style=\w+"
    r"|eh-frame-hdr|export-dynamic|E|Bsymbolic|Bsymbolic-functions|Bstatic|Bdynamic|no-undefined"
    r"|allow-multiple-definition|threads(=\d+)?|no-threads|thread-count=\d+|no-rosegment|rosegment|exclude-libs=.*"
    r"|version-script=.+|dynamic-list=.+|defsym=.+|soname=.+|start-group|end-group|whole-archive|no-whole-archive"
    r"|push-state|pop-state|undefined=.+|u=.+|strip-all|strip-debug|s|S|x|warn-\w+|no-warn-\w+|fatal-warnings|rpath=.+"
    r"|disable-new-dtags|enable-new-dtags|nmagic|no-nmagic|sort-section=\w+|no-copy-dt-needed-entries"
    r")$|-z[a-z=0-9-]+$|-l[\w.+-]+$"
)
_LINKER_WORDS_WITH_VALUE: Final = frozenset(
    {"-z", "-rpath", "--rpath", "-soname", "-u", "--defsym", "--version-script"}
)


def link_of(command: Command, kinds: Sequence[str], env: Mapping[str, str]) -> Link | None:
    """How the unit is linked; None where nothing is.

    Raises:
        Refused.
    """
    linked = [kind for kind in kinds if kind not in UNLINKED_CRATE_TYPES]
    if not linked or "link" not in command.emits:
        return None
    if command.ends_options:  # what makes the linker take notes stands behind the last word
        raise Refused("argument", "--")
    if len(linked) > 1:  # the second link would write over the notes of the first
        raise Refused("linked", ",".join(linked))
    target = command.single.get("target")
    if target is not None and not TARGETS.search(target):
        raise Refused("linker-unknown", target)
    if written := [name for name in LINKER_WRITES if name in env]:
        raise Refused("linker-unknown", written[0])
    driver = "cc"
    words: list[str] = []
    for word in (word.value for word in command.codegen):
        name, _, value = word.partition("=")
        if name == "linker":
            driver = value
        elif name == "linker-flavor" and value not in _FLAVORS:
            raise Refused("linker-unknown", value)
        elif name in _UNSEEN and value not in FALSE_VALUES:
            raise Refused("linker-unknown", f"-C {name}")
        elif name == "linker-plugin-lto" and value not in _BOOLEANS:  # the path of a plug-in
            raise Refused("linker-unknown", f"-C {word}")
        elif name in ("link-arg", "link-args"):
            words += [value] if name == "link-arg" else value.split()
    if not _DRIVERS.fullmatch(posixpath.basename(driver)) or ("/" in driver and not driver.startswith("/")):
        raise Refused("linker-unknown", driver)
    own, directories = _judged(words)
    return Link(
        driver=driver,
        words=tuple(own),
        search_dirs=(*_directories(command), *directories),
        stem=command.single["crate-name"] + command.extra_filename,
    )


def _directories(command: Command) -> Iterator[str]:
    return (directory.path for directory in command.search_dirs if directory.role.startswith("-L "))


def _judged(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """(the driver's own words, the directories that the words add)."""
    own: list[str] = []
    directories: list[str] = []
    for word in words:
        if _DRIVER_WORDS.match(word):
            own.append(word)
        elif word.startswith("-L/"):
            directories.append(word[2:])
        elif word.startswith("-Wl,"):
            _judge_linker_words(word)
        elif not re.fullmatch(r"-l[\w.+-]+|[^-@].*\.(o|a|so)", word):
            raise Refused("link-argument", word)
    return own, directories


def _judge_linker_words(word: str) -> None:
    parts = iter(word.split(",")[1:])
    for part in parts:
        if part in _LINKER_WORDS_WITH_VALUE:
            next(parts, None)
        elif not _LINKER_WORDS.match(part):
            raise Refused("link-argument", word)
