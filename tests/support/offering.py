"""What a daemon offers to programs that are no clients of it: where, and the token that they have to show."""

import json

from support.builds import Site


def offered(here: Site) -> tuple[str, str]:
    """URL and token, of a daemon that runs afterwards."""
    here.dunnage_says("start")
    status = json.loads(here.dunnage_says("status", "--json").stdout)
    return status["offer"][0], (here.dunnage / "offer-token").read_text().strip()


def socket_of(here: Site) -> str:
    """The socket in the directory that containers have, where HTTP is spoken."""
    status = json.loads(here.dunnage_says("status", "--json").stdout)
    (path,) = (path for path in status["offer_sockets"] if path.endswith("/http"))
    return str(path)
