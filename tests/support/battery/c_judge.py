"""Compile a case of C at one place, without dunnage and with it, and say what differs: everything is compared."""

import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dunnage.config.clients import client_dir, host_arch
from support.battery.c_case import HERE, CCase, Files, Link, State
from support.workshop import WAIT_S, Workshop

CLIENT = client_dir(host_arch()) / "dunnage"

KEPT = ("PATH", "HOME")
"""All that a compiler gets of the environment of the tests."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one compilation did."""

    code: int
    stdout: bytes
    stderr: bytes
    files: Mapping[str, bytes] = field(repr=False)
    """What it made: mode and contents, by paths below the project's directory."""


@dataclass(slots=True)
class Stand:
    """The place of a case. Compilations leave nothing there: what they made is taken away."""

    directory: Path
    shop: Workshop

    @classmethod
    def at(cls, directory: Path) -> "Stand":
        """An empty one, with its daemon."""
        shop = Workshop.here()
        shop.start()
        directory.mkdir(parents=True, exist_ok=True)
        return cls(directory, shop)

    def write(self, files: Files) -> None:
        """Make these files what they are to be; a file that is so already is not touched."""
        for name, wanted in files.items():
            path = self.directory / name
            text = wanted.replace(HERE, str(self.directory)) if isinstance(wanted, str) else None
            if text is not None and path.is_file() and not path.is_symlink() and path.read_text() == text:
                continue
            if path.is_symlink() or path.exists():
                path.unlink()
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(wanted, Link):
                path.symlink_to(wanted.target)
            elif text is not None:
                path.write_text(text)

    def environ(self, state: State) -> dict[str, str]:
        """The compiler's environment."""
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        env["DUNNAGE_SOCKET"] = str(self.shop.places.host_socket)
        for name, value in state.env.items():
            env.pop(name, None)
            if value is not None:
                env[name] = value.replace(HERE, str(self.directory))
        return env

    def words(self, case: CCase, state: State) -> list[str]:
        """The command line."""
        words = case.words if state.words is None else state.words
        return [word.replace(HERE, str(self.directory)) for word in words]

    def compile(self, case: CCase, state: State, *, cached: bool) -> Seen:
        """Compile once."""
        before = self._files()
        words = self.words(case, state)
        done = subprocess.run(
            [str(CLIENT), *words] if cached else words,
            cwd=self.directory / state.cwd, env=self.environ(state), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=WAIT_S, check=False,
        )  # fmt: skip
        if cached:
            self.shop.settle()
        made = {name: path for name, path in self._files().items() if name not in before}
        seen = Seen(done.returncode, done.stdout, done.stderr, {n: _told(p) for n, p in made.items()})
        for path in made.values():
            path.unlink()
        return seen

    def enter(self, case: CCase, state: State) -> None:
        """Make the place what it is in a state."""
        self.write(dict(case.files) | dict(state.files))
        if state.prepare is not None:
            state.prepare(self.directory)

    def _files(self) -> dict[str, Path]:
        return {
            str(path.relative_to(self.directory)): path
            for path in self.directory.rglob("*")
            if path.is_symlink() or not path.is_dir()
        }


def _told(path: Path) -> bytes:
    known = path.lstat()
    contents = path.read_bytes() if stat.S_ISREG(known.st_mode) else os.fsencode(os.readlink(path))
    return f"{stat.filemode(known.st_mode)} ".encode() + contents


def differences(plain: Seen, cached: Seen, varies: tuple[str, ...] = ()) -> list[str]:
    """What is not as it is without dunnage; empty when all is well."""
    found = []
    for name in ("code", "stdout", "stderr"):
        one, other = getattr(plain, name), getattr(cached, name)
        if one != other:
            found.append(f"{name}: {one!r} became {other!r}")
    for name in sorted(plain.files.keys() | cached.files.keys()):
        if name not in cached.files:
            found.append(f"{name} is missing")
        elif name not in plain.files:
            found.append(f"{name} is more")
        elif plain.files[name] != cached.files[name] and not name.endswith(varies or ("\0",)):
            found.append(f"{name} differs")
    return found


def judge(case: CCase, stand: Stand) -> list[str]:
    """Play a case: without and with, each state, then all again. What is wrong, in words."""
    wrong: list[str] = []
    truths = []
    for turn in ("first", "again"):
        for number, state in enumerate(case.states):
            stand.enter(case, state)
            plain = stand.compile(case, state, cached=False)
            if turn == "first":
                truths.append((plain.code, plain.stdout, plain.stderr, tuple(sorted(plain.files.items()))))
            cached = stand.compile(case, state, cached=True)
            wrong += [f"{number} {turn}: {one}" for one in differences(plain, cached, case.varies)]
    if case.differ and len(case.states) > 1 and len(set(truths)) < len(truths):
        wrong.append("the states of the case do not differ")
    reasons = stand.shop.reasons()
    hits = sum(reasons.get("hit", {}).values())
    wanted = (0 if case.reason else len(case.states)) if case.hits is None else case.hits
    if hits != wanted:
        wrong.append(f"{hits} hits, not {wanted}: {reasons}")
    if case.reason and not any(case.reason in rows for rows in reasons.values()):
        wrong.append(f"no {case.reason}: {reasons}")
    if "fallback" in reasons:
        wrong.append(f"fallbacks: {reasons}")
    return wrong


def parts_of_gcc() -> str:
    """The word that tells a copied gcc where `cc1` and its own headers are."""
    said = subprocess.run(
        ["gcc", "-print-libgcc-file-name"], capture_output=True, text=True, check=True
    ).stdout
    return f"-B{Path(said).parent}/"


def copy_driver(program: str, directory: Path) -> Path:
    """A copy of a compiler's driver; whatever else it needs, it finds by `-B` or where it is built to look."""
    found = shutil.which(program)
    assert found is not None
    directory.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy2(os.path.realpath(found), directory / program))
