"""Places: every path of dunnage's own, all below one base directory.

    <base>/                       DUNNAGE_DIR, else the user's cache directory
      store/                      blobs and records; deleting it is always safe
      log/daemon-<version>.log    one log a version
      keys/                       texts of keys, for who asks for them
      verify/                     reports of verify mode
      offer-token                 what other programs show to use the cache over HTTP (setting `offer`)
      run/<version>/              one daemon a version: two versions never share a socket
        lock                      held by the daemon that may own the sockets
        host/sock                 answers the same user only
        container/                the directory that is mounted into containers
          sock                    answers whoever sees the mount
          http, ccache            the cache for other programs there (setting `offer`)

Nothing here touches a file. Who may enter which directory is the daemon's business.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dunnage import __version__

DIR_VARIABLE = "DUNNAGE_DIR"


@dataclass(frozen=True, slots=True)
class Places:
    """All paths of one user and one version of dunnage. `base` is absolute."""

    base: Path
    version: str = __version__

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> "Places":
        """The places that `environ` asks for: below DUNNAGE_DIR, or where the platform keeps a user's caches.

        An empty DUNNAGE_DIR counts as unset; a relative one is taken from the current directory.
        """
        named = environ.get(DIR_VARIABLE, "")
        if named:
            return cls(Path(os.path.abspath(os.path.expanduser(named))))
        from platformdirs import user_cache_dir

        return cls(Path(user_cache_dir("dunnage", appauthor=False)))

    @property
    def store(self) -> Path:
        """The store's directory."""
        return self.base / "store"

    @property
    def run(self) -> Path:
        """The directory of this version's lock and sockets."""
        return self.base / "run" / self.version

    @property
    def lock(self) -> Path:
        """The file whose lock the daemon holds."""
        return self.run / "lock"

    @property
    def host_dir(self) -> Path:
        """The directory of the host's socket."""
        return self.run / "host"

    @property
    def host_socket(self) -> Path:
        """The socket for this user's processes on the host."""
        return self.host_dir / "sock"

    @property
    def container_dir(self) -> Path:
        """The directory that is mounted into containers. Never the socket itself: the daemon may restart."""
        return self.run / "container"

    @property
    def container_socket(self) -> Path:
        """The socket for containers."""
        return self.container_dir / "sock"

    @property
    def offered_http(self) -> Path:
        """The socket at which containers' programs get the cache over HTTP."""
        return self.container_dir / "http"

    @property
    def offered_ccache(self) -> Path:
        """The socket at which containers' ccache gets it, in its own protocol."""
        return self.container_dir / "ccache"

    @property
    def masquerade(self) -> Path:
        """The directory of the directories of links that stand in the place of compilers."""
        return self.base / "masquerade" / self.version

    @property
    def key_texts(self) -> Path:
        """The directory of the texts of keys (setting `key_texts`)."""
        return self.base / "keys"

    @property
    def verify_reports(self) -> Path:
        """The directory of reports of verify mode."""
        return self.base / "verify"

    @property
    def log_dir(self) -> Path:
        """The directory of logs and of reports of unexpected errors."""
        return self.base / "log"

    @property
    def log(self) -> Path:
        """The daemon's log."""
        return self.log_dir / f"daemon-{self.version}.log"
