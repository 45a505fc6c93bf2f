"""The messages of the Remote Execution API as the `protobuf` library makes them, from their text: what our own encoding
is compared with, and what the server in `reapi_server` speaks.

The text has all the fields of the messages that we use, or what is needed to know that there are others; a test
compares it with what BuildGrid brings.
"""

import re
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

TEXT: Final = """
message Digest { string hash = 1; int64 size_bytes = 2; }
message Any { string type_url = 1; bytes value = 2; }
message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
message Duration { int64 seconds = 1; int32 nanos = 2; }
message RetryInfo { Duration retry_delay = 1; }
message ToolDetails { string tool_name = 1; string tool_version = 2; }
message RequestMetadata { ToolDetails tool_details = 1; string action_id = 2; string tool_invocation_id = 3; }

message GetCapabilitiesRequest { string instance_name = 1; }
message ActionCacheUpdateCapabilities { bool update_enabled = 1; }
message CacheCapabilities {
  repeated int32 digest_functions = 1;
  ActionCacheUpdateCapabilities action_cache_update_capabilities = 2;
  int64 max_batch_total_size_bytes = 4;
  repeated int32 supported_compressors = 6;
  repeated int32 supported_batch_update_compressors = 7;
  int64 max_cas_blob_size_bytes = 8;
}
message SemVer { int32 major = 1; int32 minor = 2; int32 patch = 3; string prerelease = 4; }
message ServerCapabilities {
  CacheCapabilities cache_capabilities = 1;
  SemVer low_api_version = 4;
  SemVer high_api_version = 5;
}

message Command { repeated string arguments = 1; string working_directory = 6; }
message Action {
  Digest command_digest = 1; Digest input_root_digest = 2; Duration timeout = 6; bool do_not_cache = 7; bytes salt = 9;
}
message OutputFile { string path = 1; Digest digest = 2; bool is_executable = 4; bytes contents = 5; }
message ActionResult {
  repeated OutputFile output_files = 2; int32 exit_code = 4; bytes stdout_raw = 5; Digest stdout_digest = 6;
  bytes stderr_raw = 7; Digest stderr_digest = 8;
}
message GetActionResultRequest {
  string instance_name = 1; Digest action_digest = 2; bool inline_stdout = 3; bool inline_stderr = 4;
  repeated string inline_output_files = 5; int32 digest_function = 6;
}
message UpdateActionResultRequest {
  string instance_name = 1; Digest action_digest = 2; ActionResult action_result = 3; int32 digest_function = 5;
}

message FindMissingBlobsRequest {
  string instance_name = 1; repeated Digest blob_digests = 2; int32 digest_function = 3;
}
message FindMissingBlobsResponse { repeated Digest missing_blob_digests = 2; }
message BlobToUpdate { Digest digest = 1; bytes data = 2; int32 compressor = 3; }
message BatchUpdateBlobsRequest {
  string instance_name = 1; repeated BlobToUpdate requests = 2; int32 digest_function = 5;
}
message BlobUpdated { Digest digest = 1; Status status = 2; }
message BatchUpdateBlobsResponse { repeated BlobUpdated responses = 1; }
message BatchReadBlobsRequest {
  string instance_name = 1; repeated Digest digests = 2; repeated int32 acceptable_compressors = 3;
  int32 digest_function = 4;
}
message BlobRead { Digest digest = 1; bytes data = 2; Status status = 3; int32 compressor = 4; }
message BatchReadBlobsResponse { repeated BlobRead responses = 1; }

message ReadRequest { string resource_name = 1; int64 read_offset = 2; int64 read_limit = 3; }
message ReadResponse { bytes data = 10; }
message WriteRequest { string resource_name = 1; int64 write_offset = 2; bool finish_write = 3; bytes data = 10; }
message WriteResponse { int64 committed_size = 1; }
message QueryWriteStatusRequest { string resource_name = 1; }
message QueryWriteStatusResponse { int64 committed_size = 1; bool complete = 2; }
"""

_MESSAGE = re.compile(r"message (\w+) \{(.*?)\}", re.DOTALL)
_FIELD = re.compile(r"(repeated )?(\w+) (\w+) = (\d+);")
_FieldProto = descriptor_pb2.FieldDescriptorProto
_TYPES: Final = {
    "bool": _FieldProto.TYPE_BOOL,
    "bytes": _FieldProto.TYPE_BYTES,
    "int32": _FieldProto.TYPE_INT32,
    "int64": _FieldProto.TYPE_INT64,
    "string": _FieldProto.TYPE_STRING,
}


def table() -> dict[str, dict[str, tuple[int, str, bool]]]:
    """Of each message the fields: name → number, type, whether there are many."""
    return {
        name: {field: (int(number), kind, bool(many)) for many, kind, field, number in _FIELD.findall(body)}
        for name, body in _MESSAGE.findall(TEXT)
    }


def _classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="reapi.proto", package="reapi", syntax="proto3")
    for name, fields in table().items():
        message = file.message_type.add(name=name)
        for field, (number, kind, many) in fields.items():
            label = _FieldProto.LABEL_REPEATED if many else _FieldProto.LABEL_OPTIONAL
            row = message.field.add(name=field, number=number, label=label)
            if kind in _TYPES:
                row.type = _TYPES[kind]
            else:
                row.type, row.type_name = _FieldProto.TYPE_MESSAGE, f".reapi.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"reapi.{name}")) for name in table()
    }


CLASSES: Final = _classes()
"""The classes, by name."""


def made(name: str, **fields: Any) -> Any:
    """One message."""
    return CLASSES[name](**fields)
