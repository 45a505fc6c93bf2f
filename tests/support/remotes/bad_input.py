"""Remotes that somebody has set wrongly, each with what has to be said of it: kinds of server, and rows for each.

What is wrong: the URL, the credentials, the name of what is to be used there, a certificate that does not verify.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from support.remotes.azure import ACCOUNT, KEY, Azure
from support.remotes.azure import url_of as azure_url
from support.remotes.buildgrid_server import serving as buildgrid
from support.remotes.certificates import SERVER, authority
from support.remotes.gcs import TOKEN, Gcs
from support.remotes.gcs import url_of as gcs_url
from support.remotes.gha_service import gha_service
from support.remotes.http_fake import HttpFake, Reply
from support.remotes.moto import Moto
from support.remotes.nginx import Nginx
from support.remotes.reapi_server import Knobs
from support.remotes.reapi_server import serving as reapi
from support.remotes.redis_server import RedisServer
from support.remotes.waiting import free_port

SECRET: Final = "geheimnis"
"""A wrong one, and secret all the same."""


@dataclass(frozen=True, slots=True)
class Bad:
    """One URL."""

    url: str
    says: tuple[str, ...]
    """What stands in the sentence about it."""


@dataclass(frozen=True, slots=True)
class Ward:
    """What is wrong with remotes of one kind, while their servers run."""

    rows: Sequence[Bad]
    environ: Mapping[str, str] = field(default_factory=dict)


Admitted = Callable[[Path], AbstractContextManager[Ward]]


def secret_file(base: Path) -> Path:
    """A file with the wrong secret."""
    path = base / "secret"
    path.write_text(f"{SECRET}\n")
    return path


@contextmanager
def _tls(base: Path) -> Iterator[HttpFake]:
    """A server whose certificate nobody here trusts. It is never asked anything."""
    _, context = authority(base)
    with HttpFake(lambda _: Reply(404), context).serving() as fake:
        yield fake


@contextmanager
def nobody(base: Path) -> Iterator[Ward]:
    """URLs for which no server is needed: they cannot be understood, or nobody is there."""
    del base
    yield Ward(
        (
            Bad(
                f"nonsense://me:{SECRET}@host/?token={SECRET}",
                ("nonsense://host/?token=***", "kind that is not known", "Mend `remotes` in DUNNAGE_REMOTES"),
            ),
            Bad(f"htps://me:{SECRET}@host", ("htps://host", "did you mean https://?")),
            Bad("cache.example.com/dunnage", ("cache.example.com/dunnage", "no URL like")),
            Bad("s3://", ("s3://", "names no bucket", "s3://bucket/prefix")),
            Bad("gs:///x", ("gs:///x", "names no bucket")),
            Bad("az://", ("az://", "names no container")),
            Bad("az://container", ("az://container", "names no account", "`account=`")),
            Bad("http://", ("http://", "names no server")),
            Bad("https://host:65536/x", ("https://host:65536/x", "port")),
            Bad("http://host:port/x", ("http://host:port/x", "port")),
            Bad("http://ho st/x".replace(" ", "%20"), ("http://ho%20st/x",)),
            Bad("http+dav://", ("http+dav://", "names no server")),
            Bad("grpc://host", ("grpc://host", "names no port")),
            Bad("grpcs:///x", ("grpcs:///x", "names no host")),
            Bad("redis://host/x", ("redis://host/x", "number-of-the-database")),
            Bad("redis+unix://", ("redis+unix://", "names no socket")),
            Bad("file://host/x", ("file://host/x", "file:///path")),
            Bad("gha://host", ("gha://host", "only options")),
            Bad("gha://", ("gha://", "ACTIONS_RESULTS_URL", "dunnage action")),
            *(
                Bad(f"{url}?regoin=x", (f"{url}?regoin=x", "has an option regoin", *more))
                for url, *more in (
                    ("s3://b", "did you mean region?"),
                    ("gs://b",),
                    ("az://c",),
                    ("http://h",),
                    ("https+dav://h",),
                    ("grpc://h:1",),
                    ("redis://h",),
                    ("redis+unix:///s",),
                    ("file:///x", "it has none"),
                    ("gha://",),
                )
            ),
            Bad("s3://b?region=a&region=b", ("s3://b?region=a&region=b", "an option twice")),
            Bad("https://h?ca_file=/nowhere", ("https://h?ca_file=/nowhere", "No such file")),
            Bad(
                "https://h?token_file=/nowhere",
                ("https://h?token_file=/nowhere", "token_file cannot be read"),
            ),
        )
    )


_ADDRESSES: Final = (
    "http://{}/x", "https://{}/x", "http+dav://{}/dav", "redis://{}", "rediss://{}", "grpc://{}/x", "grpcs://{}/x",
    "s3://b?endpoint=http://{}&anonymous=1", "gs://b?endpoint=http://{}&anonymous=1",
    "az://c?endpoint=http://{}/a&account=a&anonymous=1",
)  # fmt: skip


@contextmanager
def nobody_listens(base: Path) -> Iterator[Ward]:
    """A port at which nobody listens; a directory and a socket that are not there."""
    address = f"127.0.0.1:{free_port()}"
    yield Ward(
        (
            *(
                Bad(
                    url.format(address),
                    (address, "cannot be reached: ", "onnection refused", "host and port"),
                )
                for url in _ADDRESSES
            ),
            Bad(
                f"redis+unix://{base}/none",
                (f"{base}/none", "cannot be reached", "No such file", "path of its socket"),
            ),
            Bad(f"file://{base}/none", (f"{base}/none", "is not there", "Mount it")),
        )
    )


@contextmanager
def no_such_host(base: Path) -> Iterator[Ward]:
    """A name that cannot be resolved."""
    del base
    kinds = ("http", "redis", "grpc", "s3")
    rows = (url.format("cache.invalid:1") for url in _ADDRESSES if url.partition(":")[0] in kinds)
    yield Ward(
        tuple(Bad(url, ("cache.invalid:1", "name", "cannot be resolved", "host and port")) for url in rows)
    )


@contextmanager
def certificates(base: Path) -> Iterator[Ward]:
    """Certificates that nobody here trusts."""
    with ExitStack() as stack:
        (base / "nginx").mkdir()
        authority(base / "nginx")
        shown = f"ssl_certificate {base}/nginx/{SERVER}; ssl_certificate_key {base}/nginx/{SERVER};"
        nginx = Nginx(base / "nginx", tls=True, more=shown)
        stack.enter_context(nginx.program.running())
        fake = stack.enter_context(_tls(base))
        (base / "buildgrid").mkdir()
        grid = stack.enter_context(buildgrid(base / "buildgrid", tls=True))
        (base / "redis").mkdir()
        redis_port = free_port()
        trusted, _ = authority(base / "redis")
        pem = str(base / "redis" / SERVER)
        redis = RedisServer(
            base / "redis", "--tls-port", str(redis_port), "--tls-cert-file", pem, "--tls-key-file", pem,
            "--tls-ca-cert-file", str(trusted), "--tls-auth-clients", "no",
        )  # fmt: skip
        stack.enter_context(redis.program.running())
        endpoint = f"endpoint=https://127.0.0.1:{fake.port}"
        rows = (
            f"https://127.0.0.1:{nginx.port}/x",
            f"https+dav://127.0.0.1:{nginx.port}/dav",
            f"s3://b?{endpoint}&anonymous=1",
            f"gs://b?{endpoint}&anonymous=1",
            f"az://c?{endpoint}/a&account=a&anonymous=1",
            f"rediss://127.0.0.1:{redis_port}",
            f"grpcs://127.0.0.1:{grid.port}",
        )
        yield Ward(
            (
                *(Bad(url, ("127.0.0.1:", "does not verify", "ca_file")) for url in rows),
                Bad(
                    f"http://127.0.0.1:{nginx.port}/x",
                    (f"http://127.0.0.1:{nginx.port}/x", "(400)", "http or https"),
                ),
            )
        )


@contextmanager
def over_http(base: Path) -> Iterator[Ward]:
    """nginx, as a cache and for WebDAV, that wants a password."""
    (base / "users").write_text("me:{PLAIN}right\n")
    server = Nginx(base, more=f"auth_basic all; auth_basic_user_file {base}/users;")
    at = f"127.0.0.1:{server.port}"
    wrong = f"password_file={secret_file(base)}"
    with server.program.running():
        yield Ward(
            (
                Bad(f"http://{at}/a", (f"http://{at}/a", "wants other credentials (401)")),
                Bad(f"http://me@{at}/b?{wrong}", (f"http://{at}/b", "wants other credentials (401)")),
                Bad(f"http://me:{SECRET}@{at}/c", (f"http://{at}/c", "wants other credentials (401)")),
                Bad(f"http+dav://me:{SECRET}@{at}", (f"http://{at}", "wants other credentials (401)")),
                Bad(f"http+dav://me:right@{at}/none", (f"http://{at}/none", "no such collection", "Make it")),
            )
        )


@contextmanager
def s3(base: Path) -> Iterator[Ward]:
    """moto: one that asks who one is, and one that does not."""
    with ExitStack() as stack:
        strict, free = base / "strict", base / "free"
        strict.mkdir()
        free.mkdir()
        asks = stack.enter_context(Moto(strict, knows_nobody=True).running())
        lets_in = stack.enter_context(Moto(free).running())
        there = lets_in.url.replace("//bucket/", "//none/")
        yield Ward(
            (
                Bad(asks.url, ("s3://bucket", "does not take these credentials (InvalidAccessKeyId)")),
                Bad(there, ("s3://none", "does not exist (NoSuchBucket)", "Make it")),
                Bad(f"{lets_in.url}&profile=none", ("profile none has no key",)),
            ),
            {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": SECRET},
        )


@contextmanager
def azure(base: Path) -> Iterator[Ward]:
    """Azure: a wrong key, no key, no container."""
    (base / "key").write_text(KEY)
    wrong = base / "wrong"
    wrong.write_text(base64.b64encode(SECRET.encode()).decode())
    (base / "sas").write_text(f"sv=2021-12-02&sig={SECRET}")
    with HttpFake(Azure().answer).serving() as fake:
        url, absent = azure_url(fake), azure_url(fake, "none")
        yield Ward(
            (
                Bad(
                    f"{url}&key_file={wrong}",
                    ("az://container", "does not take these credentials (AuthenticationFailed)"),
                ),
                Bad(
                    f"{azure_url(fake, 'other')}&sas_file={base}/sas",
                    ("az://other", "does not take these credentials (AuthenticationFailed)"),
                ),
                Bad(
                    f"{absent}&key_file={base}/key",
                    ("az://none", "does not exist (ContainerNotFound)", "Make it"),
                ),
                Bad(f"{url}&key_file={base}/none", (url, "key_file cannot be read")),
            ),
            {"AZURE_STORAGE_ACCOUNT": ACCOUNT},
        )


@contextmanager
def gcs(base: Path) -> Iterator[Ward]:
    """Google: a wrong token, no bucket, no file with a token."""
    (base / "token").write_text(TOKEN)
    with HttpFake(Gcs().answer).serving() as fake:
        url, absent = gcs_url(fake), gcs_url(fake, "none")
        yield Ward(
            (
                Bad(url, ("gs://bucket", "does not take these credentials (AuthenticationRequired)")),
                Bad(
                    f"{absent}&token_file={base}/token",
                    ("gs://none", "does not exist (NoSuchBucket)", "Make it"),
                ),
                Bad(f"{url}&token_file={base}/none", (url, "token_file cannot be read: No such file")),
            ),
            {"CLOUDSDK_AUTH_ACCESS_TOKEN": SECRET},
        )


@contextmanager
def redis(base: Path) -> Iterator[Ward]:
    """Redis: a wrong password, a database that there is not."""
    (base / "right").write_text("right")
    server = RedisServer(base, "--requirepass", "right")
    with server.program.running():
        yield Ward(
            (
                Bad(server.url, (server.url, "does not take these credentials")),
                Bad(
                    f"{server.url}/99?password_file={base}/right", (server.url, "no database of that number")
                ),
            ),
            {"REDISCLI_AUTH": SECRET},
        )


@contextmanager
def remote_execution(base: Path) -> Iterator[Ward]:
    """BuildGrid: an instance that there is not. And a server that wants a header."""
    with ExitStack() as stack:
        grid = stack.enter_context(buildgrid(base))
        strict = stack.enter_context(reapi(Knobs("main", header=("authorization", "Bearer right"))))
        at = f"grpc://127.0.0.1:{strict.port}"
        wrong = f"token_file={secret_file(base)}"
        (base / "token").write_text("right")
        yield Ward(
            (
                Bad(grid.url("none"), (grid.url("none"), "nstance", "path of the URL")),
                Bad(f"{at}/main", (f"{at}/main", "does not know us", "credentials")),
                Bad(f"{at}/main?{wrong}", (f"{at}/main", "does not know us", "credentials")),
                Bad(f"{at}/none?token_file={base}/token", (f"{at}/none", "nstance", "path of the URL")),
            )
        )


def _github(what: str) -> Admitted:
    """GitHub's cache: all there is to it comes from the environment, so each has a daemon of its own."""

    @contextmanager
    def admitted(base: Path) -> Iterator[Ward]:
        with gha_service(base / "gha") as fake, _tls(base) as other:
            environ = fake.environ()
            says: tuple[str, ...] = ()
            match what:
                case "token":
                    environ["ACTIONS_RUNTIME_TOKEN"] = SECRET
                    says = ("does not take the job's token",)
                case "mode":
                    environ["ACTIONS_CACHE_MODE"] = "none"
                    says = ("may not use GitHub's cache", "ACTIONS_CACHE_MODE")
                case "certificate":
                    environ["ACTIONS_RESULTS_URL"] = f"https://127.0.0.1:{other.port}/"
                    says = ("does not verify", "SSL_CERT_FILE")
                case "address":
                    environ["ACTIONS_RESULTS_URL"] = f"http://127.0.0.1:{free_port()}/"
                    says = ("cannot be reached",)
                case "server":
                    environ["GITHUB_SERVER_URL"] = "https://github.example.com"
                    says = ("GitHub Enterprise Server",)
            yield Ward((Bad("gha://?lane=l", ("gha://?lane=l", *says)),), environ)

    return admitted


WARDS: Final[Mapping[str, Admitted]] = {
    "nobody": nobody,
    "nobody-listens": nobody_listens,
    "no-such-host": no_such_host,
    "certificates": certificates,
    "http": over_http,
    "s3": s3,
    "azure": azure,
    "gcs": gcs,
    "redis": redis,
    "reapi": remote_execution,
    **{f"gha-{what}": _github(what) for what in ("token", "mode", "certificate", "address", "server")},
}
"""All kinds."""
