"""A certificate authority of a test's own."""

import ssl
from pathlib import Path

import trustme

SERVER = "server.pem"


def authority(base: Path) -> tuple[Path, ssl.SSLContext]:
    """A file with its certificate, and what a server at 127.0.0.1 shows that it signed: also in the file SERVER."""
    made = trustme.CA()
    trusted = base / "authority.pem"
    made.cert_pem.write_to_path(str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = made.issue_cert("127.0.0.1")
    issued.configure_cert(context)
    issued.private_key_and_cert_chain_pem.write_to_path(str(base / SERVER))
    return trusted, context
