"""The tables of the messages are those of the specification, as BuildGrid brings it and as the test server has it."""

import dataclasses
import json
import subprocess
from typing import Any

import pytest

from dunnage.remote.reapi import messages
from dunnage.remote.reapi.protobuf import _rows
from support.remotes.buildgrid_server import programs
from support.remotes.reapi_protos import table


def _is_ours(each: object) -> bool:
    return dataclasses.is_dataclass(each) and getattr(each, "__module__", "") == messages.__name__


OURS = {each.__name__: each for each in vars(messages).values() if _is_ours(each)}
RENAMED = {"CasDigest": "Digest", "Detail": "Any"}
NOT_BROUGHT = {"CacheCapabilities": {"max_cas_blob_size_bytes"}}
"""Newer than BuildGrid's."""

ASK = """
import json
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.descriptor import FieldDescriptor as F
from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2 as r
from buildgrid._protos.google.bytestream import bytestream_pb2 as b
from buildgrid._protos.google.rpc import error_details_pb2 as e, status_pb2 as s
nested = {"BlobToUpdate": r.BatchUpdateBlobsRequest.Request, "BlobUpdated": r.BatchUpdateBlobsResponse.Response,
          "BlobRead": r.BatchReadBlobsResponse.Response}
names = {v.DESCRIPTOR.full_name: k for k, v in nested.items()}
kinds = {F.TYPE_BOOL: "bool", F.TYPE_BYTES: "bytes", F.TYPE_INT32: "int32", F.TYPE_INT64: "int64",
         F.TYPE_STRING: "string", F.TYPE_ENUM: "int32"}
def fields(d):
    return {f.name: (f.number, kinds.get(f.type) or names.get(f.message_type.full_name, f.message_type.name),
                     f.is_repeated) for f in d.fields}
files = [r.DESCRIPTOR, b.DESCRIPTOR, e.DESCRIPTOR, s.DESCRIPTOR, any_pb2.DESCRIPTOR, duration_pb2.DESCRIPTOR]
found = {d.name: fields(d) for file in files for d in file.message_types_by_name.values()}
found |= {name: fields(m.DESCRIPTOR) for name, m in nested.items()}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def brought() -> dict[str, Any]:
    """What BuildGrid's own messages look like."""
    python = programs() / "python"
    said = subprocess.run([python, "-c", ASK], check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def test_the_text_of_the_test_server_is_what_buildgrid_has(brought: dict[str, Any]) -> None:
    for name, fields in table().items():
        if name == "SemVer":
            continue  # of another file
        for field, (number, kind, many) in fields.items():
            if field not in NOT_BROUGHT.get(name, ()):
                assert brought[name][field] == [number, kind, many], (name, field)


@pytest.mark.parametrize("name", OURS)
def test_our_tables_are_that_text(name: str) -> None:
    there = table()[RENAMED.get(name, name)]
    for number, row in _rows(OURS[name]).items():
        kind = RENAMED.get(row.of.__name__, row.of.__name__) if row.of else row.kind.name.lower()
        if row.name == "action_result":
            kind = "ActionResult"  # we keep it encoded
        assert there[row.name] == (number, kind, row.many)


def test_nothing_is_forgotten() -> None:
    assert {RENAMED.get(name, name) for name in OURS} <= table().keys()
