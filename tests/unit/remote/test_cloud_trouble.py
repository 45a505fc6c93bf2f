"""obstore's exceptions as ours."""

import pytest
from obstore.exceptions import BaseError, GenericError, PermissionDeniedError

from dunnage.errors import (
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote.cloud_trouble import is_without_bucket, meant_by

ASKED = "Generic S3 error: Error performing GET http://host/b/geheim in 1ms - "


def status(number: int, code: str = "") -> str:
    return f"{ASKED}Server returned non-2xx status code: {number} Words: <Error><Code>{code}</Code></Error>"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (status(400, "InvalidAccessKeyId"), RemoteRefused),
        (status(400, "EntityTooLarge"), RemoteFull),
        (status(403, "AccessDenied"), RemoteRefused),
        (status(403, "RequestTimeTooSkewed"), RemoteRefused),
        (status(403, "QuotaExceeded"), RemoteFull),
        (status(404, "NoSuchBucket"), RemoteRefused),
        (status(404, "ContainerNotFound"), RemoteRefused),
        (status(404), RemoteRefused),
        (status(429), RemoteBusy),
        (status(500), RemoteUnavailable),
        (status(503, "SlowDown"), RemoteBusy),
        (status(503, "ServerBusy"), RemoteBusy),
        (status(503), RemoteUnavailable),
        (status(507, "XMinioStorageFull"), RemoteFull),
        (f"{ASKED}Received redirect without LOCATION\n\nDebug source:\n inner: BareRedirect,", RemoteRefused),
        ("Error performing PUT http://169.254.169.254/latest/api/token in 1s", RemoteRefused),
        ("Error performing GET http://metadata.google.internal/computeMetadata/v1 in 1s", RemoteRefused),
        ("x\nDebug source:\nkind: Connect, invalid peer certificate: UnknownIssuer", RemoteRefused),
        (
            'x\nDebug source:\nkind: Connect, "dns error", failed to lookup address information',
            RemoteUnavailable,
        ),
        ('x\nDebug source:\nkind: Connect, message: "Connection refused"', RemoteUnavailable),
        ("x\nDebug source:\nkind: Connect,", RemoteUnavailable),
        ("x\nDebug source:\nkind: Timeout,", RemoteUnavailable),
        ("x\nDebug source:\nkind: Decode, source: TimedOut", RemoteUnavailable),
        ("x\nDebug source:\nkind: Interrupted, error: IncompleteBody", RemoteDamaged),
        ("something that nobody foresaw", RemoteUnavailable),
    ],
)
def test_what_is_meant(text: str, kind: type[RemoteError]) -> None:
    meant = meant_by(GenericError(text), "The bucket x")
    assert type(meant) is kind
    assert meant.message.startswith("The bucket x ")
    assert "geheim" not in str(meant)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (status(400, "InvalidAccessKeyId"), "does not take these credentials (InvalidAccessKeyId)."),
        (status(403, "AccessDenied"), "does not permit that (403)."),
        (
            "kind: Connect, invalid peer certificate: UnknownIssuer",
            "certificate does not verify (UnknownIssuer).",
        ),
        ("kind: Connect, dns error", "cannot be reached: the server's name cannot be resolved."),
    ],
)
def test_in_which_words(text: str, words: str) -> None:
    assert meant_by(GenericError(text), "The bucket x").message.endswith(words)


@pytest.mark.parametrize(
    "made", [BaseError, FileNotFoundError, NotImplementedError, PermissionDeniedError, ValueError]
)
def test_every_class_is_one_of_ours(made: type[Exception]) -> None:
    assert isinstance(meant_by(made("geheim"), "The bucket x"), RemoteError)


def test_whether_it_is_the_bucket_that_is_not_there() -> None:
    assert is_without_bucket(FileNotFoundError(status(404, "NoSuchBucket")))
    assert not is_without_bucket(FileNotFoundError(status(404, "NoSuchKey")))
    assert not is_without_bucket(FileNotFoundError("x"))
