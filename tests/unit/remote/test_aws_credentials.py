"""Where Amazon's keys are."""

from pathlib import Path

import pytest

from dunnage.errors import ConfigError
from dunnage.remote.aws_credentials import Credentials, credentials_of
from dunnage.remote.url import RemoteUrl

PLAIN = RemoteUrl.parse("s3://bucket")
NAMED = RemoteUrl.parse("s3://bucket?profile=team")
VARIABLES = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "geheim"}
FILE = """
[default]
aws_access_key_id = of-default
aws_secret_access_key = a%b

[team]
aws_access_key_id=of-team
aws_secret_access_key=c
aws_session_token=d

[sso]
sso_session = x
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(FILE)
    return {"HOME": str(tmp_path)}


def test_variables(home: dict[str, str]) -> None:
    assert credentials_of(PLAIN, VARIABLES | home) == Credentials("id", "geheim", "")
    assert credentials_of(PLAIN, {**VARIABLES, "AWS_SESSION_TOKEN": "t"}) == Credentials("id", "geheim", "t")


def test_nothing(tmp_path: Path) -> None:
    assert credentials_of(PLAIN, {"HOME": str(tmp_path)}) is None
    assert credentials_of(PLAIN, {"HOME": str(tmp_path), "AWS_ACCESS_KEY_ID": "id"}) is None


def test_files(home: dict[str, str], tmp_path: Path) -> None:
    assert credentials_of(PLAIN, home) == Credentials("of-default", "a%b", "")
    assert credentials_of(NAMED, home | VARIABLES) == Credentials("of-team", "c", "d")
    assert credentials_of(PLAIN, {**home, "AWS_PROFILE": "team"}) == Credentials("of-team", "c", "d")
    elsewhere = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / ".aws/credentials")}
    assert credentials_of(NAMED, elsewhere) == Credentials("of-team", "c", "d")


@pytest.mark.parametrize("profile", ["absent", "sso"])
def test_a_profile_without_a_key(home: dict[str, str], profile: str) -> None:
    with pytest.raises(ConfigError, match=profile):
        credentials_of(RemoteUrl.parse(f"s3://bucket?profile={profile}"), home)


@pytest.mark.parametrize(
    "text", ["no section = x", "[default]\n[default]\n", "\xff", "[default]\naws_access_key_id=x"]
)
def test_a_file_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_bytes(text.encode("latin-1"))
    assert credentials_of(PLAIN, {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "file")}) is None


def test_a_key_is_not_shown() -> None:
    assert "geheim" not in f"{Credentials('id', 'geheim', '')!r}"
