"""A certificate authority of a test's own."""

import ssl
from pathlib import Path

import trustme


def authority(base: Path) -> tuple[Path, ssl.SSLContext]:
    """A file with its certificate, and what a server at 127.0.0.1 shows that it signed."""
    made = trustme.CA()
    trusted = base / "authority.pem"
    made.cert_pem.write_to_path(str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert("127.0.0.1").configure_cert(context)
    return trusted, context
