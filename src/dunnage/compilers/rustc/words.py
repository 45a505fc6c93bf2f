"""The words of a unit: what counts of a command line, in one order for all spellings.

Options that do not touch each other stand in a fixed order, sets are sorted, lists keep their order.
"""

import posixpath
from collections.abc import Mapping
from typing import Final

from dunnage.compilers.rustc.command import Command
from dunnage.compilers.rustc.options import CODEGEN
from dunnage.model.unit import Word

_SHARED: Final = {"-g": "debuginfo", "-O": "opt-level", "link-args": "link-arg"}
"""-C options, and flags among them, that write to what another one writes to: the later wins, or follows."""

_SINGLE: Final = ("crate-name", "edition", "test", "verbose", "error-format")


def words_of(command: Command, source: str) -> list[Word]:
    """The canonical words of a command line."""
    single = command.single
    words = [Word(name, single[name]) for name in _SINGLE if name in single]
    words.append(_path("source", source))
    words += [Word("crate-type", kind) for kind in command.crate_types]
    for kind, path in sorted(command.emits.items()):
        words.append(Word("emit", kind))
        if path is not None:
            words.append(_path(f"emit {kind}", path))
    words += _target(single)
    words += _out_dir(single.get("out-dir"))
    words += [Word("cfg", value) for value in sorted(command.cfgs)]
    words += [Word("check-cfg", value) for value in sorted(command.check_cfgs)]
    words += _without_order(command.codegen)
    words += command.unstable
    words += command.lints
    words += command.cap_lints
    words += command.remaps
    words += command.remap_scopes
    words += command.links
    words += [Word("extern", value) for value in sorted(command.extern_words)]
    words += [Word("json", value) for value in sorted(command.json)]
    words += command.unknown
    return words


def _without_order(codegen: list[Word]) -> list[Word]:
    """-C options by name, each list of one name in its order: they do not touch each other, but for `_SHARED`.

    One that is in no table may be another name for any of them; then all stay where they are.
    """
    keyed = [(_codegen_name(word), word) for word in codegen]
    if any(name not in CODEGEN for name, _ in keyed):
        return codegen
    return [word for _, word in sorted(keyed, key=lambda pair: pair[0])]


def _codegen_name(word: Word) -> str:
    """What a -C option says something about."""
    name = word.value.partition("=")[0] if word.name == "codegen" else word.name.partition(" ")[2]
    return _SHARED.get(name, name)


def place_words(command: Command, source: str, env: Mapping[str, str]) -> list[Word]:
    """Places verbatim: for outputs in which a search would not find them, so that only the same places share.

    LLVM packs the characters of bitcode, and compresses coverage maps and debug info when asked to. The compiler
    itself tells when it reads OUT_DIR, and that binds; only a procedural macro may read it in silence.
    """
    places = [command.cwd, source, env.get("CARGO_MANIFEST_DIR", "")]
    if command.externs:
        places.append(env.get("OUT_DIR", ""))
    return [Word("place", place) for place in places]


def _path(name: str, path: str) -> Word:
    """A path as it was written: a relative one stays relative in what the compiler says and makes."""
    return Word(name, path, is_path=path.startswith("/"))


def _target(single: Mapping[str, str]) -> list[Word]:
    words = []
    target = single.get("target")
    if target is not None:
        # Of a JSON file rustc keeps the stem and the contents (an input).
        is_file = target.endswith(".json")
        words.append(Word("target", posixpath.basename(target) if is_file else target))
    if (sysroot := single.get("sysroot")) is not None:
        words.append(_path("sysroot", sysroot))
    return words


def _out_dir(written: str | None) -> list[Word]:
    """Outputs are named in dep-info and notices as they are spelled here; a plain absolute path is a root's matter."""
    if written is not None and written.startswith("/") and posixpath.normpath(written) == written:
        return []
    return [Word("out-dir", "" if written is None else written)]
