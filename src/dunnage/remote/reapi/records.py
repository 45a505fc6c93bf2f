"""A record as the action result of an Action of its own.

    Command         arguments ["dunnage"]: the same for all
    Action          command_digest, input_root_digest (an empty directory), salt: "dunnage record 1", kind and key
    ActionResult    see `dunnage.remote.action_result`

Nobody runs these actions, but strict servers look at them: Action and Command are in the CAS before the result is put
(`remote_execution.proto`, at `ActionCache.UpdateActionResult`), and a result names nothing that is not there.
"""

import io
from collections.abc import Sequence
from itertools import islice
from typing import Final

from dunnage.errors import RemoteDamaged
from dunnage.remote import limits
from dunnage.remote.action_result import ActionResult, FileDigest, OutputFile, decode
from dunnage.remote.action_result import encode as encode_result
from dunnage.remote.contract import Record, RecordName
from dunnage.remote.crew import Crew
from dunnage.remote.known_names import is_hash
from dunnage.remote.reapi.address import Address
from dunnage.remote.reapi.calls import Calls
from dunnage.remote.reapi.capabilities import Capabilities
from dunnage.remote.reapi.cas import Cas
from dunnage.remote.reapi.contents import Source
from dunnage.remote.reapi.messages import (
    Action,
    CasDigest,
    Command,
    GetActionResultRequest,
    UpdateActionResultRequest,
)
from dunnage.remote.reapi.names import Names
from dunnage.remote.reapi.protobuf import encode
from dunnage.remote.reapi.status import NotThere

_SERVICE: Final = "/build.bazel.remote.execution.v2.ActionCache"
_COMMAND: Final = encode(Command(("dunnage",)))
_SALT: Final = b"dunnage record 1"
"""Another one when what is kept under it is another thing."""


class Records:
    """The records of one instance. Thread-safe."""

    def __init__(self, calls: Calls, crew: Crew, cas: Cas, names: Names, address: Address) -> None:
        self._calls = calls
        self._crew = crew
        self._cas = cas
        self._names = names
        self._where = address.where
        self._instance = address.instance

    # --- getting ----------------------------------------------------------------------------------

    def get(self, names: Sequence[RecordName], can: Capabilities) -> dict[RecordName, bytes]:
        """Those of these records that are there. RemoteError."""
        found = self._crew.found(lambda name: self._result(name, can), names)
        for result in found.values():
            self._names.heard(result.files, can)
        moved = {
            name: self._moved(result.moved)
            for name, result in found.items()
            if result.moved and not result.body
        }
        bodies = self._bodies(set(moved.values()), can)
        for name, digest in moved.items():
            if digest in bodies:
                found[name] = ActionResult(bodies[digest])
            else:
                del found[name]
        for result in found.values():
            if len(result.body) > limits.REMOTE_RECORD_BYTES_MAX:
                raise RemoteDamaged(f"The remote {self._where} sent a record that is too large.")
        return {name: result.body for name, result in found.items()}

    def _result(self, name: RecordName, can: Capabilities) -> ActionResult | None:
        request = GetActionResultRequest(
            self._instance,
            can.digest(action_of(name, can)),
            inline_stdout=True,
            digest_function=can.digest_function,
        )
        try:
            return decode(self._calls.raw(f"{_SERVICE}/GetActionResult", request))
        except NotThere:
            return None

    def _moved(self, digest: FileDigest) -> CasDigest:
        if digest.size > limits.REMOTE_RECORD_BYTES_MAX or not is_hash(digest.hash):
            raise RemoteDamaged(f"The remote {self._where} names a record that is none of ours.")
        return CasDigest(digest.hash, digest.size)

    def _bodies(self, digests: set[CasDigest], can: Capabilities) -> dict[CasDigest, bytes]:
        """The bodies that stand in the CAS."""
        files = {digest: io.BytesIO() for digest in digests}
        found = self._cas.read([digest for digest in digests if digest.size_bytes], files.__getitem__, can)
        return {
            digest: file.getvalue()
            for digest, file in files.items()
            if digest in found or not digest.size_bytes
        }

    # --- putting ----------------------------------------------------------------------------------

    def put(self, records: Sequence[Record], can: Capabilities) -> None:
        """Keep records, of two of the same name the later one. RemoteError."""
        newest = {record.name: record for record in records}
        sources = [_source(_COMMAND, can)]
        updates = []
        for name, record in newest.items():
            action = action_of(name, can)
            result, body = self._result_of(record, can)
            sources += [_source(action, can), *body]
            updates.append((can.digest(action), result))
        self._cas.write(sources, can)
        self._crew.each(lambda update: self._update(*update, can), updates)

    def _result_of(self, record: Record, can: Capabilities) -> tuple[ActionResult, list[Source]]:
        """What is kept of a record, and what has to be in the CAS for it."""
        files = []
        for blob in islice(dict.fromkeys(record.blobs), limits.REMOTE_BLOBS_PER_RECORD_MAX):
            there = self._names.sure(blob, can)
            if (
                there is not None and blob.size
            ):  # the one without bytes is always there, and known to everybody
                files.append(OutputFile(blob.digest.hex(), FileDigest(there.hash, there.size_bytes)))
        if len(record.body) <= limits.REAPI_INLINE_BYTES_MAX:
            return ActionResult(record.body, tuple(files)), []
        source = _source(record.body, can)
        return ActionResult(b"", tuple(files), FileDigest(source.digest.hash, source.digest.size_bytes)), [
            source
        ]

    def _update(self, action: CasDigest, result: ActionResult, can: Capabilities) -> None:
        request = UpdateActionResultRequest(
            self._instance, action, encode_result(result), can.digest_function
        )
        self._calls.raw(f"{_SERVICE}/UpdateActionResult", request)


def action_of(name: RecordName, can: Capabilities) -> bytes:
    """The Action that a record is the result of."""
    salt = b"\0".join((_SALT, name.kind.encode(), name.key))
    return encode(Action(can.digest(_COMMAND), can.digest(b""), salt))


def _source(data: bytes, can: Capabilities) -> Source:
    return Source(can.digest(data), lambda: io.BytesIO(data))
