"""From a URL to a client: who we say we are, whom we trust, and through whom we go."""

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest

from dunnage.errors import ConfigError, RemoteRefused
from dunnage.remote.http_client import HttpClient
from dunnage.remote.http_url import client_of
from dunnage.remote.url import RemoteUrl
from support.remotes.certificates import authority
from support.remotes.http_fake import HttpFake, Reply

NOBODY: Mapping[str, str] = {}


def opened(url: str, environ: Mapping[str, str] = NOBODY) -> HttpClient:
    return client_of(RemoteUrl.parse(url), environ)


def sent(url: str, environ: Mapping[str, str] = NOBODY) -> Mapping[str, str]:
    """The headers that a server sees; `PORT` in the URL is its port."""
    with HttpFake(lambda _: Reply()).serving() as fake:
        asking = opened(url.replace("PORT", str(fake.port)), environ)
        asking.has("/x")
        assert fake.asked[0].path == "/base/x"
        return fake.asked[0].headers


def test_nobody_in_particular() -> None:
    headers = sent("http://127.0.0.1:PORT/base/")
    assert "authorization" not in headers
    assert headers["user-agent"] == "dunnage"
    assert headers["accept-encoding"] == "identity"


def test_a_token_of_a_variable() -> None:
    assert sent("http://127.0.0.1:PORT/base", {"DUNNAGE_HTTP_TOKEN": "abc"})["authorization"] == "Bearer abc"


def test_a_token_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("of-a-file\n")
    url = f"http://127.0.0.1:PORT/base?token_file={tmp_path}/token"
    assert sent(url, {"DUNNAGE_HTTP_TOKEN": "abc"})["authorization"] == "Bearer of-a-file"


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        ("http://me:p%C3%A4ss@127.0.0.1:PORT/base", {}),
        ("http://me@127.0.0.1:PORT/base", {"DUNNAGE_HTTP_PASSWORD": "päss"}),
    ],
)
def test_a_password(url: str, environ: dict[str, str]) -> None:
    scheme, text = sent(url, environ)["authorization"].split()
    assert (scheme, base64.b64decode(text).decode()) == ("Basic", "me:päss")


def test_headers_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "headers").write_text("X-One: first: with colon\n\nX-Two:second\n")
    headers = sent(f"http://127.0.0.1:PORT/base?headers_file={tmp_path}/headers")
    assert (headers["x-one"], headers["x-two"]) == ("first: with colon", "second")


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        ("http:///path", {}),
        ("http://host?option=1", {}),
        ("http://host", {"DUNNAGE_HTTP_HEADERS": "no colon"}),
        ("http://host", {"DUNNAGE_HTTP_HEADERS": "Na me: x"}),
        ("http://host", {"DUNNAGE_HTTP_TOKEN": "with\nline"}),
        ("http://host?token_file=/nonexistent", {}),
        ("https://host?ca_file=/nonexistent", {}),
        ("https://host?ca_file=/etc/hostname", {}),
        ("https://host?cert_file=/etc/hostname", {}),
    ],
)
def test_what_is_wrong(url: str, environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(url, environ)
    assert "with" not in caught.value.message or "line" not in caught.value.message


def test_secrets_are_in_no_message() -> None:
    with HttpFake(lambda _: Reply(401)).serving() as fake:
        asking = opened(f"http://me:geheim@127.0.0.1:{fake.port}", {"DUNNAGE_HTTP_HEADERS": "X: geheim"})
        with pytest.raises(RemoteRefused) as caught:
            asking.has("/x")
    assert "geheim" not in f"{caught.value} {caught.value!r} {asking!r} {asking.where}"


def test_whom_we_trust(tmp_path: Path) -> None:
    trusted, shown = authority(tmp_path)
    with HttpFake(lambda _: Reply(), shown).serving() as fake:
        assert opened(f"https://127.0.0.1:{fake.port}?ca_file={trusted}").has("/x")
        with pytest.raises(RemoteRefused):
            opened(f"https://127.0.0.1:{fake.port}").has("/x")


def test_through_a_proxy() -> None:
    with HttpFake(lambda _: Reply()).serving() as proxy:
        there = {"http_proxy": f"127.0.0.1:{proxy.port}", "HTTP_PROXY": "http://127.0.0.1:1"}
        assert opened("http://cache.invalid/base", there).has("/x")
        assert proxy.asked[0].headers["host"] == "cache.invalid"


def test_a_proxy_that_wants_a_password() -> None:
    with HttpFake(lambda _: Reply()).serving() as proxy:
        there = {"http_proxy": f"http://me:p%40ss@127.0.0.1:{proxy.port}"}
        assert opened("http://cache.invalid/base", there).has("/x")
        scheme, text = proxy.asked[0].headers["proxy-authorization"].split()
        assert (scheme, base64.b64decode(text)) == ("Basic", b"me:p@ss")


def test_a_proxy_that_is_none() -> None:
    for proxy in ("ftp://host", "http://host:port", "http://"):
        with pytest.raises(ConfigError, match="proxy"):
            opened("http://host", {"http_proxy": proxy})


@pytest.mark.parametrize("without", ["127.0.0.1", "*", "localhost,127.0.0.1"])
def test_past_a_proxy(without: str) -> None:
    assert sent("http://127.0.0.1:PORT/base", {"http_proxy": "http://127.0.0.1:1", "no_proxy": without})


def test_an_address_of_version_6() -> None:
    assert opened("http://[::1]:8080/base").where == "The server http://[::1]:8080/base"
