"""Golden command lines: TOML with an invocation and the verdict on it, and how a verdict is written there."""

import tomllib
from pathlib import Path
from typing import Any

from dunnage.model.invocation import Invocation
from dunnage.model.unit import Cacheable, Link, SearchDir, Uncacheable, Unit, Verdict, Word


def load(path: Path | str) -> tuple[Invocation, dict[str, Any]]:
    """The invocation and the verdict (empty where the file has none yet)."""
    data = tomllib.loads(Path(path).read_text())
    said = data["invocation"]
    files = said.get("response_files")
    invocation = Invocation(
        program=said["program"],
        argv=said["argv"],
        cwd=said["cwd"],
        env=said["env"],
        response_files=None if files is None else {name: text.encode() for name, text in files.items()},
    )
    return invocation, data.get("verdict", {})


def render(verdict: Verdict) -> dict[str, Any]:
    """A verdict as strings, lists and tables; what is empty is left out."""
    if isinstance(verdict, Uncacheable):
        return {"uncacheable": verdict.reason, "detail": verdict.detail}
    assert isinstance(verdict, Cacheable)
    return {name: value for name, value in _unit(verdict.unit).items() if value}


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "words": [_word(word) for word in unit.words],
        "env": [_variable(name, value) for name, value in unit.env],
        "env_paths": [_variable(name, value) for name, value in unit.env_paths],
        "inputs": [f"{item.role}: {item.path}" for item in unit.inputs],
        "search_dirs": [_searched(item) for item in unit.search_dirs],
        "outputs": [f"{item.kind}: {item.path}" for item in unit.outputs],
        "dep_info": unit.dep_info,
        "out_dir": unit.out_dir,
        "cwd": unit.cwd,
        "compiler": unit.compiler,
        "target": unit.target,
        "sysroot": unit.sysroot,
        "drivers": list(unit.drivers),
        "display": [_variable(name, value) for name, value in unit.display],
        "incremental": unit.incremental,
        "crate_name": unit.crate_name,
        "package_dir": unit.package_dir,
        "bundles_rlibs": unit.bundles_rlibs,
        "library_dirs": list(unit.library_dirs),
        "merges_crates": unit.merges_crates,
        "packs_debuginfo": unit.packs_debuginfo,
        "listing": [] if unit.listing is None else [unit.listing.directory, *unit.listing.prefixes],
        "hides_places": unit.hides_places,
        "native_cpu": unit.native_cpu,
        "link": [] if unit.link is None else _link(unit.link),
    }


def _link(link: Link) -> list[str]:
    """The driver with its words, and the directories."""
    return [" ".join((link.driver, *link.words)), *(f"in {place}" for place in link.search_dirs)]


def _word(word: Word) -> str:
    return f"{word.name}{' (path)' if word.is_path else ''}: {word.value}"


def _searched(directory: SearchDir) -> str:
    patterns = f"/*{'|'.join(directory.suffixes)}" if directory.suffixes else ""
    return f"{directory.role}: {directory.path}{patterns}"


def _variable(name: str, value: str | None) -> str:
    return name if value is None else f"{name}={value}"
