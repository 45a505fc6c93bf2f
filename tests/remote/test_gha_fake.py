"""The fake of GitHub's cache is held to clients that nobody here wrote: sccache and opendal speak to the service in
protobuf, Azure's own library to the storage.
"""

import hashlib
import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import opendal
import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobBlock, BlobClient

from support.commands import run
from support.images import sccache
from support.remotes.gha_entries import READ, WRITE, token
from support.remotes.gha_service import MAIN, GhaService, gha_service

VERSION = hashlib.sha256(b"ours").hexdigest()
BRANCH = "refs/heads/topic"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[GhaService]:
    with gha_service(tmp_path / "storage") as service:
        yield service


def ask(
    fake: GhaService, method: str, scopes: tuple[tuple[str, int], ...] = (), **fields: Any
) -> dict[str, Any]:
    """As the JavaScript client asks. Raises HTTPError."""
    environ = fake.environ(*scopes)
    request = urllib.request.Request(
        f"{environ['ACTIONS_RESULTS_URL']}twirp/github.actions.results.api.v1.CacheService/{method}",
        json.dumps({"version": VERSION, **fields}).encode(),
        {"Authorization": f"Bearer {environ['ACTIONS_RUNTIME_TOKEN']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def refused(
    fake: GhaService, method: str, scopes: tuple[tuple[str, int], ...] = (), **fields: Any
) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(fake, method, scopes, **fields)
    with caught.value as error:
        said = json.load(error)
    return error.code, said["msg"]


def keep(fake: GhaService, key: str, data: bytes, *scopes: tuple[str, int]) -> None:
    url = ask(fake, "CreateCacheEntry", scopes, key=key)["signed_upload_url"]
    BlobClient.from_blob_url(url).upload_blob(data)
    ask(fake, "FinalizeCacheEntryUpload", scopes, key=key, size_bytes=str(len(data)))


def found(
    fake: GhaService, key: str, *restore_keys: str, scopes: tuple[tuple[str, int], ...] = ()
) -> str | None:
    answer = ask(fake, "GetCacheEntryDownloadURL", scopes, key=key, restore_keys=list(restore_keys))
    assert answer == {} or set(answer) == {"ok", "matched_key", "signed_download_url"}
    return answer.get("matched_key")


def test_sccache_compiles_once(fake: GhaService, tmp_path: Path) -> None:
    source = tmp_path / "answer.c"
    source.write_text("int answer(void) { return 42; }\n")
    environ = {
        **os.environ,
        **fake.environ(),
        "SCCACHE_GHA_ENABLED": "on",
        "SCCACHE_SERVER_UDS": str(tmp_path / "socket"),
        "SCCACHE_DIR": str(tmp_path / "unused"),
        "SCCACHE_IDLE_TIMEOUT": "60",
    }
    gcc = shutil.which("gcc")
    assert gcc is not None

    def stats_after_compiling() -> dict[str, Any]:
        """Of a new server each time: only what GitHub's cache keeps is there."""
        try:
            run([sccache(), gcc, "-c", source, "-o", tmp_path / "answer.o"], env=environ).succeeded()
            shown = run([sccache(), "--show-stats", "--stats-format=json"], env=environ).succeeded()
        finally:
            run([sccache(), "--stop-server"], env=environ)
        stats: dict[str, Any] = json.loads(shown.stdout)["stats"]
        return stats

    cold = stats_after_compiling()
    assert (cold["cache_misses"]["counts"], cold["cache_write_errors"]) == ({"C/C++": 1}, 0)
    warm = stats_after_compiling()
    assert (warm["cache_hits"]["counts"], warm["cache_misses"]["counts"]) == ({"C/C++": 1}, {})


def test_opendal_writes_and_reads(fake: GhaService) -> None:
    environ = fake.environ()

    def operator() -> opendal.Operator:
        return opendal.Operator(
            "ghac",
            root="/here/",
            version="one",
            endpoint=environ["ACTIONS_RESULTS_URL"].rstrip("/"),
            runtime_token=environ["ACTIONS_RUNTIME_TOKEN"],
            service_version="v2",
        )

    os.environ["ACTIONS_CACHE_SERVICE_V2"] = "True"
    try:
        data = os.urandom(3_000_000)
        operator().write("some/key", data, chunk=1 << 20)
        assert operator().read("some/key") == data
        assert operator().stat("some/key").content_length == len(data)
        with operator().open("some/key", "rb") as file:
            file.seek(1_000_000)
            assert file.read(10) == data[1_000_000:1_000_010]
        with pytest.raises(opendal.exceptions.NotFound):
            operator().read("another/key")
    finally:
        del os.environ["ACTIONS_CACHE_SERVICE_V2"]


@pytest.mark.parametrize("single", [1 << 26, 1000], ids=["put-blob", "blocks"])
def test_azure_uploads_and_downloads(fake: GhaService, single: int) -> None:
    data = os.urandom(200_000)
    url = ask(fake, "CreateCacheEntry", key="k")["signed_upload_url"]
    BlobClient.from_blob_url(url, max_single_put_size=single, max_block_size=65_536).upload_blob(data)
    assert found(fake, "k") is None, "nobody sees it yet"
    ask(fake, "FinalizeCacheEntryUpload", key="k", size_bytes=str(len(data)))
    down = ask(fake, "GetCacheEntryDownloadURL", key="k")["signed_download_url"]
    client = BlobClient.from_blob_url(down, max_single_get_size=50_000, max_chunk_get_size=30_000)
    assert client.download_blob().readall() == data
    assert client.get_blob_properties().size == len(data)
    assert client.download_blob(offset=100, length=50).readall() == data[100:150]
    with pytest.raises(HttpResponseError):
        client.upload_blob(data, overwrite=True)


def test_azure_is_told_what_it_does_wrong(fake: GhaService) -> None:
    url = ask(fake, "CreateCacheEntry", key="k")["signed_upload_url"]
    client = BlobClient.from_blob_url(url)
    client.stage_block("MDE=", b"one")
    with pytest.raises(HttpResponseError):
        client.commit_block_list([BlobBlock(block_id="MDI=")])
    client.commit_block_list([BlobBlock(block_id="MDE=")])
    code, _ = refused(fake, "FinalizeCacheEntryUpload", key="k", size_bytes="4")
    assert code == 400
    ask(fake, "FinalizeCacheEntryUpload", key="k", size_bytes=3)
    fake.knobs.url_lifetime_s = -1
    for expired in (url.split("?")[0], ask(fake, "GetCacheEntryDownloadURL", key="k")["signed_download_url"]):
        with pytest.raises(HttpResponseError) as caught:
            BlobClient.from_blob_url(expired).download_blob()
        assert caught.value.status_code == 403


def test_a_key_is_taken_from_the_reservation_on(fake: GhaService) -> None:
    ask(fake, "CreateCacheEntry", key="k")
    code, text = refused(fake, "CreateCacheEntry", key="k")
    assert (code, text) == (409, "cache entry with the same key, version, and scope already exists")
    ask(fake, "CreateCacheEntry", ((BRANCH, WRITE),), key="k")


def test_prefixes_find_the_newest_of_the_first_scope(fake: GhaService) -> None:
    for key in ("a-1", "a-2", "b-1"):
        keep(fake, key, b"main", (MAIN, 3))
    keep(fake, "b-0", b"branch", (BRANCH, 3), (MAIN, 1))
    both = ((BRANCH, 3), (MAIN, 1))
    assert found(fake, "a-1") == "a-1"
    assert found(fake, "a-") == "a-2"
    assert found(fake, "c", "b-", "a-") == "b-1"
    assert found(fake, "c", "b-", scopes=both) == "b-0"
    assert found(fake, "a-", "b-", scopes=both) == "b-0", "the whole of one scope first"
    assert found(fake, "a-", scopes=both) == "a-2"
    assert found(fake, "b-0") is None
    assert ask(fake, "GetCacheEntryDownloadURL", key="a-1", version="0" * 64) == {}


def test_what_is_refused(fake: GhaService) -> None:
    assert refused(fake, "CreateCacheEntry", ((MAIN, READ),), key="k") == (
        403, "cache write denied: token has no writable scopes",
    )  # fmt: skip
    assert refused(fake, "GetCacheEntryDownloadURL", ((MAIN, WRITE),), key="k")[1].startswith(
        "cache read denied"
    )
    assert refused(fake, "CreateCacheEntry", key="a,b")[0] == 400
    assert refused(fake, "CreateCacheEntry", key="k" * 513)[0] == 400
    assert refused(fake, "CreateCacheEntry", key="k", version="one")[0] == 400
    assert refused(fake, "GetCacheEntryDownloadURL", key="k", restore_keys=["k"] * 10)[0] == 400
    assert refused(fake, "FinalizeCacheEntryUpload", key="k", size_bytes="0")[0] == 404
    assert refused(fake, "DeleteCacheEntry", key="k")[0] == 404
    fake.knobs.uploads_per_minute = 0
    assert refused(fake, "CreateCacheEntry", key="k") == (429, "rate limit exceeded")
    fake.environ = lambda *scopes: {  # type: ignore[method-assign]
        "ACTIONS_RESULTS_URL": f"{fake.url}/", "ACTIONS_RUNTIME_TOKEN": token((MAIN, 3), lasts_s=-1),
    }  # fmt: skip
    assert refused(fake, "CreateCacheEntry", key="k")[0] == 401


def test_what_is_evicted_is_gone(fake: GhaService) -> None:
    keep(fake, "old-1", b"data")
    url = ask(fake, "GetCacheEntryDownloadURL", key="old-1")["signed_download_url"]
    assert fake.evict("old-") == 1
    assert found(fake, "old-1") is None
    with pytest.raises(HttpResponseError) as caught:
        BlobClient.from_blob_url(url).download_blob()
    assert caught.value.status_code == 404
