"""What rustc says on stderr with `--error-format=json --json=artifacts`: notices of artifacts, and all the rest.

cargo starts dependents when it reads a notice, so each has to come after its file is in place. The rest is what
people read; a result without it is right for any display options.
"""

import json
from collections.abc import Iterator
from typing import Final

_ARTIFACT_HEADS: Final = (b'{"$message_type":"artifact"', b'{"artifact":')
"""Since Rust 1.72, and before."""

_QUIET_HEADS: Final = (b'{"$message_type":"unused_extern_names"', b'{"lint_level":')
"""Says which --extern nobody used; it looks the same under all display options."""

_NO_FUTURE: Final = b'"future_incompat_report":[]'


def split_notices(stderr: bytes) -> Iterator[tuple[bool, bytes]]:
    """The lines of a compiler's stderr with their ends, in order, and whether each is a notice of an artifact."""
    for line in stderr.splitlines(keepends=True):
        yield line.startswith(_ARTIFACT_HEADS), line


def has_diagnostics(stderr: bytes) -> bool:
    """Whether there was anything whose look display options could change."""
    return any(
        not is_notice and not line.startswith(_QUIET_HEADS) and _NO_FUTURE not in line
        for is_notice, line in split_notices(stderr)
        if line.strip()
    )


def until_metadata(stderr: bytes) -> int:
    """How many bytes of stderr, up to the notice of metadata, may be said once dep-info and metadata are in place.

    0 where there is none, or where a file beside these two is spoken of before: rustc 1.95 does so of MIR.
    """
    size = 0
    for is_notice, line in split_notices(stderr):
        size += len(line)
        if is_notice and (kind := artifact(line)[1]) != "dep-info":
            return size if kind == "metadata" else 0
    return 0


def artifact(line: bytes) -> tuple[str, str]:
    """Path and --emit kind of a notice.

    Raises:
        ValueError: this is no notice that is understood.
    """
    try:
        message = json.loads(line.decode("utf-8", "surrogateescape"))
        path, kind = message["artifact"], message["emit"]
    except (KeyError, TypeError) as error:
        raise ValueError("no notice of an artifact") from error
    if not isinstance(path, str) or not isinstance(kind, str):
        raise ValueError("no notice of an artifact")
    return path, kind
