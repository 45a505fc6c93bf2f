"""Container engines: they answer, run on this machine, and can mount the client and the socket."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from dunnage.containers.asking import ask
from dunnage.containers.endpoint import elsewhere
from dunnage.containers.engines import ENGINES
from dunnage.doctor.finding import Finding, note, ok, warning
from dunnage.doctor.patient import Patient, Said

_SELINUX: Final = Path("/sys/fs/selinux/enforce")
_IN_A_CONTAINER: Final = ("/.dockerenv", "/run/.containerenv")
_NO_NAMESPACE: Final = ("user namespace", "cannot clone", "newuidmap", "subuid")
_NO_RIGHT: Final = ("permission denied", "Permission denied")


def check(patient: Patient) -> Iterator[Finding]:
    """Each engine that is installed."""
    tools = [name for name in ENGINES if patient.which(name)]
    if not tools:
        yield ok("none is installed")
    for tool in tools:
        yield from _engine(patient, tool)
    if tools:
        yield from _machine()


def _engine(patient: Patient, tool: str) -> Iterator[Finding]:
    away = elsewhere(tool, (), patient.environ, ask=ask)
    if away:
        yield note(
            f"{tool} runs its containers on another machine ({away}).",
            "The client and the socket are on this one, so the cache stays out of them.",
            "Start dunnage on the machine where the engine is.",
        )
        return
    said = patient.run(tool, "info", "--format", "{{json .}}")
    about = _parsed(said)
    if about is None:
        yield _silent(tool, said)
    elif "Docker Desktop" in str(about.get("OperatingSystem", "")):
        yield warning(
            "docker is Docker Desktop.",
            "It runs containers in a virtual machine: the socket is shown there, and nobody answers behind it.",
            "Use an engine on this machine itself (`docker context use default`, or podman).",
        )
    else:
        yield ok(f"{tool} {_version(about)}{', rootless' if _is_rootless(about) else ''}".strip())


def _parsed(said: Said) -> dict[str, Any] | None:
    """What `info` says; None where it says nothing, or an engine does not answer (docker then exits 0 nonetheless)."""
    try:
        about = json.loads(said.out) if said.code == 0 else None
    except ValueError:
        return None
    if not isinstance(about, dict) or about.get("ServerErrors"):
        return None
    return about


def _silent(tool: str, said: Said) -> Finding:
    trouble = said.trouble or _server_error(said.out) or f"it exits {said.code}"
    if any(words in trouble for words in _NO_RIGHT):
        why, cure = "This user may not use its socket.", f"Join the group `{tool}`, or use it rootless."
    elif any(words in trouble for words in _NO_NAMESPACE):
        why = "It runs rootless here, and user namespaces are switched off or no range of ids is this user's."
        cure = "Look at `sysctl user.max_user_namespaces`, /etc/subuid and /etc/subgid."
    else:
        why, cure = (
            "Its daemon does not run, or DOCKER_HOST names another place.",
            f"Start it; `{tool} info` says more.",
        )
    return warning(
        f"{tool} does not answer: {trouble.rstrip('.')}.", why, f"{cure} Not needed without containers."
    )


def _server_error(text: str) -> str:
    """docker's way to say that its daemon does not answer."""
    try:
        errors = json.loads(text)["ServerErrors"]
        return str(errors[0])
    except (ValueError, KeyError, TypeError, IndexError):
        return ""


def _version(about: dict[str, Any]) -> str:
    version = about.get("ServerVersion") or (about.get("version") or {}).get("Version") or ""
    return str(version)


def _is_rootless(about: dict[str, Any]) -> bool:
    podman = (about.get("host") or {}).get("security") or {}
    return podman.get("rootless") is True or "name=rootless" in (about.get("SecurityOptions") or ())


def _machine() -> Iterator[Finding]:
    """What is so of this machine, whatever the engine."""
    if any(os.path.exists(path) for path in _IN_A_CONTAINER):
        yield note(
            "This is itself a container.",
            "An engine that is reached by a socket of the host mounts paths of the host, where dunnage's are not.",
            "Nothing, if the engine runs in this container, too; else start dunnage where the engine is.",
        )
    try:
        enforces = _SELINUX.read_text(encoding="ascii").strip() == "1"
    except OSError:
        return
    if enforces:
        yield note(
            "SELinux enforces labels here.",
            "Mounts are relabelled (`:z`); a confined container may still be kept from the daemon's socket.",
            "Where containers get no hits, add `--security-opt label=disable` to their options.",
        )
