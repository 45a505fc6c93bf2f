"""What gRPC says of a connection that did not come about, in as many words as a person needs."""

import re
from typing import Final

_AROUND: Final = re.compile(
    r"^(failed to connect to all addresses; last error: )?(UNKNOWN: )?(ipv[46]:\S+: )?"
    r"(Failed to connect to remote host: )?"
)
"""What stands in front of the system's own words: the address is in the URL."""
_RESOLVING: Final = re.compile(
    r"errors? resolving |(DNS|address) (resolution|lookup) failed|Domain name not found", re.IGNORECASE
)
_CERTIFICATE: Final = re.compile(
    r"(?:CERTIFICATE_VERIFY_FAILED|certificate verify failed|Hostname Verification\w*)[: ]*([^:.(]*)"
)


def plain(details: str) -> str:
    """The words of the system, without what gRPC says around them."""
    return _AROUND.sub("", details, count=1)


def is_about_the_name(details: str) -> bool:
    """Whether the name of a host could not be resolved."""
    return _RESOLVING.search(details) is not None


def distrust(details: str) -> str | None:
    """Why a certificate does not verify: empty where that is not said; None where that is not the trouble."""
    found = _CERTIFICATE.search(details)
    return None if found is None else found[1].strip()
