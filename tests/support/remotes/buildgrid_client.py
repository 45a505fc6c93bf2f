"""Run by BuildGrid's own Python: its client library against a server, with everything that a cache does.

    python buildgrid_client.py http://host:port instance

Prints what it found, one word a line; ends with an error where the server did something that it does not take.
"""

import io
import random
import sys

from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2 as api
from buildgrid.server.client.actioncache import query
from buildgrid.server.client.capabilities import CapabilitiesInterface
from buildgrid.server.client.cas import download, upload
from buildgrid.server.client.channel import setup_channel
from buildgrid.server.utils.digests import create_digest


def main(url: str, instance: str) -> None:
    channel, _ = setup_channel(url)
    cache = CapabilitiesInterface(channel).get_capabilities(instance).cache_capabilities
    assert list(cache.digest_functions) == [api.DigestFunction.SHA256]
    print("capabilities")

    small = [b"small %d" % number for number in range(300)]
    large = random.Random(5).randbytes(9_000_000)
    command = api.Command(arguments=["true"])
    with upload(channel, instance=instance) as uploader:
        digests = [uploader.put_blob(io.BytesIO(data), queue=True) for data in small]
        digests.append(uploader.put_blob(io.BytesIO(large)))
        action = api.Action(
            command_digest=uploader.put_message(command), input_root_digest=create_digest(b"")
        )
        action_digest = uploader.put_message(action)
        again = uploader.put_blob(io.BytesIO(large))
    assert again == digests[-1] == create_digest(large)
    print("uploaded")

    absent = create_digest(b"nobody has this")
    with download(channel, instance=instance) as downloader:
        assert downloader.get_blobs(digests[:-1]) == small
        assert downloader.get_blob(digests[-1]) == large
        assert downloader.get_blob(absent) is None
        found = downloader.get_available_blobs([absent, digests[0]])
        assert [data for data, _ in found] == [small[0]]
        assert downloader.get_message(action_digest, api.Action()) == action
    print("downloaded")

    result = api.ActionResult(stdout_raw=b"body")
    result.output_files.add(path="one", digest=digests[0])
    with query(channel) as cache_client:
        assert cache_client.get(instance, action_digest) is None
        assert cache_client.update(instance, action_digest, result) == result
        assert cache_client.get(instance, action_digest) == result
    print("cached")


if __name__ == "__main__":
    main(*sys.argv[1:])
