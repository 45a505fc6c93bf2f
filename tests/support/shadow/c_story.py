"""Stories of C: random edits, and after each every source compiled without dunnage and with it, at the same place."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from support.builds import Counts, Site, site
from support.shadow.c_edits import CState, edit
from support.shadow.c_subjects import C_SUBJECTS


@dataclass(frozen=True, slots=True)
class CEnding:
    """How a story ended."""

    wrong: tuple[str, ...]
    """What differed at its last step; empty when nothing did."""
    told: tuple[str, ...]
    failed: int
    """How many compilations failed."""
    counts: Counts | None

    def __str__(self) -> str:
        return "\n".join((f"{len(self.wrong)} differences after: {', '.join(self.told)}", *self.wrong[:30]))


def tell_c(subject: str, seed: int, edits: int, base: Path, said: Callable[[str], None]) -> CEnding:
    """Play a story from an empty store until something differs, or to its end."""
    random = Random(f"{subject} {seed}")
    project = base / "project"
    project.mkdir(parents=True)
    history = [CState(C_SUBJECTS[subject].texts(base))]
    told: list[str] = []
    failed = 0
    with site(base, project) as here:
        client, env = _client(here)
        _write(project, CState({}), history[0])
        for number in range(edits + 1):
            if number:
                word, now = edit(random, history)
                told.append(word)
                _write(project, history[-1], now)
                history.append(now)
            failures, wrong = _compare(subject, project, history[-1], client, env)
            failed += failures
            said(f"{subject}: {told[-1] if told else 'as it is'}: {failures} of its files do not compile")
            if wrong:
                return CEnding(tuple(wrong), tuple(told), failed, None)
        return CEnding((), tuple(told), failed, here.counts())


def _client(here: Site) -> tuple[str, dict[str, str]]:
    here.dunnage_says("start")
    variables = json.loads(here.dunnage_says("env", "--format", "json").stdout)["env"]
    return variables["RUSTC_WRAPPER"], {"DUNNAGE_SOCKET": variables["DUNNAGE_SOCKET"]}


def _write(project: Path, before: CState, now: CState) -> None:
    """Only what is another text now is written, and what was touched."""
    for name in before.texts.keys() - now.texts.keys():
        (project / name).unlink()
    for name, text in now.texts.items():
        if before.texts.get(name) != text or name == now.touched:
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def _compare(
    subject: str, project: Path, state: CState, client: str, env: dict[str, str]
) -> tuple[int, list[str]]:
    """How many of the sources do not compile, and what differs."""
    wrong = []
    failures = 0
    out = project / "out"
    out.mkdir(exist_ok=True)
    for source in C_SUBJECTS[subject].sources(state.texts):
        if source.startswith("first/"):
            continue
        words = [
            *C_SUBJECTS[subject].words,
            *state.flags.split(),
            "-c",
            source,
            "-o",
            f"out/{Path(source).stem}.o",
        ]
        plain, cached = (
            _compile(project, before, env | dict(state.env)) for before in (words, [client, *words])
        )
        failures += plain[0] != 0
        wrong += [
            f"{' '.join(words)}: {what}: {one!r:.200} became {other!r:.200}"
            for what, one, other in zip(("code", "stdout", "stderr", "files"), plain, cached, strict=True)
            if one != other
        ]
    return failures, wrong


def _compile(
    project: Path, words: list[str], env: dict[str, str]
) -> tuple[int, bytes, bytes, dict[str, bytes]]:
    done = subprocess.run(
        words,
        cwd=project,
        env={"PATH": "/usr/bin:/bin"} | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    made = {}
    for path in sorted((project / "out").iterdir()):
        made[path.name] = path.read_bytes()
        path.unlink()
    return done.returncode, done.stdout, done.stderr, made
