"""An invocation: one compiler call as it arrived, before anybody understood it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """argv, cwd and env of one compiler call. Strings carry undecodable bytes as surrogates."""

    program: str
    """The file that would be executed: argv[0] as found in PATH."""
    argv: Sequence[str]
    cwd: str
    env: Mapping[str, str]
    pid: int = 0
    """Of the client, in its own pid namespace."""
    stderr_is_terminal: bool = False
    payload: str = ""
    """The digest, as hex text, of the program that a launcher carries; empty for a compiler."""
    response_files: Mapping[str, bytes] | None = None
    """Contents of the `@files` named in argv, by the name as written; None while nobody has read them."""
