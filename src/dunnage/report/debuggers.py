"""Settings with which a debugger finds the sources of what portable mode compiled, for a project on this machine.

gdb      set substitute-path FROM TO                 one a line
lldb     settings set target.source-map FROM TO …    all in one line; lldb 14 refuses a place that is not there
vscode   "sourceMap": {"FROM": "TO", …}              for CodeLLDB's launch configuration
"""

import json
import os
from enum import StrEnum

from dunnage.config.project import Project
from dunnage.keys.portable import STABLE


class Debugger(StrEnum):
    """Whose language to speak."""

    GDB = "gdb"
    LLDB = "lldb"
    VSCODE = "vscode"


def source_map(project: Project) -> dict[str, str]:
    """Stable name → place here. No name is inside another one, so their order does not matter."""
    found = {
        f"{STABLE}/workspace": project.workspace,
        f"{STABLE}/target": project.target,
        f"{STABLE}/cargo-home": project.cargo_home,
    }
    found |= {f"{STABLE}/packages/{name}": directory for name, directory in project.packages}
    if project.rust_source is not None:
        commit, directory = project.rust_source
        found[f"/rustc/{commit}"] = directory
    return found


def render(project: Project, debugger: Debugger) -> str:
    """The settings as text, lines ended."""
    found = source_map(project)
    match debugger:
        case Debugger.GDB:
            return "".join(f"set substitute-path {_quoted(a)} {_quoted(b)}\n" for a, b in found.items())
        case Debugger.LLDB:
            there = ((a, b) for a, b in found.items() if os.path.isdir(b))
            words = " ".join(f"{_quoted(a)} {_quoted(b)}" for a, b in there)
            return f"settings set target.source-map {words}\n"
        case Debugger.VSCODE:
            return json.dumps({"sourceMap": found}, indent=2) + "\n"


def _quoted(path: str) -> str:
    """Both debuggers split their arguments as shells do; a path of plain characters needs no quotes."""
    plain = all(character.isalnum() or character in "/._-+@" for character in path)
    return path if plain else '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
