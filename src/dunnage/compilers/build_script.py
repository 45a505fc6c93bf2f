"""From an invocation of a launcher to a verdict: the run of a build script as a unit. Looks at no file.

A run's "compiler" is the build script's own program. Its words are its arguments and its environment, one word a part
of a list of paths. Which variables count:

    NEVER     they say how something is done, not what; or dunnage, cargo or the loader sets them anew each time
    BY_NAME   about the person, the terminal and the session: only where a program asked for them by name
    OF_JOBS   about a job of CI, and new for each: where a program asked for them by name, where a value of theirs is
              found in what the run made, and where something ran that reads whole environments (`reads_all`)
    all else  always. Rust's `env::vars`, shells, make and Python read the whole environment, and no library sees that

Source of cargo's variables: the cargo book, "Environment variables cargo sets for build scripts".
"""

import posixpath
import re
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
    "CARGO_BUILD_JOBS": "what cargo makes that of",
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

_OF_JOBS: Final = """
    GITHUB_ACTION GITHUB_ACTION_PATH GITHUB_ACTION_REF GITHUB_ACTION_REPOSITORY GITHUB_ACTOR GITHUB_ACTOR_ID
    GITHUB_BASE_REF GITHUB_ENV GITHUB_EVENT_NAME GITHUB_EVENT_PATH GITHUB_HEAD_REF GITHUB_JOB GITHUB_OUTPUT GITHUB_PATH
    GITHUB_REF GITHUB_REF_NAME GITHUB_REF_PROTECTED GITHUB_REF_TYPE GITHUB_RETENTION_DAYS GITHUB_RUN_ATTEMPT
    GITHUB_RUN_ID GITHUB_RUN_NUMBER GITHUB_SHA GITHUB_STATE GITHUB_STEP_SUMMARY GITHUB_TRIGGERING_ACTOR GITHUB_WORKFLOW
    GITHUB_WORKFLOW_REF GITHUB_WORKFLOW_SHA ImageVersion RUNNER_NAME RUNNER_TEMP RUNNER_TRACKING_ID RUNNER_WORKSPACE
    BUILD_DISPLAY_NAME BUILD_ID BUILD_NUMBER BUILD_TAG BUILD_URL EXECUTOR_NUMBER JOB_BASE_NAME JOB_NAME JOB_URL
    NODE_NAME RUN_DISPLAY_URL
"""
_OF_JOBS_STARTS: Final = (
    *(
        "ACTIONS_",
        "CI_",
        "GITLAB_USER_",
        "BUILDKITE_",
        "CIRCLE_",
        "TRAVIS_",
        "DRONE_",
        "BITBUCKET_",
        "APPVEYOR_",
    ),
    *("BUILD_BUILD", "BUILD_SOURCE", "BUILD_REQUESTED", "BUILD_QUEUED", "SYSTEM_", "AGENT_"),
)

OF_JOBS: Final = frozenset(_OF_JOBS.split())
"""Variables that a CI system sets anew for each job. What says that it is that system (`CI`, `GITHUB_ACTIONS`,
`GITLAB_CI`) is not among them: a script may do otherwise there. Sources: each system's page of its variables."""

READS_ALL: Final = re.compile(
    r"(ba|z|k|mk|da|a|fi|c|tc)?sh|busybox|env|printenv|g?make|ninja|samu|cmake|meson|(python|perl|ruby|node|lua|php|tclsh)[0-9.]*"
)
"""Programs that read the whole environment, or expand whatever a text of somebody's names: no library sees which."""

_VALUE_CHARS_MIN: Final = 6
"""A shorter value is found everywhere by chance."""
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_SHORT_COMMIT_CHARS: Final = 7


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
    return not (never_counts(name) or name in BY_NAME or name.startswith(BY_NAME_STARTS) or is_of_jobs(name))


def is_of_jobs(name: str) -> bool:
    """Whether a variable is one that each job of CI has anew."""
    return name in OF_JOBS or name.startswith(_OF_JOBS_STARTS)


def reads_all(program: str) -> bool:
    """Whether a program, by its file, is one that reads the whole environment."""
    return READS_ALL.fullmatch(posixpath.basename(program)) is not None


def traces_of_jobs(env: Mapping[str, str]) -> dict[str, str]:
    """Variables of the job → what stands in whatever was made from one: its value, or the beginning of a commit's."""
    values = {
        name: value for name, value in env.items() if is_of_jobs(name) and len(value) >= _VALUE_CHARS_MIN
    }
    return {
        name: value[:_SHORT_COMMIT_CHARS] if _COMMIT.fullmatch(value) else value
        for name, value in values.items()
    }


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
