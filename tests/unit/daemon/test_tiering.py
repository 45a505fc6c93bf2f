"""From settings to tiers: what is wrong is said in a sentence, and what is right is used all the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.config.settings import Settings, defaults
from dunnage.daemon import tiering
from dunnage.daemon.tiering import check, open_tiers
from dunnage.errors import RemoteUnavailable
from dunnage.remote import registry
from dunnage.remote.contract import Backend
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
    assert open_tiers(defaults(), {}) == ((), [])
    assert check(()) == []


def test_in_their_order(remotes: dict[str, Troubled]) -> None:
    tiers, problems = open_tiers(settings(remotes="memory://me:secret@a memory://b"), CI)
    assert [tier.name for tier in tiers] == ["memory://a", "memory://b"]
    assert [tier.writes for tier in tiers] == [True, True]
    assert (problems, len(remotes)) == ([], 2)


@pytest.mark.parametrize(
    ("wish", "environ", "expected"),
    [("auto", CI, True), ("auto", {}, False), ("on", {}, True), ("off", CI, False)],
)
def test_who_writes(remotes: object, wish: str, environ: dict[str, str], expected: bool) -> None:
    del remotes
    (tier,), _ = open_tiers(settings(remotes="memory://a", remote_write=wish), environ)
    assert tier.writes is expected


def test_one_that_is_not_understood_does_not_stop_the_others(remotes: object) -> None:
    del remotes
    tiers, problems = open_tiers(settings(remotes="nonsense://x?token=abc memory://b"), {})
    assert [tier.name for tier in tiers] == ["memory://b"]
    (problem,) = problems
    assert "nonsense://x?token=***" in problem.message


def test_one_that_cannot_be_reached_is_said(remotes: dict[str, Troubled]) -> None:
    tiers, _ = open_tiers(settings(remotes="memory://a memory://b memory://c"), {})
    remotes["memory://b"].failing = lambda: RemoteUnavailable("Nobody answers at b.")
    remotes["memory://c"].failing = lambda: ValueError("odd")
    messages = [problem.message for problem in check(tiers)]
    assert messages == [
        "memory://b: Nobody answers at b.",
        "The remote memory://c could not be checked: ValueError('odd').",
    ]


def test_seals(remotes: object, tmp_path: Path) -> None:
    del remotes
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef\n")
    (tier,), _ = open_tiers(
        settings(remotes="memory://a", seal_secret_file=str(secret), trust_domain="d"), CI
    )
    assert (tier.seal.kind, tier.seal.domain, tier.domain) == (1, "d", "d")
    for changes in (
        {"seal_secret_file": str(tmp_path / "none")},
        {"seal_secret_file": str(secret), "seal_key_file": str(secret)},
        {"trusted_key_file": str(secret)},
    ):
        tiers, problems = open_tiers(settings(remotes="memory://a", **changes), CI)
        assert (tiers, len(problems)) == ((), 1)


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
    (tier,), _ = open_tiers(
        settings(remotes="memory://a", trusted_key_file=str(public), remote_write="on"), {}
    )
    assert not tier.writes
