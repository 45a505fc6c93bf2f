"""From an invocation of a launcher to a verdict: the run of a build script as a unit. Looks at no file.

A run's "compiler" is the build script's own program. Its words are its arguments and its environment, one word a part
of a list of paths. Which variables count:

    NEVER     they say how something is done, not what; or dunnage, cargo or the loader sets them anew each time
    BY_NAME   about the person, the terminal and the session: only where a program asked for them by name
    all else  always. Rust's `env::vars`, shells, make and Python read the whole environment, and no library sees that

Source of cargo's variables: the cargo book, "Environment variables cargo sets for build scripts".
"""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Final

from blake3 import blake3

from dunnage.compilers.library_path import directories
from dunnage.config.cmake import is_our_launcher
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Cacheable, Uncacheable, Unit, Verdict, Word

LANGUAGE: Final = "build script"

NEVER: Final[Mapping[str, str]] = {
    "CARGO_MAKEFLAGS": "the jobserver: its descriptors",
    "MAKEFLAGS": "the jobserver",
    "MFLAGS": "the jobserver",
    "NUM_JOBS": "how many compilers may run at once",
    "LD_PRELOAD": "where dunnage's library stands; what else is in it is loaded, and counts as a file",
    "RUSTC_WRAPPER": "where dunnage's client stands; asked for by name by who compiles, and then observed",
    "CARGO_BUILD_RUSTC_WRAPPER": "the same",
    "_": "what a shell ran last",
    "SHLVL": "how deep shells are nested",
}
"""Variables that never count, and why."""

NEVER_STARTS: Final = ("DUNNAGE_",)

_SESSION: Final = """
    HOSTNAME CONTAINER_ID container
    PWD OLDPWD TERM COLORTERM TERM_PROGRAM TERM_PROGRAM_VERSION TERM_SESSION_ID COLUMNS LINES LS_COLORS WINDOWID
    WINDOWPATH DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS DESKTOP_STARTUP_ID INVOCATION_ID
    JOURNAL_STREAM MAIL HISTFILE HISTSIZE HISTCONTROL PS1 PROMPT_COMMAND LESSOPEN LESSCLOSE PAGER EDITOR VISUAL
    TMUX TMUX_PANE STY SYSTEMD_EXEC_PID MANAGERPID SESSION_MANAGER GPG_AGENT_INFO GPG_TTY KRB5CCNAME
    RUST_RECURSION_COUNT RUST_BACKTRACE RUST_LIB_BACKTRACE RUST_LOG
"""

BY_NAME: Final = frozenset(_SESSION.split())
"""Variables of a terminal, a session, a container or a person: they count where they were asked for by name. Docker
gives each container a HOSTNAME of its own."""

BY_NAME_STARTS: Final = (
    "SSH_",
    "XDG_SESSION",
    "XDG_RUNTIME",
    "VTE_",
    "CARGO_TERM_",
    "CARGO_NET_",
    "CARGO_HTTP_",
)


_SHOWN: Final = """
    OUT_DIR TARGET HOST OPT_LEVEL DEBUG PROFILE RUSTC RUSTDOC RUSTC_LINKER CARGO CARGO_HOME CARGO_TARGET_DIR
    CARGO_ENCODED_RUSTFLAGS RUSTUP_HOME RUSTUP_TOOLCHAIN PATH LD_LIBRARY_PATH HOME LANG LANGUAGE TZ CC CXX AR CFLAGS
    CXXFLAGS PKG_CONFIG_PATH
"""

SHOWN: Final = frozenset(_SHOWN.split())
"""Variables whose values stand in a key's text as they are. All others stand there as digests: texts of keys are kept
for explanations, and an environment has passwords in it."""

SHOWN_STARTS: Final = ("CARGO_CFG_", "CARGO_FEATURE_", "CARGO_PKG_", "CARGO_MANIFEST_", "DEP_", "LC_")


def counts(name: str) -> bool:
    """Whether a variable counts, whoever asks for it."""
    return not (never_counts(name) or name in BY_NAME or name.startswith(BY_NAME_STARTS))


def never_counts(name: str) -> bool:
    """Whether a variable does not count even where it was asked for by name."""
    return name in NEVER or name.startswith(NEVER_STARTS)


def parse(invocation: Invocation) -> Verdict:
    """The verdict on a launcher's invocation: whose program is known by the digest in `payload`."""
    env = invocation.env
    out_dir, package_dir = env.get("OUT_DIR", ""), env.get("CARGO_MANIFEST_DIR", "")
    if not (out_dir.startswith("/") and package_dir.startswith("/") and invocation.cwd.startswith("/")):
        return Uncacheable("run-by-hand", "OUT_DIR" if package_dir else "CARGO_MANIFEST_DIR")
    out_dir = out_dir.rstrip("/")
    if ".." in out_dir.split("/"):
        return Uncacheable("run-by-hand", out_dir)
    return Cacheable(
        Unit(
            language=LANGUAGE,
            name=name_of(env),
            words=[*(Word("argument", word) for word in invocation.argv[1:]), *_environment(env)],
            env=(),
            env_paths=(("OUT_DIR", out_dir),),
            outputs=(),
            dep_info=posixpath.basename(posixpath.dirname(out_dir)),
            out_dir=out_dir,
            cwd=invocation.cwd,
            compiler=invocation.argv[0],
            crate_name=env.get("CARGO_PKG_NAME", ""),
            package_dir=package_dir,
        )
    )


def name_of(env: Mapping[str, str]) -> str:
    """What a person calls a run."""
    package = " ".join(filter(None, (env.get("CARGO_PKG_NAME"), env.get("CARGO_PKG_VERSION"))))
    return f"{package or 'a'} (build script run)"


def _environment(env: Mapping[str, str]) -> Iterator[Word]:
    for name in sorted(filter(counts, env)):
        value = env[name]
        if is_our_launcher(name, value):
            continue
        if name not in SHOWN and not name.startswith(SHOWN_STARTS):
            yield Word(f"env {name}", blake3(value.encode("utf-8", "surrogateescape")).hexdigest())
            continue
        for part in directories(name, value):
            yield Word(f"env {name}", part, is_path=part.startswith(("/", "{")))
