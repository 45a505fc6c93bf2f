"""The messages that are sent and read, and of each the fields that matter to us.

From `remote_execution.proto`, `bytestream.proto`, `google/rpc/status.proto` and `google/rpc/error_details.proto`;
numbers and names are theirs.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from dunnage.remote.reapi.protobuf import At

IDENTITY: Final = 0
"""`Compressor.Value`: plain."""
ZSTD: Final = 1

SHA256: Final = 1
"""`DigestFunction.Value`."""
BLAKE3: Final = 9


@dataclass(frozen=True, slots=True)
class CasDigest:
    """`Digest`: what a blob is called in the CAS. (Ours of that name are BLAKE3 and without a size.)"""

    hash: Annotated[str, At(1)] = ""
    size_bytes: Annotated[int, At(2)] = 0


@dataclass(frozen=True, slots=True)
class Detail:
    """`google.protobuf.Any`."""

    type_url: Annotated[str, At(1)] = ""
    value: Annotated[bytes, At(2)] = b""


@dataclass(frozen=True, slots=True)
class Status:
    """`google.rpc.Status`."""

    code: Annotated[int, At(1, bits=32)] = 0
    message: Annotated[str, At(2)] = ""
    details: Annotated[tuple[Detail, ...], At(3)] = ()


@dataclass(frozen=True, slots=True)
class Duration:
    """`google.protobuf.Duration`."""

    seconds: Annotated[int, At(1)] = 0
    nanos: Annotated[int, At(2, bits=32)] = 0


@dataclass(frozen=True, slots=True)
class RetryInfo:
    """`google.rpc.RetryInfo`: how long to leave a server alone."""

    retry_delay: Annotated[Duration | None, At(1)] = None


@dataclass(frozen=True, slots=True)
class ToolDetails:
    """Who asks."""

    tool_name: Annotated[str, At(1)] = ""
    tool_version: Annotated[str, At(2)] = ""


@dataclass(frozen=True, slots=True)
class RequestMetadata:
    """What may go with each request, for the logs of a server."""

    tool_details: Annotated[ToolDetails | None, At(1)] = None


# --- capabilities ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GetCapabilitiesRequest:
    """Ask what a server can."""

    instance_name: Annotated[str, At(1)] = ""


@dataclass(frozen=True, slots=True)
class ActionCacheUpdateCapabilities:
    """Whether we may put action results."""

    update_enabled: Annotated[bool, At(1)] = False


@dataclass(frozen=True, slots=True)
class CacheCapabilities:
    """What a server can as a cache."""

    digest_functions: Annotated[tuple[int, ...], At(1, bits=32)] = ()
    action_cache_update_capabilities: Annotated[ActionCacheUpdateCapabilities | None, At(2)] = None
    max_batch_total_size_bytes: Annotated[int, At(4)] = 0
    supported_compressors: Annotated[tuple[int, ...], At(6, bits=32)] = ()
    supported_batch_update_compressors: Annotated[tuple[int, ...], At(7, bits=32)] = ()
    max_cas_blob_size_bytes: Annotated[int, At(8)] = 0


@dataclass(frozen=True, slots=True)
class ServerCapabilities:
    """What a server can."""

    cache_capabilities: Annotated[CacheCapabilities | None, At(1)] = None


# --- action cache ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """How it would be done."""

    arguments: Annotated[tuple[str, ...], At(1)] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """What would be done: names a record."""

    command_digest: Annotated[CasDigest | None, At(1)] = None
    input_root_digest: Annotated[CasDigest | None, At(2)] = None
    salt: Annotated[bytes, At(9)] = b""


@dataclass(frozen=True, slots=True)
class GetActionResultRequest:
    """Ask for an action result; the answer is one (`dunnage.remote.action_result`)."""

    instance_name: Annotated[str, At(1)] = ""
    action_digest: Annotated[CasDigest | None, At(2)] = None
    inline_stdout: Annotated[bool, At(3)] = False
    digest_function: Annotated[int, At(6, bits=32)] = 0


@dataclass(frozen=True, slots=True)
class UpdateActionResultRequest:
    """Put an action result; the answer is the same once more."""

    instance_name: Annotated[str, At(1)] = ""
    action_digest: Annotated[CasDigest | None, At(2)] = None
    action_result: Annotated[bytes, At(3)] = b""
    """An `ActionResult`, encoded: on the wire a message is not told from its bytes."""
    digest_function: Annotated[int, At(5, bits=32)] = 0


# --- CAS ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindMissingBlobsRequest:
    """Ask which of these blobs are not there."""

    instance_name: Annotated[str, At(1)] = ""
    blob_digests: Annotated[tuple[CasDigest, ...], At(2)] = ()
    digest_function: Annotated[int, At(3, bits=32)] = 0


@dataclass(frozen=True, slots=True)
class FindMissingBlobsResponse:
    """Those."""

    missing_blob_digests: Annotated[tuple[CasDigest, ...], At(2)] = ()


@dataclass(frozen=True, slots=True)
class BlobToUpdate:
    """`BatchUpdateBlobsRequest.Request`."""

    digest: Annotated[CasDigest | None, At(1)] = None
    data: Annotated[bytes, At(2)] = b""
    compressor: Annotated[int, At(3, bits=32)] = 0


@dataclass(frozen=True, slots=True)
class BatchUpdateBlobsRequest:
    """Put small blobs."""

    instance_name: Annotated[str, At(1)] = ""
    requests: Annotated[tuple[BlobToUpdate, ...], At(2)] = ()
    digest_function: Annotated[int, At(5, bits=32)] = 0


@dataclass(frozen=True, slots=True)
class BlobUpdated:
    """`BatchUpdateBlobsResponse.Response`."""

    digest: Annotated[CasDigest | None, At(1)] = None
    status: Annotated[Status | None, At(2)] = None


@dataclass(frozen=True, slots=True)
class BatchUpdateBlobsResponse:
    """What became of each."""

    responses: Annotated[tuple[BlobUpdated, ...], At(1)] = ()


@dataclass(frozen=True, slots=True)
class BatchReadBlobsRequest:
    """Get small blobs."""

    instance_name: Annotated[str, At(1)] = ""
    digests: Annotated[tuple[CasDigest, ...], At(2)] = ()
    acceptable_compressors: Annotated[tuple[int, ...], At(3, bits=32)] = ()
    digest_function: Annotated[int, At(4, bits=32)] = 0


@dataclass(frozen=True, slots=True)
class BlobRead:
    """`BatchReadBlobsResponse.Response`."""

    digest: Annotated[CasDigest | None, At(1)] = None
    data: Annotated[bytes, At(2)] = b""
    status: Annotated[Status | None, At(3)] = None
    compressor: Annotated[int, At(4, bits=32)] = 0


@dataclass(frozen=True, slots=True)
class BatchReadBlobsResponse:
    """Those that are there."""

    responses: Annotated[tuple[BlobRead, ...], At(1)] = ()


# --- byte streams ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Get a large blob, from its beginning to its end."""

    resource_name: Annotated[str, At(1)] = ""


@dataclass(frozen=True, slots=True)
class ReadResponse:
    """A piece of it."""

    data: Annotated[bytes, At(10)] = b""


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """A piece of a large blob to be put; the first one names it."""

    resource_name: Annotated[str, At(1)] = ""
    write_offset: Annotated[int, At(2)] = 0
    finish_write: Annotated[bool, At(3)] = False
    data: Annotated[bytes, At(10)] = b""


@dataclass(frozen=True, slots=True)
class WriteResponse:
    """How much of it is there now."""

    committed_size: Annotated[int, At(1)] = 0
