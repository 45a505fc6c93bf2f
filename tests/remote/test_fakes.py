"""The fakes, seen with clients that nobody here wrote: what those put, we get, and the reverse."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import opendal
import pytest
from azure.core.exceptions import ClientAuthenticationError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContainerClient

from dunnage.remote.azure import open_backend as open_azure
from dunnage.remote.contract import Record
from dunnage.remote.gcs import open_backend as open_gcs
from dunnage.remote.objects import name_of_record
from dunnage.remote.record_frames import packed, unpacked
from dunnage.remote.url import RemoteUrl
from support.commands import run
from support.remotes import azure, gcs
from support.remotes.bazel_remote import BazelRemote
from support.remotes.http_fake import HttpFake
from support.remotes.programs import environment
from support.remotes.things import name
from support.require import require

LARGE = os.urandom(5_000_000)


@pytest.fixture
def account() -> Iterator[HttpFake]:
    with HttpFake(azure.Azure().answer).serving() as fake:
        yield fake


def theirs(fake: HttpFake, key: str = azure.KEY, container: str = "container") -> ContainerClient:
    """Azure's own client, without its retries."""
    service = BlobServiceClient(
        f"http://127.0.0.1:{fake.port}/{azure.ACCOUNT}",
        {"account_name": azure.ACCOUNT, "account_key": key},
        max_single_put_size=1_000_000, max_block_size=1_000_000, retry_total=0,
    )  # fmt: skip
    return service.get_container_client(container)


def test_azures_own_client(account: HttpFake) -> None:
    with theirs(account) as container:
        for data in (b"", b"small", LARGE):
            container.upload_blob("blob", data, overwrite=True)
            assert container.download_blob("blob").readall() == data
            assert container.get_blob_client("blob").get_blob_properties().size == len(data)
        assert container.download_blob("blob", offset=10, length=5).readall() == LARGE[10:15]
        with pytest.raises(ResourceExistsError):
            container.upload_blob("blob", b"again")
        with pytest.raises(ResourceNotFoundError):
            container.download_blob("absent")
    with theirs(account, container="absent") as container, pytest.raises(ResourceNotFoundError):
        container.upload_blob("blob", b"x")
    with theirs(account, key="d3Jvbmc=") as container, pytest.raises(ClientAuthenticationError):
        container.upload_blob("blob", b"x")


def test_azures_own_client_and_we(account: HttpFake) -> None:
    backend = open_azure(RemoteUrl.parse(azure.url_of(account)), {"AZURE_STORAGE_KEY": azure.KEY})
    ours, its = name(), name()
    backend.put_records([Record(ours, b"ours")])
    with theirs(account) as container:
        container.upload_blob(f"pre/fix/{name_of_record(its)}", packed(b"theirs"))
        assert unpacked(container.download_blob(f"pre/fix/{name_of_record(ours)}").readall()) == b"ours"
    assert backend.get_records([its]) == {its: b"theirs"}
    backend.close()


def test_opendal_on_azure(account: HttpFake) -> None:
    async def use() -> None:
        operator = opendal.AsyncOperator(
            "azblob", container="container", account_name=azure.ACCOUNT, account_key=azure.KEY,
            endpoint=f"http://127.0.0.1:{account.port}/{azure.ACCOUNT}", root="/",
        )  # fmt: skip
        await operator.write("blob", LARGE)
        assert await operator.read("blob") == LARGE
        assert (await operator.stat("blob")).content_length == len(LARGE)

    asyncio.run(use())


_GOOGLES = """
import sys
from google.cloud import storage
from google.cloud.exceptions import NotFound
from google.cloud.storage import transfer_manager
from google.oauth2.credentials import Credentials

endpoint, token, large, put, got = sys.argv[1:]
client = storage.Client("project", Credentials(token), client_options={"api_endpoint": endpoint})
bucket = client.bucket("bucket")
for data in (b"", b"small"):
    bucket.blob("small").upload_from_string(data, retry=None)
    assert bucket.blob("small").download_as_bytes(retry=None) == data
bucket.blob(put).upload_from_string(open(large, "rb").read(), retry=None)
transfer_manager.upload_chunks_concurrently(  # the XML API's multipart upload
    large, bucket.blob("large"), chunk_size=2_000_000, worker_type="thread", max_workers=2, checksum="md5"
)
assert bucket.blob("large").download_as_bytes(retry=None) == open(large, "rb").read()
try:
    bucket.blob("absent").download_as_bytes(retry=None)
except NotFound:
    pass
else:
    raise AssertionError("absent is there")
open(large, "wb").write(bucket.blob(got).download_as_bytes(retry=None))
print("well")
"""


def test_googles_own_client_and_we(tmp_path: Path) -> None:
    python = environment("google-cloud-storage", "google-cloud-storage==3.17.1") / "python"
    ours, its = name(), name()
    large = tmp_path / "large"
    with open(large, "wb") as file:
        file.write(packed(LARGE[:4_000_000]))
    with HttpFake(gcs.Gcs().answer).serving() as fake:
        backend = open_gcs(RemoteUrl.parse(gcs.url_of(fake)), {"CLOUDSDK_AUTH_ACCESS_TOKEN": gcs.TOKEN})
        backend.put_records([Record(ours, b"ours")])
        names = (f"pre/fix/{name_of_record(each)}" for each in (its, ours))
        ran = subprocess.run(
            [python, "-c", _GOOGLES, f"http://127.0.0.1:{fake.port}", gcs.TOKEN, large, *names],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.stdout == "well\n", ran.stderr[-4000:]
        assert backend.get_records([its]) == {its: LARGE[:4_000_000]}
        backend.close()
    with open(large, "rb") as file:
        assert unpacked(file.read()) == b"ours"


def test_ccache_on_bazel_remote(tmp_path: Path) -> None:
    """As `bazel-remote --disable_http_ac_validation`: ccache keeps under `/ac/` what is no ActionResult."""
    require("ccache")
    require("gcc")
    kept = BazelRemote(looks_into_results=False)
    (tmp_path / "x.c").write_text("int x(void) { return 6; }\n")
    with HttpFake(kept.answer).serving() as fake:
        for machine in ("one", "two"):
            environ = {
                **os.environ,
                "CCACHE_DIR": str(tmp_path / machine),
                "CCACHE_REMOTE_STORAGE": f"http://127.0.0.1:{fake.port}|layout=bazel",
            }
            run(["ccache", "gcc", "-c", "x.c", "-o", f"{machine}.o"], env=environ, cwd=tmp_path).succeeded()
            counters = run(["ccache", "--print-stats"], env=environ).succeeded().stdout
            hits = 1 if machine == "two" else 0
            assert f"remote_storage_hit\t{hits}" in counters
    assert (tmp_path / "one.o").read_bytes() == (tmp_path / "two.o").read_bytes()
    assert len(kept.results) == 2  # a manifest and a result
