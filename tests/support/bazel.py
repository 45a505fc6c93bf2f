"""Debian's Bazel on a small project: what it ran, what it took from a cache, and every file that it left."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from support import bazel_project
from support.builds import files_of
from support.commands import Ran, cache_dir, run
from support.debian_sources import source_package
from support.once import made_once

PROGRAM: Final = "bazel-4"

_STARTUP: Final = (
    "--install_base=/usr/share/bazel", "--trust_install_base", "--nosystem_rc", "--nohome_rc", "--noworkspace_rc",
    "--max_idle_secs=300",
)  # fmt: skip
"""Debian's program does not carry its own parts, and finds them by a file of settings that Bazel no longer reads."""

_ALWAYS: Final = (
    "--symlink_prefix=/",
    "--color=no",
    "--curses=no",
    "--noshow_progress",
    "--verbose_failures",
)

_PROCESSES: Final = re.compile(r"(?m)^INFO: \d+ process(?:es)?: (.*)\.$")
_KIND: Final = re.compile(r"(\d+) ([^,]+)")
_HIT: Final = "remote cache hit"
_OWN: Final = "internal"
"""What Bazel does by itself: nothing runs for it, and no cache has it."""

OUT: Final = "base/execroot/__main__/bazel-out"
"""Where outputs are, in the directory that is Bazel's own."""

_NOT_AN_OUTPUT: Final = "test.cache_status"
"""Bazel's own note, whether it took a test from a cache."""

_NATIVE: Final = "libnetty_transport_native_epoll_x86_64.so"


@dataclass(frozen=True, slots=True)
class Built:
    """One build that succeeded."""

    said: str
    hits: int
    executed: int
    files: Mapping[str, str]
    """Mode and digest of each output, of what the test said, too."""


@dataclass(frozen=True, slots=True)
class Bazel:
    """A Bazel with a project and an output base of its own."""

    place: Path
    jvm: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def project(self) -> Path:
        """Where its files are."""
        return self.place / "project"

    @property
    def gate(self) -> Path:
        """What `//halfway:wait` waits for."""
        return self.place / bazel_project.GATE

    def build(self, *options: str, command: str = "test", target: str = "//:all") -> Built:
        """Build what is to be built, and run what is to be tested."""
        said = self._run(command, *options, target).succeeded().stderr
        out = self.place / "own" / OUT
        directories = (*out.glob("*/bin"), *out.glob("*/testlogs"))
        return built(said, *directories)

    def cleaned(self) -> "Bazel":
        """Itself, without outputs, and without knowledge of any."""
        self._run("clean").succeeded()
        return self

    def anew(self) -> "Bazel":
        """Itself, as on a machine where it never ran: its server has ended, its directory is gone."""
        self._run("clean", "--expunge").succeeded()
        return self

    def with_unix_sockets(self) -> "Bazel":
        """One that can do without a port: Debian's build lacks the library for that, which others have inside."""
        return replace(self, jvm=(library_path(native_netty().parent),))

    def behind(self, *words: str) -> "Bazel":
        """The same, started by another program."""
        return replace(self, before=words)

    def close(self) -> None:
        """End its server, and leave nothing that cannot be deleted."""
        self.anew()

    def _run(self, *words: str) -> Ran:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.place)}
        argv = [*self.before, *bazel_words(self.project, self.place / "own", *words, jvm=self.jvm)]
        return run(argv, env=env, cwd=self.project)


def bazel_words(
    project: Path, own: Path, command: str, *options: str, jvm: tuple[str, ...] = ()
) -> list[str]:
    """A command line of Bazel, for a project that is at one place and whatever is Bazel's at another."""
    rules = [f"--override_repository={name}={project}/{place}" for name, place in bazel_project.RULES.items()]
    places = (f"--output_user_root={own}/user", f"--output_base={own}/base")
    always = _ALWAYS if command in ("build", "test") else ()
    return [PROGRAM, *_STARTUP, *jvm, *places, command, *rules, *always, *options]


def built(said: str, *directories: Path) -> Built:
    """What a build came to, by what Bazel said and what is in directories of outputs."""
    (found,) = _PROCESSES.findall(said)
    kinds = {kind: int(count) for count, kind in _KIND.findall(found)}
    executed = sum(count for kind, count in kinds.items() if kind not in (_HIT, _OWN))
    files = {
        f"{directory.name}/{name}": file
        for directory in directories
        for name, file in files_of(directory).items()
        if not name.endswith(_NOT_AN_OUTPUT)
    }
    return Built(said, kinds.get(_HIT, 0), executed, files)


def bazel(place: Path) -> Bazel:
    """A Bazel with its project, in a directory that does not exist yet."""
    bazel_project.make(place / "project")
    return Bazel(place)


def shown(token: str) -> str:
    """The option that shows a token to the cache."""
    return f"--remote_header=Authorization=Bearer {token}"


def library_path(directory: Path) -> str:
    """Where a Bazel finds `native_netty`."""
    return f"--host_jvm_args=-Djava.library.path={directory}"


@made_once
def native_netty() -> Path:
    """What netty, which Bazel's HTTP client stands on, has in C: the release that is in Bazel, from Debian's source."""
    library = cache_dir() / "netty" / _NATIVE
    if not library.exists():
        library.parent.mkdir(exist_ok=True)
        jdk = Path(shutil.which("javac") or "/usr/bin/javac").resolve().parents[1]
        netty = source_package("netty", patched=True)
        parts = [
            netty / f"transport-native-{part}" / "src" / "main" / "c" for part in ("unix-common", "epoll")
        ]
        headers = [f"-I{place}" for place in (*parts, jdk / "include", jdk / "include" / "linux")]
        sources = sorted(source for part in parts for source in part.glob("*.c"))
        new = library.with_suffix(".new")
        run(["gcc", "-w", "-O1", "-shared", "-fPIC", *headers, *sources, "-o", new]).succeeded()
        new.rename(library)
    return library
