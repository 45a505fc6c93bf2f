"""From settings to tiers: what is wrong is said in a sentence, and what is right is used all the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.config.settings import Settings, defaults
from dunnage.daemon import tiering
from dunnage.daemon.conditions import problems_of
from dunnage.daemon.tiering import Opened, check, open_tiers
from dunnage.errors import RemoteUnavailable
from dunnage.limits import REPLY_TIMEOUT_S
from dunnage.remote import limits, registry
from dunnage.remote.contract import Backend, Traits
from support.remotes.machines import Troubled

CI = {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}


@pytest.fixture
def remotes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Troubled]:
    """What is opened, by URL."""
    made: dict[str, Troubled] = {}

    def opened(url: str, environ: object) -> Backend:
        del environ
        if url.startswith("memory:"):
            return made.setdefault(url, Troubled())
        return registry.open_backend(url, {})

    monkeypatch.setattr(tiering, "open_backend", opened)
    return made


def settings(**changes: str) -> Settings:
    return replace(defaults(), **changes)


def test_none() -> None:
    assert open_tiers(defaults(), {}) == Opened()
    assert (Opened().conditions(), Opened().numbers(), check(())) == ([], [], [])


def test_in_their_order(remotes: dict[str, Troubled]) -> None:
    opened = open_tiers(settings(remotes="memory://me:secret@a memory://b"), CI)
    assert [tier.name for tier in opened.tiers] == ["memory://a", "memory://b"]
    assert [tier.writes for tier in opened.tiers] == [True, True]
    assert (list(opened.unusable), len(remotes)) == ([], 2)
    assert [condition.document for condition in opened.conditions()] == [
        {"name": "memory://a", "writes": True, "why": "the job builds main", "problem": None},
        {"name": "memory://b", "writes": True, "why": "the job builds main", "problem": None},
    ]


@pytest.mark.parametrize(
    ("wish", "environ", "expected"),
    [("auto", CI, True), ("auto", {}, False), ("on", {}, True), ("off", CI, False)],
)
def test_who_writes(remotes: object, wish: str, environ: dict[str, str], expected: bool) -> None:
    del remotes
    (tier,) = open_tiers(settings(remotes="memory://a", remote_write=wish), environ).tiers
    assert tier.writes is expected


def test_one_that_is_not_understood_does_not_stop_the_others(remotes: object) -> None:
    del remotes
    opened = open_tiers(settings(remotes="nonsense://x?token=abc memory://b"), {})
    assert [tier.name for tier in opened.tiers] == ["memory://b"]
    (condition,) = opened.unusable
    assert condition.name == "nonsense://x?token=***"
    assert condition.problem is not None
    assert condition.name in condition.problem.message
    assert condition.problem.advice == "Mend `remotes` in default."
    (numbers,) = opened.numbers()
    assert (numbers["name"], numbers["trouble"]) == (condition.name, condition.problem.message)
    assert numbers.keys() == opened.tiers[0].document(0).keys()


def test_one_that_a_library_stumbles_over_ends_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(url: str, environ: object) -> Backend:
        raise UnicodeError(f"{url} with its secret")

    monkeypatch.setattr(tiering, "open_backend", stumbles)
    (condition,) = open_tiers(settings(remotes="memory://me:geheim@a"), {}).unusable
    assert condition.problem is not None
    assert condition.problem.message == "The remote memory://a is not understood: UnicodeError."


def test_one_into_which_nothing_can_be_put(remotes: dict[str, Troubled]) -> None:
    remotes["memory://a"] = Troubled(Traits(read_only=True))
    (tier,) = open_tiers(settings(remotes="memory://a", remote_write="on"), {}).tiers
    assert (tier.writes, tier.why) == (False, "nothing can be put there")


def test_one_that_cannot_be_reached_is_said(remotes: dict[str, Troubled]) -> None:
    opened = open_tiers(settings(remotes="memory://a memory://b memory://c memory://d"), {})
    remotes["memory://b"].failing = lambda: RemoteUnavailable("Nobody answers at b.", hint="Wake it up.")
    remotes["memory://c"].failing = lambda: ValueError("with a secret")
    remotes["memory://d"].failing = lambda: RemoteUnavailable("The memory://d/ is gone.")
    problems = problems_of(opened.conditions())
    assert [problem.message for problem in problems] == [
        "memory://b: Nobody answers at b.",
        "The remote memory://c could not be checked: ValueError.",
        "The memory://d/ is gone.",
    ]
    assert problems[0].advice == "Wake it up."


def test_one_that_says_nothing_is_not_waited_for_longer_than_the_command_line_waits(
    remotes: dict[str, Troubled], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert limits.REMOTE_CHECK_TIMEOUT_S < REPLY_TIMEOUT_S
    monkeypatch.setattr(limits, "REMOTE_CHECK_TIMEOUT_S", 0)
    opened = open_tiers(settings(remotes="memory://a"), {})
    remotes["memory://a"].moving.clear()
    (problem,) = problems_of(opened.conditions())
    remotes["memory://a"].moving.set()
    assert problem.message == "memory://a: It said nothing for 0 s."


def test_seals(remotes: object, tmp_path: Path) -> None:
    del remotes
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef\n")
    (tier,) = open_tiers(
        settings(remotes="memory://a", seal_secret_file=str(secret), trust_domain="d"), CI
    ).tiers
    assert (tier.seal.kind, tier.seal.domain, tier.domain) == (1, "d", "d")
    for changes in (
        {"seal_secret_file": str(tmp_path / "none")},
        {"seal_secret_file": str(secret), "seal_key_file": str(secret)},
        {"trusted_key_file": str(secret)},
    ):
        opened = open_tiers(settings(remotes="memory://a memory://b", **changes), CI)
        assert (opened.tiers, len(opened.unusable)) == ((), 2)
        assert len(problems_of(opened.unusable)) == 1


def test_who_can_only_check_does_not_write(remotes: object, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    del remotes
    public = tmp_path / "public.pem"
    public.write_bytes(
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    (tier,) = open_tiers(
        settings(remotes="memory://a", trusted_key_file=str(public), remote_write="on"), {}
    ).tiers
    assert not tier.writes
