"""What to do about an outcome that was no hit: beside the table of reasons, a row for each of them."""

from typing import Final

from dunnage.model.outcome import Outcome

_M, _U, _F = Outcome.MISS, Outcome.UNCACHEABLE, Outcome.FALLBACK

ADVICE: Final[dict[tuple[Outcome, str], str]] = {
    (
        _M,
        "new",
    ): "Nothing, the next build finds it. Where it should have been known: look at what differs above.",
    (_M, "inputs-changed"): "",
    (
        _M,
        "bound-elsewhere",
    ): "Turn portable mode on (`portable = true`), or build at the same place: in containers, with the same mounts.",
    (_M, "evicted"): "Raise `size_max`, if `dunnage stats` shows a full store.",
    (_M, "corrupt"): "If it happens again, check the disk.",
    (_M, "remote-late"): "Nothing, the next build finds it. If it happens often, put a nearer remote first.",
    (_M, "remote-failed"): "Look at what `dunnage stats` says of the remote.",
    (_M, "verified"): "Nothing: leave out `DUNNAGE_VERIFY` to have hits restored again.",
    (_M, "verify-differs"): "Read the report (`dunnage stats` names it), and report it to dunnage.",
    (_M, "compile-failed"): "Mend what the compiler complains about.",
    (_M, "killed"): "Look who ended the compiler: the user, a timeout, or a machine without memory.",
    (_M, "run-failed"): "Mend what the build script complains about.",
    (
        _M,
        "run-unobserved",
    ): "Nothing, if the toolchain links programs statically (musl); else look for what was too much in the log.",
    (
        _M,
        "run-not-followed",
    ): "Nothing: `dunnage explain` names the program. Static and set-uid ones cannot be observed.",
    (
        _M,
        "run-wrote",
    ): "Let the build script write to OUT_DIR only; `dunnage explain` names what it wrote elsewhere.",
    (_M, "run-network"): "Nothing: what a network answers is another thing each time.",
    (
        _M,
        "run-clock",
    ): "Nothing: who asked is named above. A time belongs into what is built last, not into each build.",
    (_M, "run-machine"): "Nothing: who asked for what is named above.",
    (_M, "run-children"): "Let the build script wait for what it starts.",
    (_M, "run-odd-output"): "Nothing: links and odd modes are not kept.",
    (_M, "run-too-large"): "Nothing: the bounds are in `docs/explanation/build-script-runs.md`.",
    (_U, "run-switched-off"): "Set `replay = on` and leave out `DUNNAGE_VERIFY`.",
    (_U, "run-by-hand"): "Nothing: the launcher ran the program that it carries.",
    (
        _U,
        "run-old-output",
    ): "Nothing: cargo runs a build script again whose inputs changed. The next clean build is replayed.",
    (_M, "input-changed"): "Build again; do not write to sources while cargo runs.",
    (_M, "dep-info-unreadable"): "Report it, with the unit's `.d` file.",
    (
        _M,
        "output-missing",
    ): "Look whether something removes files from the target directory while cargo runs.",
    (_M, "output-changed"): "Look whether something else writes into the target directory while cargo runs.",
    (_M, "output-too-large"): "Silence the warnings of that crate, if there are that many.",
    (_M, "thin-archive"): "Have the build script make a plain archive (`ar` without `T`).",
    (
        _M,
        "store-failed",
    ): "Look into the log (`dunnage status` says where it is): the disk is full, read-only, or failing.",
    (_M, "client-gone"): "Build again.",
    (_M, "link-unobserved"): "Build again; if it stays, report it, with the linker's name and version.",
    (
        _M,
        "macro-unseen",
    ): "Nothing; or set `DUNNAGE_OBSERVE=0`, if an old answer of that macro does no harm.",
    (_M, "macro-wrote"): "Let a build script write the file; or set `DUNNAGE_OBSERVE=0`, if nobody needs it.",
    (
        _M,
        "macro-unobserved",
    ): "Install dunnage at a path without blanks and colons; or set `DUNNAGE_OBSERVE=0`, and macros are not observed.",
    (
        _M,
        "compiler-unobserved",
    ): "Install dunnage at a path without blanks and colons; a compiler that is static or a script cannot be observed.",
    (_M, "compiler-unfollowed"): "Name the compiler itself instead of a script that starts it.",
    (_M, "compiler-wrote"): "Leave out the option that makes the file which is named.",
    (
        _M,
        "time-macro",
    ): "Set `SOURCE_DATE_EPOCH`, and `__DATE__` and `__TIME__` say that; or leave them out of the sources.",
    (_M, "twin-headers"): "Give the two headers that are named include guards instead, or leave one out.",
    (_U, "linked"): "Build each `--crate-type` by itself.",
    (_U, "linker-unknown"): "Link with gcc or clang itself, not with a script, for a Linux target.",
    (_U, "linker-not-asked"): "Use GNU ld 2.35 or newer, or lld, in that image.",
    (_U, "link-argument"): "Leave out the word that is named, or report that it should be known.",
    (_U, "incremental"): "Nothing, or set `CARGO_INCREMENTAL=0` to have it cached instead.",
    (_U, "no-dep-info"): "Build with cargo, or add `dep-info` to `--emit`.",
    (_U, "no-crate-name"): "Build with cargo, or add `--crate-name`.",
    (_U, "emit"): "Leave out the `--emit` kind, if it is not needed.",
    (_U, "explicit-output"): "Name the directory with `--out-dir` instead.",
    (_U, "save-temps"): "Leave out the option, if it is not needed.",
    (
        _U,
        "split-debuginfo",
    ): 'Set `split-debuginfo = "off"` in the profile, or let `--out-dir` say where outputs go.',
    (_U, "crate-type"): "Nothing: it is left to the compiler.",
    (_U, "input"): "Name exactly one source file.",
    (_U, "language"): "Nothing: it is left to the compiler.",
    (_U, "links"): "Compile with `-c` and link by itself, if the compilation takes long.",
    (_U, "preprocesses"): "Nothing: it takes no longer than a look into the cache.",
    (_U, "assembly"): "Nothing: it is left to the compiler.",
    (_U, "precompiled-header"): "Nothing: what is compiled with it is cached.",
    (_U, "modules"): "Nothing: it is left to the compiler.",
    (_U, "native-cpu"): "Name the processor: `gcc -march=native -Q --help=target` says what it is.",
    (_U, "stdin"): "Give the source as a file.",
    (
        _U,
        "option",
    ): "Leave out the option that is named, if it is not needed (`docs/reference/compilers.md` lists them).",
    (_U, "argument"): "Look at the command line: the compiler would refuse it, too.",
    (
        _U,
        "extra-inputs",
    ): "Run `dunnage config` in the project: it says what is wrong with `[[extra-inputs]]`.",
    (_U, "response-file"): "Look whether the file that is named exists and can be read.",
    (_U, "extern-without-path"): "Give the crate's file: `--extern name=path`.",
    (_U, "terminal"): "Build with cargo, which asks for JSON, or add `--color` and `--diagnostic-width`.",
    (
        _U,
        "too-many-libraries",
    ): "Point `-L` at a directory of fewer libraries, and give the kind: `-L dependency=…`.",
    (_U, "not-observed"): "Leave out `observe = off`, or `DUNNAGE_OBSERVE=0`.",
    (_U, "nested"): "Nothing: what it reads belongs to the run around it.",
    (_U, "not-a-compile"): "Nothing: it is a question to the compiler.",
    (_U, "unknown-compiler"): "Nothing: dunnage knows rustc, clippy-driver, gcc and clang.",
    (_U, "toolchain-unknown"): "Let `rustc` be the program itself or rustup's, not a script.",
    (
        _F,
        "protocol",
    ): "Use the client that belongs to this daemon (`dunnage env`); if it is that, report it with the log.",
    (_F, "client-gone"): "Nothing, if the build was interrupted.",
    (_F, "timeout"): "Look whether the machine is out of memory, or the container was paused.",
    (_F, "write-failed"): "Look whether the target directory is writable and has room.",
    (_F, "internal"): "Report it with the log (`dunnage status` says where it is).",
    (
        _F,
        "no-store",
    ): "Look whether the store's directory is there and writable (`dunnage status` says why not).",
    (_F, "busy"): "Run fewer builds at once.",
    (
        _F,
        "version",
    ): "Start the containers anew, so that they get this version's client, or run `dunnage stop`.",
    (_F, "stopping"): "Nothing: the next build starts a daemon.",
}
"""By outcome and reason; empty where the first difference says it all."""
