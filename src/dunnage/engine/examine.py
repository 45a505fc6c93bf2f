"""From a unit to its unit key: libraries in search directories, the toolchain, the roots, and one batch of stats.

The batch serves three questions at once: does the toolchain's identity still hold, what are the inputs, what has
become of the files of the newest path set. That is the one round trip of a hit. Of a unit of C it also tells whether
PWD leads to its directory (`keys.pwd`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from dunnage import limits
from dunnage.engine.extra import NONE, Extra
from dunnage.engine.extras import Extras
from dunnage.engine.subject import Located, Subject
from dunnage.keys.drivers import Drivers
from dunnage.keys.linker import Linker, Linkers
from dunnage.keys.native import NativeCpus
from dunnage.keys.pwd import name_here, undecided, with_name
from dunnage.keys.roots import roots_of
from dunnage.keys.toolchain import Toolchain, Toolchains, still_holds
from dunnage.keys.which import which
from dunnage.model.unit import Input, Uncacheable, Unit
from dunnage.model.view import View
from dunnage.store.store import Store

_LOOKS_MAX: Final = 3
"""How often a toolchain may have changed while it was looked at: one that is being installed never stands still."""


def examine(
    view: View,
    unit: Unit,
    env: Mapping[str, str],
    toolchains: Toolchains | Drivers,
    linkers: Linkers,
    store: Store,
    extras: Extras,
    natives: NativeCpus,
) -> tuple[Subject, Sequence[Located]] | Uncacheable:
    """Find out what a unit is keyed by, and which path sets earlier runs had, newest first.

    Raises:
        ViewGone, StoreError.
    """
    prepared = prepare(view, unit, env)
    if isinstance(prepared, Uncacheable):
        return prepared
    unit, inputs = prepared
    extra = NONE
    pwd = undecided(env, unit.cwd) if unit.language == "c" else ()
    if unit.language == "rust":
        extra = extras.recall(view, unit, env) or extras.identify(view, unit, env)
    toolchain = toolchains.recall(view, unit, env) or toolchains.identify(view, unit, env)
    for _ in range(_LOOKS_MAX):
        if toolchain is None:
            break
        if unit.added and not toolchain.colors:
            return Uncacheable("terminal", unit.compiler)
        linker = _linker(view, unit, toolchain, linkers, env)
        if isinstance(linker, str):
            return Uncacheable(linker, "" if unit.link is None else unit.link.driver)
        named = natives.named(view, unit, toolchain)
        if named is None:
            return Uncacheable("option", "target-cpu=native")
        subject = subject_of(named, env, toolchain, linker, inputs, extra)
        path_sets = [Located.at(subject.roots, paths) for paths in store.path_sets(subject.key)]
        watched = (*toolchain.watched, *(() if linker is None else linker.watched))
        paths = [*watched, *extra.watched, *(item.path for item in subject.inputs), *unit.directories]
        newest = path_sets[0].all if path_sets else ()
        records = view.stat([*paths, *newest, *pwd])
        split = len(toolchain.watched)
        holds = still_holds(toolchain, records[:split])
        links = still_holds(linker, records[split : len(watched)])
        subject.records.update(zip(paths, records, strict=False))
        subject.newest = records[len(paths) : len(paths) + len(newest)]
        subject.env = with_name(
            env, name_here(env, unit.cwd, records[len(paths) + len(newest) :]) if pwd else None
        )
        stands = extra.holds(subject.records)
        if holds and links and stands:
            if extra.problem:
                return Uncacheable("extra-inputs", extra.problem)
            return subject, path_sets
        if not stands:
            extra = extras.identify(view, unit, env)
        if not links:
            linkers.forget(view, unit.link, toolchain, env)
        if not holds:
            toolchain = toolchains.identify(view, unit, env)
    return Uncacheable("toolchain-unknown", unit.compiler)


def with_compiler(view: View, unit: Unit, env: Mapping[str, str]) -> Unit:
    """The unit with the place of its compiler: clippy-driver's rustc is named as cargo knows it.

    Raises:
        ViewGone.
    """
    if "/" in unit.compiler:
        return unit
    return replace(unit, compiler=which(view, unit.compiler, env) or unit.compiler)


def prepare(view: View, unit: Unit, env: Mapping[str, str]) -> tuple[Unit, Sequence[Input]] | Uncacheable:
    """The unit as its client sees it, and its inputs with the libraries found in its search directories.

    Raises:
        ViewGone.
    """
    unit = with_compiler(view, unit, env)
    if unit.incremental is not None and _holds_session(view, unit.incremental, unit.crate_name):
        return Uncacheable("incremental")
    libraries = _libraries(view, unit)
    if libraries is None:
        return Uncacheable("too-many-libraries")
    return unit, (*unit.inputs, *libraries)


def subject_of(
    unit: Unit,
    env: Mapping[str, str],
    toolchain: Toolchain,
    linker: Linker | None,
    inputs: Sequence[Input],
    extra: Extra,
) -> Subject:
    """The unit with its roots and its key; extra inputs count, too."""
    roots = roots_of(unit, sysroot=toolchain.sysroot, env=env)
    return Subject(
        unit=extra.unit(unit, env), env=env, toolchain=toolchain, linker=linker, roots=roots,
        inputs=(*inputs, *extra.inputs), extra=extra,
    )  # fmt: skip


def _linker(
    view: View, unit: Unit, toolchain: Toolchain, linkers: Linkers, env: Mapping[str, str]
) -> Linker | str | None:
    """What the unit is linked with; None where nothing is, or the reason why it cannot be told."""
    if unit.link is None:
        return None
    return linkers.recall(view, unit.link, toolchain, env) or linkers.identify(
        view, unit.link, toolchain, env
    )


def _holds_session(view: View, directory: str, crate_name: str) -> bool:
    """Whether rustc has compiled a crate of this name into the incremental directory before.

    rustc keeps a session below `<crate name>-<id of the crate>`; the id cannot be told from the command line, so any
    crate of that name counts. Source: rustc_incremental::persist::fs, its module documentation.
    """
    prefix = crate_name + "-"
    return any(entry.is_dir and entry.name.startswith(prefix) for entry in view.entries(directory) or ())


def _libraries(view: View, unit: Unit) -> list[Input] | None:
    """What the compiler may find by itself in search directories; None if that is too much to look at."""
    found: list[Input] = []
    for directory in unit.search_dirs:
        if not directory.suffixes:
            continue
        names = sorted(
            entry.name
            for entry in view.entries(directory.path) or ()
            if not entry.is_dir and entry.name.endswith(directory.suffixes)
        )
        found += (Input(f"{directory.role} {name}", f"{directory.path}/{name}") for name in names)
        if len(found) > limits.ARCHIVES_PER_UNIT_MAX:
            return None
    return found
