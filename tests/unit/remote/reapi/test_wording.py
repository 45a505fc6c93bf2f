"""gRPC's words of connections that did not come about, as grpcio 1.60 to 1.85 say them."""

import pytest

from dunnage.remote.reapi.wording import distrust, is_about_the_name, plain

NAME = "errors resolving cache.invalid:1: [field:hostname lookup error:address lookup failed: Domain name not found]"
REFUSED = (
    "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: "
    "Failed to connect to remote host: Connection refused"
)
CERTIFICATE = (
    "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Tls handshake failed: SSL_ERROR_SSL: "
    "error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED: unable to get local issuer certificate"
)


def test_the_systems_own_words() -> None:
    assert plain(REFUSED) == "Connection refused"
    assert plain("UNKNOWN: ipv6:[::1]:1: Connection reset") == "Connection reset"
    assert plain("quota") == "quota"


def test_a_name_that_cannot_be_resolved() -> None:
    assert is_about_the_name(NAME)
    assert is_about_the_name("DNS resolution failed for cache.invalid:1: C-ares status is not ARES_SUCCESS")
    assert not is_about_the_name(REFUSED)


@pytest.mark.parametrize(
    ("details", "why"),
    [
        (CERTIFICATE, "unable to get local issuer certificate"),
        ("Ssl handshake failed: CERTIFICATE_VERIFY_FAILED", ""),
        ("Hostname Verification Check failed.", "Check failed"),
        (REFUSED, None),
    ],
)
def test_why_a_certificate_does_not_verify(details: str, why: str | None) -> None:
    assert distrust(details) == why
