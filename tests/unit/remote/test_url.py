"""URLs of remotes, and that nothing secret in them is ever shown."""

from pathlib import Path

import pytest

from dunnage.errors import ConfigError
from dunnage.remote.url import RemoteUrl


def test_taken_apart() -> None:
    url = RemoteUrl.parse(" https+dav://me:p%40ss@host.example:8443/a%20b/c?token_file=/t&region=eu ")
    assert (url.scheme, url.variant, url.host, url.port) == ("https", "dav", "host.example", 8443)
    assert (url.path, url.user, url.password) == ("/a b/c", "me", "p@ss")
    assert url.options == {"token_file": "/t", "region": "eu"}
    assert str(url) == "https+dav://host.example:8443/a%20b/c?token_file=/t&region=eu"


def test_little_is_enough() -> None:
    url = RemoteUrl.parse("gha://")
    assert (url.scheme, url.host, url.port, url.path, url.options) == ("gha", "", None, "", {})
    assert RemoteUrl.parse("redis://[::1]:6399").host == "::1"


@pytest.mark.parametrize(
    "text",
    [
        "https://me:geheim@host/", "https://geheim@host/", "s3://b?secret_key=geheim&a=1", "s3://b?a=1&token=geheim",
        "grpc://h?header=geheim", "https://me:geheim@host:port/", "x?password=geheim", "//me:geheim@host",
        "https://h?a=1&a=2&sig=geheim", "https://me:geheim@[::1/", "https://me:geheim@h?=&x",
    ],
)  # fmt: skip
def test_no_secret_is_shown(text: str) -> None:
    try:
        shown = f"{RemoteUrl.parse(text)} {RemoteUrl.parse(text)!s}"
    except ConfigError as error:
        shown = f"{error} {error.__cause__}"
    assert "geheim" not in shown


@pytest.mark.parametrize("text", ["", "bucket/prefix", "https://h:99999/", "https://h/#x", "s3://b?a=1&a=2"])
def test_what_is_no_url(text: str) -> None:
    with pytest.raises(ConfigError):
        RemoteUrl.parse(text)


def test_options() -> None:
    url = RemoteUrl.parse("s3://b?region=eu&n=12&m=x")
    url.only(("region", "n", "m", "other"))
    with pytest.raises(ConfigError, match="has an option m"):
        url.only(("region", "n"))
    with pytest.raises(ConfigError, match=r"an option regoin, .*; did you mean region\?"):
        RemoteUrl.parse("s3://b?regoin=eu").only(("region", "n"))
    with pytest.raises(ConfigError, match="it has none"):
        url.only(())
    assert (url.number("n", 1), url.number("none", 7)) == (12, 7)
    with pytest.raises(ConfigError, match="no number"):
        url.number("m", 1)


def test_secrets(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from a file\n")
    assert RemoteUrl.parse(f"s3://b?token_file={file}").secret("token", {"T": "x"}, "T") == "from a file"
    assert RemoteUrl.parse("s3://b").secret("token", {"T": "from a variable"}, "T") == "from a variable"
    assert RemoteUrl.parse("s3://b").secret("token", {}, "T") == ""
    with pytest.raises(ConfigError, match="token_file cannot be read"):
        RemoteUrl.parse("s3://b?token_file=/none/there").secret("token", {}, "T")
