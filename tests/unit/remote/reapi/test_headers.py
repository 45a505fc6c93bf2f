"""The credentials of each request: where they come from, when they are read again, and that nobody sees them."""

from pathlib import Path

import pytest

from dunnage.errors import ConfigError
from dunnage.remote.reapi.headers import Headers
from dunnage.remote.url import RemoteUrl


def headers(text: str, **environ: str) -> Headers:
    return Headers(RemoteUrl.parse(text), environ)


def test_where_they_come_from(tmp_path: Path) -> None:
    token, lines = tmp_path / "token", tmp_path / "headers"
    token.write_text("from-a-file\n")
    lines.write_text("X-Buildbuddy-Api-Key: abc: def\n\nx-team: one\n")
    assert headers("grpc://h:1").pairs() == ()
    assert headers("grpc://h:1", DUNNAGE_REAPI_TOKEN="t").pairs() == (("authorization", "Bearer t"),)
    assert headers(f"grpc://h:1?token_file={token}").pairs() == (("authorization", "Bearer from-a-file"),)
    both = (("x-buildbuddy-api-key", "abc: def"), ("x-team", "one"))
    assert headers(f"grpc://h:1?headers_file={lines}").pairs() == both
    assert headers("grpc://h:1", DUNNAGE_REAPI_HEADERS="a: b").pairs() == (("a", "b"),)
    basic = (("authorization", "Basic bWU6c2VjcmV0"),)
    assert headers("grpc://me:secret@h:1").pairs() == basic
    assert headers("grpc://me@h:1", DUNNAGE_REAPI_PASSWORD="secret", DUNNAGE_REAPI_TOKEN="t").pairs() == basic


def test_a_file_that_is_renewed_is_read_again(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    found = headers(f"grpc://h:1?token_file={token}")
    assert found.pairs() == (("authorization", "Bearer first"),)
    (tmp_path / "new").write_text("second!")
    (tmp_path / "new").rename(token)
    assert found.pairs() == found.pairs() == (("authorization", "Bearer second!"),)


@pytest.mark.parametrize("content", [None, b"\xff", b"two\nlines"])
def test_a_file_that_is_gone_or_none_leaves_it_as_it_was(tmp_path: Path, content: bytes | None) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    found = headers(f"grpc://h:1?token_file={token}")
    if content is None:
        token.unlink()
    else:
        token.write_bytes(content)
    assert found.pairs() == (("authorization", "Bearer first"),)
    token.write_text("and back")
    assert found.pairs() == (("authorization", "Bearer and back"),)


def test_secrets_are_hidden() -> None:
    found = headers(
        "grpc://h:1", DUNNAGE_REAPI_TOKEN="hush-hush", DUNNAGE_REAPI_HEADERS="x-key: quiet\nx-none:"
    )
    assert found.hidden("Bearer hush-hush, hush-hush and quiet") == "***, *** and ***"
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"DUNNAGE_REAPI_HEADERS": "no colon"}, "lines of"),
        ({"DUNNAGE_REAPI_HEADERS": "grpc-timeout: 5"}, "does not take"),
        ({"DUNNAGE_REAPI_HEADERS": "trace-bin: 5"}, "does not take"),
        ({"DUNNAGE_REAPI_HEADERS": ": 5"}, "does not take"),
        ({"DUNNAGE_REAPI_TOKEN": "two\nlines"}, "does not take"),
        ({"DUNNAGE_REAPI_TOKEN": "ünïcode"}, "does not take"),
    ],
)
def test_what_cannot_be_sent(environ: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        headers("grpc://h:1", **environ)
    assert "ünï" not in str(caught.value)


def test_a_file_that_cannot_be_read() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        headers("grpc://h:1?token_file=/no/such/file")
