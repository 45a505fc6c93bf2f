"""Extra inputs: what `[[extra-inputs]]` says about a unit's package, seen through the client's view.

The project's file is the nearest `dunnage.toml` in the package's directory or above it, else in the working directory
or above: as the client sees it, so that it holds in containers. A package from cargo's home has no project; only the
user's own tables (`config.extra_inputs.VARIABLE`) speak of it, where they name it.

What was found is remembered with the stats of everything that decides it: each place where a `dunnage.toml` is, or
would be nearer, and each directory that was listed. These stats travel in the batch of a hit.
"""

import os
import posixpath
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from dunnage import limits
from dunnage.config.extra_inputs import VARIABLE, decode, rules_of
from dunnage.config.globs import names_package
from dunnage.config.settings import FILE_NAME
from dunnage.engine.extra import NONE, ROLE, Extra
from dunnage.keys.bounded import remember
from dunnage.keys.digests import is_settled
from dunnage.keys.extras import walk
from dunnage.keys.roots import target_dir
from dunnage.model.extra import ExtraRule
from dunnage.model.unit import Input, Unit
from dunnage.model.view import StatRecord, View, exists, is_regular

_Place = tuple[object, ...]


class Extras:
    """Finds extra inputs for one daemon, and remembers them. Safe for many threads.

    `clock_ns` is the clock that stamps files.
    """

    def __init__(self, clock_ns: Callable[[], int]) -> None:
        self._clock_ns = clock_ns
        self._known: dict[_Place, Extra] = {}

    def recall(self, view: View, unit: Unit, env: Mapping[str, str]) -> Extra | None:
        """What is remembered; whether it still holds is for `Extra.holds` to say."""
        if not env.get(VARIABLE) and _is_foreign(unit, env):
            return NONE
        return self._known.get(_place(view, unit, env))

    def identify(self, view: View, unit: Unit, env: Mapping[str, str]) -> Extra:
        """Look, and remember.

        Raises:
            ViewGone.
        """
        found = self._find(view, unit, env)
        place = _place(view, unit, env)
        self._known.pop(place, None)
        if found.is_settled:
            remember(self._known, place, found, limits.EXTRAS_MAX)
        return found

    def _find(self, view: View, unit: Unit, env: Mapping[str, str]) -> Extra:
        package = _package(unit, env)
        places = [] if _is_foreign(unit, env) else list(dict.fromkeys(_projects(unit)))
        records = view.stat(places)
        project = next((p for p, r in zip(places, records, strict=True) if is_regular(r)), "")
        watched = Extra(watched=tuple(places), records=tuple(records), is_settled=self._are_settled(records))
        try:
            rules = _of_project(view, project, package) if project else []
            rules += _of_user(env.get(VARIABLE, ""), package, is_foreign=not places)
        except ValueError as error:
            return replace(watched, problem=str(error))
        globs = tuple(dict.fromkeys(glob for rule in rules for glob in rule.files))
        base, target = posixpath.dirname(project), target_dir(unit.out_dir, unit.target)
        walked = walk(view, base, globs, target)
        return Extra(
            watched=(*watched.watched, *walked.watched),
            records=(*watched.records, *walked.records),
            inputs=() if walked.problem else tuple(Input(ROLE + name, path) for name, path in walked.files),
            env=tuple(sorted({name for rule in rules for name in rule.env})),
            problem=walked.problem,
            base=base,
            target=target,
            globs=globs,
            walked=walked,
            is_settled=watched.is_settled and self._are_settled(walked.records),
        )

    def _are_settled(self, records: Sequence[StatRecord]) -> bool:
        now_ns = self._clock_ns()
        return all(is_settled(record, now_ns) for record in records if exists(record))


def _place(view: View, unit: Unit, env: Mapping[str, str]) -> _Place:
    """Whatever decides what is found, besides files."""
    return (
        view.mount_namespace,
        unit.package_dir,
        unit.cwd,
        unit.out_dir,
        unit.target,
        _package(unit, env),
        env.get(VARIABLE),
    )


def _package(unit: Unit, env: Mapping[str, str]) -> str:
    return env.get("CARGO_PKG_NAME") or unit.crate_name


def _is_foreign(unit: Unit, env: Mapping[str, str]) -> bool:
    """Whether a package comes from cargo's home, and so belongs to no project. No guess: a project may well stand
    below a directory `registry/src`.
    """
    home = env.get("CARGO_HOME") or f"{env.get('HOME', '')}/.cargo"
    return (unit.package_dir or unit.cwd).startswith((f"{home}/registry/src/", f"{home}/git/checkouts/"))


def _projects(unit: Unit) -> Iterator[str]:
    """Where a project's file can be, the nearest first."""
    for directory in (unit.package_dir or unit.cwd, unit.cwd):
        here = directory.rstrip("/")
        while here.startswith("/"):
            yield f"{here}/{FILE_NAME}"
            here = here.rpartition("/")[0]
        yield f"/{FILE_NAME}"


def _of_project(view: View, path: str, package: str) -> list[ExtraRule]:
    """Raises ValueError, ViewGone."""
    text = _text(view, path)
    try:
        rules = rules_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: this is not TOML: {error}") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return [rule for rule in rules if not rule.packages or _is_meant(rule, package)]


def _text(view: View, path: str) -> str:
    [descriptor] = view.open([path])
    if descriptor is None:
        raise ValueError(f"{path} cannot be read")
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        try:
            data = os.pread(file.fileno(), limits.PROJECT_FILE_BYTES_MAX + 1, 0)
        except OSError as error:
            raise ValueError(f"{path} cannot be read") from error
    if len(data) > limits.PROJECT_FILE_BYTES_MAX:
        raise ValueError(f"{path} is too large")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8") from error


def _of_user(text: str, package: str, *, is_foreign: bool) -> list[ExtraRule]:
    """Raises ValueError. `is_foreign`: the package is nobody's project; then it has to be named."""
    rules = decode(text)
    return [rule for rule in rules if _is_meant(rule, package) or not (rule.packages or is_foreign)]


def _is_meant(rule: ExtraRule, package: str) -> bool:
    return any(names_package(pattern, package) for pattern in rule.packages)
