"""What is offered to other programs: the address is free and on this machine alone, and there is a token."""

import os
import socket
from collections.abc import Iterator

from dunnage.config.offer import parse_address, token_of
from dunnage.doctor.finding import Finding, Level, error, failed, ok
from dunnage.doctor.patient import Patient
from dunnage.errors import ConfigError, DunnageError


def check(patient: Patient) -> Iterator[Finding]:
    """As the daemon says where one runs, else as it looks from here."""
    wanted = patient.own_settings.offer
    status, remotes = patient.status, patient.remotes
    if not isinstance(status, DunnageError) and not isinstance(remotes, DunnageError):
        problem = remotes.get("offer")
        if problem is not None:
            yield Finding(Level.ERROR, problem["message"], "", problem["hint"])
        else:
            yield ok(str(status.get("offer") or "nothing is offered"))
    elif not wanted:
        yield ok("nothing is offered")
    else:
        yield _from_here(patient, wanted)


def _from_here(patient: Patient, wanted: str) -> Finding:
    token_file = patient.own_settings.offer_token_file
    try:
        address = parse_address(wanted)
        if token_file:  # else the daemon makes one
            token_of(patient.places.base, token_file)
    except ConfigError as trouble:
        return failed(trouble)
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as trouble:
            words = os.strerror(trouble.errno or 0)
            return error(
                f"Nothing can be offered at {wanted}: {words}.",
                "Another program listens there, or this machine has no such address.",
                "Set `offer` to another port.",
            )
    return ok(f"{wanted}, when a daemon runs")
