"""The parts of the backend over the Remote Execution API, each put together with a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dunnage.remote.crew import Crew
from dunnage.remote.reapi.address import address_of
from dunnage.remote.reapi.calls import Calls
from dunnage.remote.reapi.capabilities import Capabilities, asked
from dunnage.remote.reapi.cas import Cas
from dunnage.remote.reapi.names import Names
from dunnage.remote.reapi.records import Records
from dunnage.remote.reapi.streams import Streams
from dunnage.remote.url import RemoteUrl
from support.remotes.reapi_server import Knobs, ReapiServer, serving


@dataclass(frozen=True)
class Parts:
    """A server, and what speaks to it."""

    server: ReapiServer
    can: Capabilities
    cas: Cas
    streams: Streams
    names: Names
    records: Records


@contextmanager
def parts(knobs: Knobs | None = None) -> Iterator[Parts]:
    """All of them for as long as the block lasts."""
    with serving(knobs) as server:
        address = address_of(RemoteUrl.parse(f"grpc://localhost:{server.port}/{server.knobs.instance}"), {})
        calls, crew, names = Calls(address), Crew(), Names()
        cas = Cas(calls, crew, address)
        try:
            yield Parts(
                server,
                asked(calls, address),
                cas,
                Streams(calls, address),
                names,
                Records(calls, crew, cas, names, address),
            )
        finally:
            calls.close()
            crew.close()
