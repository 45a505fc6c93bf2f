"""Beside BuildGrid: its client library with our test server, its command line with what we put, its server killed."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage.errors import RemoteRefused, RemoteUnavailable
from dunnage.remote.contract import Backend, Record
from dunnage.remote.reapi.capabilities import Capabilities
from dunnage.remote.reapi.records import action_of
from support.remotes import reapi_server
from support.remotes.buildgrid_server import CLIENT, INSTANCE, BuildGrid, programs, serving
from support.remotes.things import blob, fetched, name, name_of
from support.remotes.waiting import until_it_answers


@pytest.fixture(scope="module")
def buildgrid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuildGrid]:
    with serving(tmp_path_factory.mktemp("buildgrid")) as server:
        yield server


@pytest.fixture
def backend(buildgrid: BuildGrid) -> Iterator[Backend]:
    opened = buildgrid.open(INSTANCE)
    yield opened
    opened.close()


def run(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bgd(server: BuildGrid, *words: object) -> str:
    group, *rest = words
    where = ("--remote", f"http://127.0.0.1:{server.port}", "--instance-name", INSTANCE)
    return run(programs() / "bgd", group, *where, *rest)


@pytest.mark.parametrize("instance", ["", "main"])
def test_the_test_server_is_one_for_a_client_that_nobody_here_wrote(instance: str) -> None:
    knobs = reapi_server.Knobs(instance, strict=True, compressors=(1,), batch_compressors=(1,))
    with reapi_server.serving(knobs) as server:
        said = run(programs() / "python", CLIENT, f"http://127.0.0.1:{server.port}", instance)
    assert said.split() == ["capabilities", "uploaded", "downloaded", "cached"]


def test_that_client_with_its_own_server(buildgrid: BuildGrid) -> None:
    """So that it is known to ask for nothing special."""
    said = run(programs() / "python", CLIENT, f"http://127.0.0.1:{buildgrid.port}", INSTANCE)
    assert said.split() == ["capabilities", "uploaded", "downloaded", "cached"]


def test_its_command_line_reads_what_we_put(buildgrid: BuildGrid, backend: Backend, tmp_path: Path) -> None:
    small, large = b"small blob", bytes(range(256)) * 20_000
    record = Record(name(), b"the body", (name_of(small), name_of(large)))
    backend.put_blobs([blob(small), blob(large)])
    backend.put_records([record])
    action = action_of(record.name, Capabilities())
    digest = f"{hashlib.sha256(action).hexdigest()}/{len(action)}"
    result = json.loads(bgd(buildgrid, "actioncache", "get", "--json", digest))
    assert result["stdoutRaw"] == "dGhlIGJvZHk="
    assert [file["path"] for file in result["outputFiles"]] == [each.digest.hex() for each in record.blobs]
    for data, file in zip((small, large), result["outputFiles"], strict=True):
        target = tmp_path / file["path"]
        name_there = f"{file['digest']['hash']}/{file['digest']['sizeBytes']}"
        bgd(buildgrid, "cas", "download-file", "--verify", name_there, target)
        assert target.read_bytes() == data


def test_what_its_command_line_put_is_not_sent_again(
    buildgrid: BuildGrid, backend: Backend, tmp_path: Path
) -> None:
    data = b"put by another program" * 1000
    (tmp_path / "file").write_bytes(data)
    bgd(buildgrid, "cas", "upload-file", tmp_path / "file")
    record = Record(name(), b"x", (name_of(data),))
    backend.put_blobs([blob(data)])
    backend.put_records([record])
    assert backend.missing([name_of(data)]) == []
    assert fetched(backend, [name_of(data)]) == {name_of(data): data}


def test_an_instance_that_is_not_there(buildgrid: BuildGrid) -> None:
    opened = buildgrid.open("nobody/here")
    with pytest.raises(RemoteRefused, match="nobody/here"):
        opened.check()
    opened.close()


def test_killed_and_restarted(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        opened = server.open()
        record = Record(name(), b"x", (name_of(b"blob"),))
        opened.put_blobs([blob(b"blob")])
        opened.put_records([record])
        server.kill()
        with pytest.raises(RemoteUnavailable):
            opened.get_records([record.name])
        server.start()
        until_it_answers(opened.check)
        assert opened.get_records([record.name]) == {}  # its action cache is in memory
        assert opened.missing([name_of(b"blob")]) == []  # its CAS is on disk
        opened.put_records([record])
        assert opened.get_records([record.name]) == {record.name: b"x"}
        assert fetched(opened, [name_of(b"blob")]) == {name_of(b"blob"): b"blob"}
        opened.close()
