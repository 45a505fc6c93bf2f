r"""dep-info: what one run of rustc read, as it writes it for make.

    /t/deps/libx-1.rmeta: src/lib.rs src/a\ b.rs      rules; the first one's target is as good as any
    src/lib.rs:                                       an empty rule a file
    # env-dep:OUT_DIR=/t/build/x/out                  a variable that was read; `\n`, `\r` and `\\` are escaped
    # env-dep:CARGO_FEATURE_X                         … and was not set; unset and empty are two things
    # checksum:blake3=… file_len:12 src/lib.rs        nightly only

In rules rustc escapes blanks and nothing else, so a backslash before anything else stands for itself.
Source: `rustc_interface::passes::write_out_deps`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


class DepInfoError(ValueError):
    """This is no dep-info that is understood."""


@dataclass(frozen=True, slots=True)
class DepInfo:
    """Paths as written: relative ones belong to the compiler's working directory."""

    target: str
    """Target of the first rule."""
    files: tuple[str, ...]
    """What was read, in order, without duplicates."""
    env: Mapping[str, str | None]
    """Variables that were read, None for unset."""
    checksums: tuple[tuple[str, str, int], ...] = ()
    """(path, `algorithm=hex`, length)."""


def parse_dep_info(data: bytes) -> DepInfo:
    """Parse a dep-info file.

    Raises:
        DepInfoError: no rule, or a line that is none of the above.
    """
    if b"\0" in data:
        raise DepInfoError("a NUL byte")
    text = data.decode("utf-8", "surrogateescape")
    target: str | None = None
    files: dict[str, None] = {}
    env: dict[str, str | None] = {}
    checksums: list[tuple[str, str, int]] = []
    for written in text.split("\n"):
        line = written.removesuffix("\r")
        if not line:
            continue
        if line.startswith("# env-dep:"):
            name, separator, value = line[10:].partition("=")
            if not name:
                raise DepInfoError(f"a variable without a name: {line!r}")
            env[unescape_env(name)] = unescape_env(value) if separator else None
        elif line.startswith("# checksum:"):
            checksums.append(_checksum(line[11:]))
        elif line.startswith("#"):
            raise DepInfoError(f"an unknown comment: {line!r}")
        else:
            left, right = _rule(line)
            if target is None:
                target = left
            files.update(dict.fromkeys(right or [left]))
    if target is None:
        raise DepInfoError("no rule")
    if not files:
        raise DepInfoError("no file")
    return DepInfo(target, tuple(files), env, tuple(checksums))


def _rule(line: str) -> tuple[str, list[str]]:
    """Target and prerequisites, unescaped."""
    left, separator, right = line.partition(": ")
    if not separator:
        if not line.endswith(":"):
            raise DepInfoError(f"no rule: {line!r}")
        left = line[:-1]
    if not left:
        raise DepInfoError(f"a rule without target: {line!r}")
    return left.replace("\\ ", " "), _split(right)


def _split(text: str) -> list[str]:
    if "\\ " not in text:
        return [word for word in text.split(" ") if word]
    words = text.replace("\\ ", "\0").split(" ")
    return [word.replace("\0", " ") for word in words if word]


def unescape_env(text: str) -> str:
    r"""Undo `\n`, `\r` and `\\`.

    Raises:
        DepInfoError: another escape, or a lone backslash.
    """
    if "\\" not in text:
        return text
    parts: list[str] = []
    rest = text
    while True:
        before, found, rest = rest.partition("\\")
        parts.append(before)
        if not found:
            return "".join(parts)
        character = {"n": "\n", "r": "\r", "\\": "\\"}.get(rest[:1])
        if character is None:
            raise DepInfoError(f"an unknown escape: {text!r}")
        parts.append(character)
        rest = rest[1:]


def _checksum(text: str) -> tuple[str, str, int]:
    digest, _, rest = text.partition(" ")
    label, _, path = rest.partition(" ")
    length = label.removeprefix("file_len:")
    if "=" not in digest or label == length or not length.isdecimal() or not path:
        raise DepInfoError(f"an unknown checksum: {text!r}")
    return path, digest, int(length)
