"""The client: it is there for this machine, and it can be run from where it is."""

from collections.abc import Iterator
from pathlib import Path

from dunnage import __version__
from dunnage.config.clients import ARCHES, WRAPPER_NAME, client_dir, host_arch, place_of
from dunnage.doctor.finding import Finding, error, failed, note, ok, warning
from dunnage.doctor.look import mount_of
from dunnage.doctor.patient import Patient
from dunnage.errors import ClientMissing


def check(patient: Patient, clients: Path | None = None) -> Iterator[Finding]:
    """This machine's client, then those for containers. `clients` is the directory of all of them, as in
    `config.clients`.
    """
    try:
        client = place_of(host_arch(), clients) / WRAPPER_NAME
        if not client.exists():
            client_dir(host_arch(), clients)
    except ClientMissing as missing:
        yield failed(missing)
        return
    yield _run(patient, client)
    absent = [arch for arch in ARCHES if not _is_there(arch, clients)]
    if absent:
        yield note(
            f"There are no clients for {', '.join(absent)}.",
            "Containers of those architectures build without the cache.",
            "In a source checkout, `make native-all` builds them; a release has all.",
        )


def _run(patient: Patient, client: Path) -> Finding:
    said = patient.run(str(client))  # without a compiler to run it says what it is
    if said.code is None:
        mount = mount_of(client)
        noexec = "noexec" in mount.options
        why = (
            f"{mount.point} is mounted noexec."
            if noexec
            else "Its mode, or a policy of this machine, forbids it."
        )
        return error(
            f"The client {client} cannot be run: {said.trouble}.",
            why,
            f"{'Mount that without noexec, or install' if noexec else 'Install'} dunnage elsewhere.",
        )
    if not said.err.startswith("dunnage "):
        return error(
            f"The client {client} is none: it exits {said.code}.",
            "Something has replaced it.",
            "Install dunnage anew.",
        )
    version = said.err.split(" ")[1]
    if version != __version__:
        return warning(
            f"The client is of dunnage {version}, and this is {__version__}.",
            "It was not built anew.",
            "In a source checkout, `make native`; else install dunnage anew.",
        )
    return ok(str(client))


def _is_there(arch: str, clients: Path | None) -> bool:
    try:
        client_dir(arch, clients)
    except ClientMissing:
        return False
    return True
