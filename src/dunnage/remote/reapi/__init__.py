"""The Remote Execution API, version 2, as far as it stores: action cache, CAS and byte streams over gRPC.

Servers for teams speak it: bazel-remote, Buildbarn, BuildBuddy, BuildGrid, NativeLink. Names of methods, messages and
fields are those of `build/bazel/remote/execution/v2/remote_execution.proto`, whose comments are the specification.

    backend       the contract, put together from what follows
    address       from a URL to where to go
    headers       the credentials
    capabilities  what a server can, and how its digests are made
    records       a record as the action result of an Action of its own
    cas           many blobs at once: small ones in batches, large ones as streams
    streams       one large blob
    contents      the bytes of a blob on their way
    names         what our blobs are called there
    calls         the only file that knows gRPC
    status        what its status codes mean for us
    messages      the messages as tables
    protobuf      their encoding
"""
