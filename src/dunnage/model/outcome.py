"""The table of outcomes and reasons: what `stats` counts, and the words in which it explains.

Every session ends in exactly one row. A failure of the cache is a row here, too, never an error of a build.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dunnage.model.entry import Entry


class Outcome(StrEnum):
    """How a session ended."""

    HIT = "hit"
    MISS = "miss"
    UNCACHEABLE = "uncacheable"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Reason:
    """One row: the counter's name, its outcome, and a sentence for people."""

    name: str
    outcome: Outcome
    text: str


_H, _M, _U, _F = Outcome.HIT, Outcome.MISS, Outcome.UNCACHEABLE, Outcome.FALLBACK

_ROWS: Final = (
    Reason("local", _H, "restored from the local store"),
    Reason("remote", _H, "fetched from a remote, and promoted into the local store"),
    Reason("shared", _H, "another session compiled it at that moment, and this one waited for the result"),
    # Misses that were compiled and stored.
    Reason("new", _M, "no unit like this was compiled before"),
    Reason("inputs-changed", _M, "the unit is known, but a file or variable that it read differs"),
    Reason(
        "bound-elsewhere",
        _M,
        "known, but every result contains paths of another place, or other display options",
    ),
    Reason("evicted", _M, "known, but its files were trimmed from the store"),
    Reason("corrupt", _M, "known, but a stored file was damaged; it was set aside"),
    # Hits that verify mode compiled all the same.
    Reason("verified", _M, "verify mode: compiled although it was a hit, and it is the same"),
    Reason("verify-differs", _M, "verify mode: the stored result is not what was compiled; see the report"),
    Reason("remote-late", _M, "a remote has it, and did not deliver it in the time that compiling takes"),
    Reason("remote-failed", _M, "a remote has it, and could not deliver it, or not what it promised"),
    # Misses that were compiled and not stored.
    Reason("compile-failed", _M, "the compiler reported errors; failures are never stored"),
    Reason("killed", _M, "the compiler was ended by a signal"),
    Reason("input-changed", _M, "an input changed while the compiler was running"),
    Reason("dep-info-unreadable", _M, "the compiler's list of what it read could not be understood"),
    Reason("output-missing", _M, "an expected output was not there"),
    Reason("output-changed", _M, "an output was changed before it was stored"),
    Reason("output-too-large", _M, "the compiler said more than is kept"),
    Reason("thin-archive", _M, "a static library refers to files outside of itself"),
    Reason("link-unobserved", _M, "the linker did not say what it read, or something in that is gone"),
    Reason("macro-unseen", _M, "a procedural macro looked at something that cannot be followed or repeated"),
    Reason("macro-wrote", _M, "a procedural macro wrote a file, which a hit would not write again"),
    Reason("macro-unobserved", _M, "what a procedural macro looks at could not be observed"),
    Reason("compiler-unobserved", _M, "what the compiler looks at could not be observed as a whole"),
    Reason(
        "compiler-unfollowed",
        _M,
        "the compiler started, or did, something that cannot be followed or repeated",
    ),
    Reason("compiler-wrote", _M, "the compiler wrote a file that is no expected output"),
    Reason("time-macro", _M, "a source or header names `__DATE__`, `__TIME__` or `__TIMESTAMP__`"),
    Reason(
        "twin-headers", _M, "two headers are equal and say `#pragma once`: their times decide if they are one"
    ),
    Reason("store-failed", _M, "the store could not be written"),
    Reason("client-gone", _M, "the client went away before its outputs could be collected"),
    # Runs of build scripts that were not stored.
    Reason("run-failed", _M, "the build script failed; failures are never stored"),
    Reason("run-unobserved", _M, "what the build script looked at could not be observed as a whole"),
    Reason("run-not-followed", _M, "the build script started a program that could not be observed"),
    Reason("run-wrote", _M, "the build script wrote outside of OUT_DIR"),
    Reason("run-network", _M, "the build script, or what it started, asked for the network"),
    Reason("run-clock", _M, "the build script, or what it started, asked for the time of day"),
    Reason(
        "run-machine", _M, "the build script, or what it started, asked about the machine or about itself"
    ),
    Reason("run-children", _M, "the build script left processes behind"),
    Reason("run-odd-output", _M, "OUT_DIR holds something that is no plain file or directory"),
    Reason("run-too-large", _M, "the build script made, or looked at, more than is kept"),
    # Left to the compiler.
    Reason("run-switched-off", _U, "replay is switched off, or verify mode is on: build scripts run as ever"),
    Reason("run-by-hand", _U, "a build script that cargo did not run"),
    Reason("run-old-output", _U, "OUT_DIR holds files of an earlier run, which the build script may look at"),
    Reason("linked", _U, "several outputs are made by linkers, which tell only of the last"),
    Reason("linker-unknown", _U, "a linker, or a target's, that is not understood"),
    Reason("linker-not-asked", _U, "a linker that cannot be asked what it reads"),
    Reason("link-argument", _U, "a word for the linker that is not understood"),
    Reason("incremental", _U, "the incremental directory holds a session, rustc itself is faster"),
    Reason("no-dep-info", _U, "rustc was not asked what it reads"),
    Reason("no-crate-name", _U, "no --crate-name"),
    Reason("emit", _U, "an --emit kind that is not known"),
    Reason("explicit-output", _U, "-o or --emit=kind=path in a form that is not understood"),
    Reason("save-temps", _U, "save-temps leaves files whose names are not known beforehand"),
    Reason(
        "split-debuginfo",
        _U,
        "split debug info where its files are not known: another system than Linux, or `--emit=link=path`",
    ),
    Reason("crate-type", _U, "a crate type that is not known"),
    Reason("input", _U, "not exactly one source file"),
    Reason("language", _U, "a source in a language that is not understood"),
    Reason("links", _U, "a C compiler that links, or is asked for all steps at once"),
    Reason("preprocesses", _U, "a C compiler that only preprocesses, or only lists headers"),
    Reason("assembly", _U, "a C compiler that makes assembly"),
    Reason("precompiled-header", _U, "a precompiled header is made"),
    Reason("modules", _U, "modules of C++ or clang, whose files are not followed"),
    Reason("native-cpu", _U, "an option says `native`, which is another processor elsewhere"),
    Reason("stdin", _U, "the source comes from standard input"),
    Reason("option", _U, "an option that makes more than is understood"),
    Reason("argument", _U, "the command line is malformed"),
    Reason("response-file", _U, "a response file could not be read"),
    Reason("extern-without-path", _U, "--extern names a crate without its file"),
    Reason("terminal", _U, "diagnostics for a terminal, whose look the compiler decides itself"),
    Reason("too-many-libraries", _U, "too many libraries in -L directories"),
    Reason("extra-inputs", _U, "extra inputs in a dunnage.toml that are not understood, or are too many"),
    Reason(
        "not-observed", _U, "observation is switched off, and nothing else tells what a compiler of C reads"
    ),
    Reason("nested", _U, "part of a run that is observed as a whole"),
    Reason("not-a-compile", _U, "not a compilation"),
    Reason("unknown-compiler", _U, "a program that is not known"),
    Reason("toolchain-unknown", _U, "the files of the compiler could not be found"),
    # dunnage stepped aside.
    Reason("protocol", _F, "a client broke the rules of the wire"),
    Reason("client-gone", _F, "the client went away, or was killed"),
    Reason("timeout", _F, "a client did not answer in time"),
    Reason("write-failed", _F, "an output could not be written where it belongs"),
    Reason("internal", _F, "an error in dunnage; the log has the details"),
    Reason("no-store", _F, "the store could not be opened"),
    Reason("busy", _F, "too many sessions at once"),
    Reason("version", _F, "client and daemon are of different versions"),
    Reason("stopping", _F, "the daemon is shutting down"),
)

REASONS: Final[dict[tuple[Outcome, str], Reason]] = {(row.outcome, row.name): row for row in _ROWS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one session ended, with all that is counted and logged of it."""

    outcome: Outcome
    reason: str
    language: str = "rust"
    name: str = ""
    """The unit's name; empty where nothing was understood."""
    detail: str = ""
    saved_us: int = 0
    """Compile time that was recorded minus the time of this hit; never negative."""
    wall_us: int = 0
    family: str = ""
    """What earlier entries of a unit are sought by (`model.entry.Account`)."""
    stem: str = ""
    entry: Entry | None = None
    """What later misses are compared with, where something was stored."""
