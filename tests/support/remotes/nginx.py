"""nginx with its WebDAV module: as a cache for Bazel's HTTP clients, and as a WebDAV server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dunnage.remote.registry import open_backend
from support.remotes.place import Opener
from support.remotes.programs import Program, listens
from support.remotes.waiting import free_port

_SETTINGS = """
daemon off;
master_process off;
user {user};
pid {base}/pid;
error_log stderr;
load_module /usr/lib/nginx/modules/ngx_http_dav_ext_module.so;
events {{}}
http {{
  access_log {base}/access.log;
  client_body_temp_path {base}/bodies;
  proxy_temp_path {base}/t1; fastcgi_temp_path {base}/t2; uwsgi_temp_path {base}/t3; scgi_temp_path {base}/t4;
  client_max_body_size {most};
  server {{
    listen 127.0.0.1:{port} {tls};
    {more}
    root {base}/files;
    location / {{
      dav_methods PUT DELETE MKCOL;
      dav_ext_methods PROPFIND OPTIONS;
      create_full_put_path {makes_paths};
    }}
  }}
}}
"""


class Nginx:
    """One server with its files in a directory."""

    def __init__(
        self, base: Path, *, more: str = "", tls: bool = False, makes_paths: bool = False, most: str = "256m"
    ) -> None:
        self.base = base
        self.port = free_port()
        (base / "files").mkdir(exist_ok=True)
        settings = base / "nginx.conf"
        settings.write_text(
            _SETTINGS.format(
                base=base,
                most=most,
                port=self.port,
                more=more,
                user=base.owner(),
                tls="ssl" if tls else "",
                makes_paths="on" if makes_paths else "off",
            )
        )
        argv = ["nginx", "-p", str(base), "-c", str(settings), "-e", "stderr"]
        self.program = Program(argv, base / "nginx.log", lambda: listens(self.port))


@contextmanager
def nginx_cache(base: Path) -> Iterator[Opener]:
    """As a cache: everything is a file, nothing is looked into."""
    server = Nginx(base, makes_paths=True)
    with server.program.running():
        yield lambda: open_backend(f"http://127.0.0.1:{server.port}", {})


@contextmanager
def nginx_dav(base: Path) -> Iterator[Opener]:
    """As a WebDAV server that wants its collections made."""
    server = Nginx(base)
    with server.program.running():
        yield lambda: open_backend(f"http+dav://127.0.0.1:{server.port}", {})
