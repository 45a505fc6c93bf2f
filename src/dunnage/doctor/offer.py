"""What is offered to other programs: the address is free and on this machine alone, and there is a token."""

import os
import socket
from collections.abc import Iterator

from dunnage.config.offer import parse_offer, token_of
from dunnage.doctor.finding import Finding, Level, error, failed, ok
from dunnage.doctor.patient import Patient
from dunnage.errors import ConfigError, DunnageError


def check(patient: Patient) -> Iterator[Finding]:
    """As the daemon says where one runs, else as it looks from here."""
    status, remotes = patient.status, patient.remotes
    if not isinstance(status, DunnageError) and not isinstance(remotes, DunnageError):
        for problem in remotes.get("offer", ()):
            yield Finding(Level.ERROR, problem["message"], "", problem["hint"])
        places = [*status.get("offer", ()), *status.get("offer_sockets", ())]
        if places or not remotes.get("offer"):
            yield ok(", ".join(places) or "nothing is offered")
    elif not patient.own_settings.offer:
        yield ok("nothing is offered")
    else:
        yield from _from_here(patient)


def _from_here(patient: Patient) -> Iterator[Finding]:
    settings = patient.own_settings
    try:
        wanted = parse_offer(settings.offer)
        if settings.offer_token_file:  # else the daemon makes one
            token_of(patient.places.base, settings.offer_token_file)
    except ConfigError as trouble:
        yield failed(trouble)
        return
    taken = [finding for address in wanted.addresses if (finding := _taken(address)) is not None]
    yield from taken or [ok(f"{settings.offer}, when a daemon runs")]


def _taken(address: tuple[str, int]) -> Finding | None:
    """What keeps a daemon from listening at an address."""
    host, port = address
    is_six = ":" in host
    with socket.socket(socket.AF_INET6 if is_six else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as trouble:
            place = f"[{host}]:{port}" if is_six else f"{host}:{port}"
            return error(
                f"Nothing can be offered at {place}: {os.strerror(trouble.errno or 0)}.",
                "Another program listens there, or this machine has no such address.",
                "Set `offer` to another port.",
            )
    return None
