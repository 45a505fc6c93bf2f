"""What the runner and the URL say."""

import pytest

from dunnage.errors import ConfigError
from dunnage.remote import limits
from dunnage.remote.gha.environment import Settings, may_write_by, settings_of
from dunnage.remote.url import RemoteUrl
from support.remotes.gha_entries import token

RUNNER = {
    "ACTIONS_RESULTS_URL": "https://results-receiver.actions.githubusercontent.com/some/path",
    "ACTIONS_RUNTIME_TOKEN": token(("refs/heads/main", 3)),
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_RUN_ATTEMPT": "2",
}


def settings(text: str = "gha://", **changed: str) -> Settings:
    return settings_of(RemoteUrl.parse(text), {**RUNNER, **changed})


def refused(text: str = "gha://", **changed: str) -> str:
    with pytest.raises(ConfigError) as caught:
        settings(text, **changed)
    assert RUNNER["ACTIONS_RUNTIME_TOKEN"] not in str(caught.value)
    return str(caught.value)


def test_what_a_job_goes_by() -> None:
    made = settings("gha://?lane=linux&restore=a,linux,b,a&share=2GiB&namespace=pr&refresh=600")
    assert made.results_url == "https://results-receiver.actions.githubusercontent.com"
    assert (made.may_read, made.may_write) == (True, True)
    assert (made.lane, made.restore, made.run) == ("linux", ("a", "b"), "4711-2")
    assert (made.share_bytes, made.namespace, made.refresh_s) == (2 << 30, "pr", 600)
    plain = settings()
    assert (plain.lane, plain.restore, plain.refresh_s) == ("default", (), None)
    assert plain.share_bytes == limits.GHA_SHARE_BYTES_DEFAULT
    assert RUNNER["ACTIONS_RUNTIME_TOKEN"] not in repr(plain)


def test_a_job_has_a_lane_of_its_own() -> None:
    made = settings(GITHUB_WORKFLOW="CI, all", GITHUB_JOB="build", RUNNER_OS="Linux", RUNNER_ARCH="X64")
    assert made.lane.startswith("CI_all-build-Linux-X64-")
    other = settings(GITHUB_WORKFLOW="CI; all", GITHUB_JOB="build", RUNNER_OS="Linux", RUNNER_ARCH="X64")
    assert other.lane != made.lane


@pytest.mark.parametrize("lane", ["a/b", "a,b", "a b", "ä", "x" * 500])
def test_lanes_can_stand_in_keys(lane: str) -> None:
    (made,) = settings(f"gha://?restore={lane.replace(',', ';')}").restore
    assert len(made) <= 100
    assert made.isascii()
    assert not set(made) & set("/, ")


def test_token_in_a_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("t") / "token"
    file.write_text("from-a-file\n")
    assert settings(f"gha://?token_file={file}").token == "from-a-file"


@pytest.mark.parametrize(
    ("server", "works"),
    [("", True), ("https://github.com", True), ("https://acme.ghe.com", True), ("http://x.localhost", True),
     ("https://github.acme.com", False), ("https://notghe.com", False)],
)  # fmt: skip
def test_an_enterprise_server_has_no_such_service(server: str, works: bool) -> None:
    if works:
        settings(GITHUB_SERVER_URL=server)
    else:
        assert "Enterprise Server" in refused(GITHUB_SERVER_URL=server)


def test_what_is_wrong_is_said() -> None:
    assert "ACTIONS_RESULTS_URL is not set" in refused(ACTIONS_RESULTS_URL="")
    assert "ACTIONS_RUNTIME_TOKEN is not set" in refused(ACTIONS_RUNTIME_TOKEN="")
    assert "let the dunnage action start the daemon" in refused(ACTIONS_RUNTIME_TOKEN="")
    assert "no token" in refused(ACTIONS_RUNTIME_TOKEN="two\nlines")
    assert "no URL like" in refused(ACTIONS_RESULTS_URL="results")
    assert "no URL like" in refused(ACTIONS_RESULTS_URL="https://x:port/")
    assert "none of none, read, write, write-only" in refused(ACTIONS_CACHE_MODE="maybe")
    assert "neither host nor path" in refused("gha://host/path")
    assert "an option colour" in refused("gha://?colour=red")
    assert "share" in refused("gha://?share=much")
    assert "keeps nothing" in refused("gha://?share=0")
    assert "refresh is no number" in refused("gha://?refresh=-1")
    assert "more than 8" in refused("gha://?restore=" + ",".join("abcdefghi"))


@pytest.mark.parametrize(
    ("mode", "reads", "writes"),
    [
        ("", True, True),
        ("None", False, False),
        ("read", True, False),
        ("write", True, True),
        ("write-only", False, True),
    ],
)
def test_the_mode(mode: str, reads: bool, writes: bool) -> None:
    made = settings(ACTIONS_CACHE_MODE=mode)
    assert (made.may_read, made.may_write) == (reads, writes)


def test_what_a_token_permits() -> None:
    assert may_write_by(token(("refs/pull/1/merge", 3), ("refs/heads/main", 1)))
    assert may_write_by(token(("refs/heads/main", 2)))
    assert not may_write_by(token(("refs/heads/main", 1)))
    assert not may_write_by(token())
    assert not settings(ACTIONS_RUNTIME_TOKEN=token(("refs/heads/main", 1))).may_write


@pytest.mark.parametrize(
    "text", ["", "opaque", "a.b.c", "a.é.c", "a.e30.c", "a.W10.c", "a.eyJhYyI6IjEifQ.c", "a." + "W" * 9999]
)
def test_a_token_that_cannot_be_read_is_the_services_business(text: str) -> None:
    assert may_write_by(text)


def test_an_address_with_a_number() -> None:
    assert settings(ACTIONS_RESULTS_URL="http://[::1]:81/x").results_url == "http://[::1]:81"
