"""All places at which the daemon offers its cache to programs that are no clients: what the setting `offer` names.

A place that cannot be had is a problem that `dunnage start` says; the others are there all the same.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dunnage.config.offer import CONTAINERS, Wanted, parse_offer, token_of
from dunnage.config.places import Places
from dunnage.config.settings import Settings
from dunnage.daemon.ccache_helper import speak_crsh
from dunnage.daemon.listening import listen
from dunnage.daemon.offering import speak_http
from dunnage.daemon.serving import Serving
from dunnage.engine.offered import Offered
from dunnage.errors import ConfigError

log = logging.getLogger(__name__)

_BACKLOG: Final = 256


class Offers:
    """What is listened at, until it is closed."""

    def __init__(self, settings: Settings, places: Places, offered: Callable[[], Offered]) -> None:
        """Begin to listen. `offered` is asked with each request, and raises StoreError without a store."""
        self.problems: list[ConfigError] = []
        self.urls: list[str] = []
        self.sockets: list[Path] = []
        self._servings: list[Serving] = []
        with self._noting(settings.offer):
            wanted = parse_offer(settings.offer)
            self._open(wanted, settings, places, offered)

    def close(self) -> None:
        """Listen no more."""
        for serving in self._servings:
            serving.close()

    def _open(
        self, wanted: Wanted, settings: Settings, places: Places, offered: Callable[[], Offered]
    ) -> None:
        writes = settings.offer_write == "on"
        http = speak_http(token_of(places.base, settings.offer_token_file), offered, writes=writes)
        for host, port in wanted.addresses:
            shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            with self._noting(shown):
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
                self._servings.append(Serving(listener, http))
                self.urls.append(f"http://{shown}")
        if wanted.containers:
            for path, serve in (
                (places.offered_http, http),
                (places.offered_ccache, speak_crsh(offered, writes=writes)),
            ):
                with self._noting(CONTAINERS):
                    self._servings.append(Serving(listen(path, 0o666), serve))
                    self.sockets.append(path)

    @contextmanager
    def _noting(self, where: str) -> Iterator[None]:
        try:
            yield
        except ConfigError as error:
            problem = error
        except OSError as error:
            problem = ConfigError(f"Nothing can be offered at {where}: {os.strerror(error.errno or 0)}.")
        else:
            return
        log.warning("%s", problem)
        self.problems.append(problem)
