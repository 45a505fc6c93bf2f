"""Remotes that are killed, slow, lying and full, under a real build on a machine that has nothing else: it is built
right, everything that happened is counted, and nobody was held up beyond his deadline.

Each trouble is here with one kind of server; with the other kinds it is large.
"""

import random
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import zstandard
from redis import Redis
from redis.exceptions import RedisError

from support.layered import LOWER, LOWER_UNITS, UNITS
from support.remotes.bazel_remote import BazelRemote
from support.remotes.http_fake import Asked, HttpFake, Reply
from support.remotes.reapi_server import Knobs, serving
from support.remotes.redis_server import RedisServer
from support.remotes.servers import Servers, another, filled
from support.require import require

LARGE = pytest.mark.large


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with filled(tmp_path_factory.mktemp("servers")) as made:
        yield made


# --- killed -------------------------------------------------------------------------------------------


@contextmanager
def gone(servers: Servers, kind: str) -> Iterator[None]:
    """The server is not there, and then it is again."""
    hidden = servers.directory.with_name("hidden")
    stop, start = {
        "http": (servers.http.kill, servers.http.start),
        "redis": (servers.redis.program.kill, servers.redis.program.start),
        "reapi": (servers.reapi.stop, servers.reapi.start),
        "directory": (lambda: servers.directory.rename(hidden), lambda: hidden.rename(servers.directory)),
    }[kind]
    stop()
    try:
        yield
    finally:
        start()


@pytest.mark.parametrize(
    "kind", ["redis", pytest.param("http", marks=LARGE), pytest.param("reapi", marks=LARGE)]
)
def test_killed_and_restarted(servers: Servers, tmp_path: Path, kind: str) -> None:
    """What is compiled meanwhile is a miss; what comes before and afterwards is a hit."""
    with another(servers, tmp_path, servers.url(kind)) as machine:
        assert machine.build(*LOWER) == {"remote": LOWER_UNITS}
        with gone(servers, kind):
            assert machine.build("-p", "macros") == {"new": 1}
            assert machine.remote()["not_fetched"] == {"unavailable": 1}
        found = machine.build()
        missed = found.get("new", 0)
        assert missed <= (
            1 if kind == "reapi" else 0
        )  # gRPC connects again by itself, a second later at most
        assert found["remote"] + missed == sum(found.values()) == UNITS - LOWER_UNITS - 1
        remote = machine.remote()
        assert remote["fetched"] == found["remote"] + LOWER_UNITS
        assert (remote["not_fetched"], remote["trouble"]) == ({"unavailable": 1 + missed}, "")


@LARGE
def test_a_directory_that_is_not_mounted_for_a_while(servers: Servers, tmp_path: Path) -> None:
    """Nothing is there then; and nothing is made where it was."""
    with another(servers, tmp_path, servers.url("directory")) as machine:
        with gone(servers, "directory"):
            assert machine.build(*LOWER) == {"new": LOWER_UNITS}
            assert not servers.directory.exists()
        assert machine.build() == {"remote": UNITS - LOWER_UNITS}


def test_killed_in_the_middle_of_an_answer(servers: Servers, tmp_path: Path) -> None:
    """It never comes back: soon nobody asks it any more."""
    number = iter(range(1000))
    servers.http.knobs.dies = lambda asked: next(number) == 3 * LOWER_UNITS + 1
    try:
        with another(servers, tmp_path, servers.url("http"), jobs=2) as machine:
            found = machine.build()
            remote = machine.remote()
    finally:
        servers.http.knobs.dies = lambda _: False
        servers.http.start()
    assert sum(found.values()) == UNITS
    assert found["remote"] == remote["fetched"] >= LOWER_UNITS - 1  # two at once: one may be under way
    # `late`: the last of the two seconds that all may wait in vain ended in a pause between two tries.
    assert set(remote["not_fetched"]) <= {"unavailable", "damaged", "late"}
    assert 1 <= sum(remote["not_fetched"].values()) <= UNITS - found["remote"]
    assert remote["trouble"]


@LARGE
def test_redis_killed_in_the_middle_of_a_build(servers: Servers, tmp_path: Path) -> None:
    """A real kill -9, when so many values were asked for. It has everything when it is back."""
    monitor = Redis(port=servers.redis.port).monitor()
    asked = []

    def watch() -> None:
        with suppress(RedisError):
            for command in monitor.listen():
                asked.append(command["command"])
                if sum(each.startswith("GETRANGE") for each in asked) == 3 * LOWER_UNITS:
                    servers.redis.program.kill()
                    return

    with monitor, another(servers, tmp_path, servers.url("redis")) as machine:
        watching = threading.Thread(target=watch)
        watching.start()
        found = machine.build()
        watching.join()
        remote = machine.remote()
    servers.redis.program.start()
    assert sum(found.values()) == UNITS
    assert found["remote"] == remote["fetched"] > 0
    assert 1 <= sum(remote["not_fetched"].values()) <= UNITS - found["remote"]
    with another(servers, tmp_path / "third", servers.url("redis"), jobs=2) as machine:
        assert machine.build() == {"remote": UNITS}


def test_killed_while_it_is_written_to(servers: Servers, tmp_path: Path) -> None:
    """What it did not take is sent again when it is back: nothing is lost."""
    kept = BazelRemote()
    with HttpFake(kept.answer).serving() as http:
        url = f"http://127.0.0.1:{http.port}"
        first = iter((True,))
        died = threading.Event()

        def dies(asked: Asked) -> bool:
            if asked.method != "PUT" or not next(first, False):
                return False
            died.set()
            return True

        http.knobs.dies = dies
        with another(servers, tmp_path, url, write="on", jobs=2) as machine:
            assert sum(machine.build().values()) == UNITS
            assert died.wait(60)
            http.start()
            said = machine.site.dunnage_says("stop")
            assert (said.stdout.count(f"{UNITS} results"), said.stderr) == (1, "")
        with another(servers, tmp_path / "third", url, jobs=2) as machine:
            assert machine.build() == {"remote": UNITS}


# --- slow ---------------------------------------------------------------------------------------------


@LARGE
def test_each_answer_takes_a_second(servers: Servers, tmp_path: Path) -> None:
    """The third answer of the first unit would come after more than the two seconds that all may wait in vain."""
    servers.http.knobs.delay_s = 1.0
    try:
        with another(servers, tmp_path, servers.url("http")) as machine:
            assert machine.build() == {"new": UNITS}
            remote = machine.remote()
    finally:
        servers.http.knobs.delay_s = 0
    assert (remote["not_fetched"], remote["fetched"]) == ({"late": 1}, 0)


def test_blobs_drip(servers: Servers, tmp_path: Path) -> None:
    """Records come at once, and no blob ever ends: two units wait for theirs a second each, or what they compile."""
    servers.http.knobs.drip = lambda asked: 0.05 if asked.path.startswith("/cas/") else 0
    try:
        with another(servers, tmp_path, servers.url("http")) as machine:
            found = machine.build()
            remote = machine.remote()
    finally:
        servers.http.knobs.drip = lambda _: 0
    assert sum(found.values()) == UNITS
    assert 1 <= found["remote-late"] <= 2
    assert (remote["not_fetched"], remote["fetched"]) == ({"late": found["remote-late"]}, 0)


@LARGE
@pytest.mark.parametrize("kind", ["redis", "reapi"])
def test_one_that_stands_still(servers: Servers, tmp_path: Path, kind: str) -> None:
    """It takes connections, and answers nothing."""
    servers.reapi.held.clear()
    servers.redis.program.signal(signal.SIGSTOP)
    try:
        with another(servers, tmp_path, servers.url(kind)) as machine:
            assert machine.build() == {"new": UNITS}
            remote = machine.remote()
    finally:
        servers.redis.program.signal(signal.SIGCONT)
        servers.reapi.held.set()
    assert (remote["not_fetched"], remote["fetched"]) == ({"late": 1}, 0)


# --- lying --------------------------------------------------------------------------------------------


def is_blob(asked: Asked) -> bool:
    return asked.path.startswith("/cas/")


def truth(_: Servers, __: Asked, reply: Reply) -> Reply:
    return reply


def wrong_bytes(servers: Servers, asked: Asked, reply: Reply) -> Reply:
    """As many as there should be."""
    if not is_blob(asked):
        return reply
    plain = servers.bazel.blobs[asked.path.removeprefix("/cas/")]
    return Reply(200, zstandard.compress(bytes(len(plain))), reply.headers)


def cut(_: Servers, asked: Asked, reply: Reply) -> Reply:
    return Reply(200, reply.body[: len(reply.body) // 2], reply.headers) if is_blob(asked) else reply


def nothing(_: Servers, asked: Asked, reply: Reply) -> Reply:
    """It has the records, and has lost the blobs."""
    return Reply(404) if is_blob(asked) else reply


def of_another(servers: Servers, asked: Asked, reply: Reply) -> Reply:
    """A whole record, of something else."""
    names = sorted(servers.bazel.results)
    name = asked.path.removeprefix("/ac/")
    if name not in names:
        return reply
    return Reply(200, servers.bazel.results[names[names.index(name) - 1]])


def garbage(_: Servers, asked: Asked, __: Reply) -> Reply:
    return Reply(200, random.Random(asked.path).randbytes(300))


LIES = (
    (wrong_bytes, "damaged", "remote-failed"),
    (cut, "damaged", "remote-failed"),
    (nothing, "evicted", "remote-failed"),
    (of_another, "untrusted", "new"),
    (garbage, "damaged", "new"),
)
"""Each with what it is counted as, and why units are misses then."""


@contextmanager
def lying(servers: Servers, lie: Callable[[Servers, Asked, Reply], Reply]) -> Iterator[None]:
    servers.http.knobs.lie = lambda asked, reply: lie(servers, asked, reply)
    try:
        yield
    finally:
        servers.http.knobs.lie = lambda _, reply: reply


@LARGE
@pytest.mark.parametrize(("lie", "why", "missed"), LIES, ids=lambda each: getattr(each, "__name__", ""))
def test_a_lie(
    servers: Servers, tmp_path: Path, lie: Callable[[Servers, Asked, Reply], Reply], why: str, missed: str
) -> None:
    with lying(servers, lie), another(servers, tmp_path, servers.url("http"), jobs=2) as machine:
        assert machine.build() == {missed: UNITS}
        remote = machine.remote()
        assert (remote["not_fetched"], remote["fetched"]) == ({why: UNITS}, 0)


def test_all_lies_together(servers: Servers, tmp_path: Path) -> None:
    """Another one, or none, for each record and each blob."""
    chosen, lies = random.Random(6), [truth, truth, truth, *(lie for lie, _, _ in LIES)]
    by_path: dict[str, Callable[[Servers, Asked, Reply], Reply]] = {}

    def some_lie(servers: Servers, asked: Asked, reply: Reply) -> Reply:
        return by_path.setdefault(asked.path, chosen.choice(lies))(servers, asked, reply)

    with lying(servers, some_lie), another(servers, tmp_path, servers.url("http")) as machine:
        found = machine.build()
        remote = machine.remote()
    assert set(found) <= {"new", "remote-failed", "remote"}
    assert sum(found.values()) == UNITS
    assert found.get("remote", 0) == remote["fetched"]
    assert sum(remote["not_fetched"].values()) == UNITS - remote["fetched"]
    assert set(remote["not_fetched"]) <= {"damaged", "evicted", "untrusted"}


def spoilt(data: bytes, number: int) -> bytes:
    """Cut, of another kind, or with another byte in the middle."""
    middle = len(data) // 2
    return (data[:middle], b"nonsense" * 20, data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])[
        number % 3
    ]


def spoil(servers: Servers, kind: str, what: str, copy: Path) -> str:
    """A server whose blobs, or records, are all damaged; its URL."""
    words = ("blob",) if what == "blobs" else ("unit", "action")
    if kind == "directory":
        shutil.copytree(servers.directory, copy)
        files = sorted(path for word in words for path in copy.glob(f"v1/{word}/*/*"))
        for number, path in enumerate(files):
            data = path.read_bytes()
            path.chmod(0o644)
            path.write_bytes(spoilt(data, number))
        assert len(files) >= UNITS
        return f"file://{copy}"
    client = Redis(port=servers.redis.port)
    for number, name in enumerate(sorted(client.scan_iter("*v1:*"))):
        data, kind_of = client.get(name), name.split(b"v1:")[1].split(b":")[0].decode()
        assert isinstance(data, bytes)
        kept = spoilt(data, number) if kind_of in words else data
        client.set(f"spoilt {what}:v1:".encode() + name.split(b"v1:")[1], kept)
    client.close()
    return f"{servers.url('redis')}?prefix=spoilt {what}:".replace(" ", "%20")


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("directory", "records"),
        pytest.param("directory", "blobs", marks=LARGE),
        pytest.param("redis", "records", marks=LARGE),
        pytest.param("redis", "blobs", marks=LARGE),
    ],
)
def test_what_is_kept_is_damaged(servers: Servers, tmp_path: Path, kind: str, what: str) -> None:
    """Whoever writes puts it again: blobs that he was sent damaged, and records that nobody can read."""
    url = spoil(servers, kind, what, tmp_path / "copy")
    missed = {"remote-failed": UNITS} if what == "blobs" else {"new": UNITS}
    with another(servers, tmp_path, url, write="on", jobs=2) as machine:
        assert machine.build() == missed
        not_fetched = machine.remote()["not_fetched"]
        assert sum(not_fetched.values()) == UNITS
        assert set(not_fetched) <= {"damaged", "untrusted"}
        assert machine.site.dunnage_says("stop").stdout.count(f"{UNITS} results") == 1
    with another(servers, tmp_path / "third", url) as machine:
        assert machine.build() == {"remote": UNITS}


# --- full ---------------------------------------------------------------------------------------------


@contextmanager
def full(kind: str, base: Path) -> Iterator[str]:
    """A server that has no room, or soon has none; its URL."""
    with ExitStack() as stack:
        if kind == "directory":
            require("tmpfs")
            base.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "dunnage-test", base], check=True)
            stack.callback(subprocess.run, ["umount", "--lazy", base], check=True)
            yield f"file://{base}"
        elif kind == "http":
            kept = BazelRemote()
            kept.most = 200_000
            http = stack.enter_context(HttpFake(kept.answer).serving())
            yield f"http://127.0.0.1:{http.port}"
        elif kind == "reapi":
            server = stack.enter_context(serving(Knobs(has_room=False)))
            yield f"grpc://127.0.0.1:{server.port}"
        else:
            base.mkdir()
            server = RedisServer(base, "--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
            stack.enter_context(server.program.running())
            yield server.url


@pytest.mark.parametrize(
    "kind", ["directory", *(pytest.param(kind, marks=LARGE) for kind in ("redis", "http", "reapi"))]
)
def test_one_without_room(servers: Servers, tmp_path: Path, kind: str) -> None:
    with full(kind, tmp_path / "full") as url:
        with another(servers, tmp_path / "second", url, write="on", jobs=2) as machine:
            assert machine.build() == {"new": UNITS}
            while machine.remote()["waiting"]:
                pass  # each question takes the command line a tenth of a second
            remote = machine.remote()
            assert set(remote["not_sent"]) == {"full"}
            assert remote["sent"] + remote["not_sent"]["full"] == UNITS
            said = machine.site.dunnage_says("stop").stderr
            assert f"did not go to {url}: it had no room." in said
        with another(servers, tmp_path / "third", url, jobs=2) as machine:  # what it has, and nothing wrong
            assert sum(machine.build().values()) == UNITS
            assert set(machine.remote()["not_fetched"]) <= {"evicted"}
