"""A small HTTP/1.1 server for tests: one function answers, and knobs make it refuse, wait, lie and break off."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    method: str
    path: str
    """Decoded, without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Sent instead of everything else; then the connection is closed."""


@dataclass(slots=True)
class Knobs:
    """What goes wrong from now on."""

    refusal: Reply | None = None
    """What everything is answered with."""
    cut: int | None = None
    """How many bytes of each body are sent before the connection is closed."""
    wait: threading.Event | None = None
    """What is waited for before each answer."""
    delay_s: float = 0
    """Before each answer."""
    drip: Callable[[Asked], float] = lambda _: 0
    """How long each byte of a body takes."""
    lie: Callable[[Asked, Reply], Reply] = lambda _, reply: reply
    """What becomes of an answer."""
    dies: Callable[[Asked], bool] = lambda _: False
    """With which request it is killed, in the middle of the answer."""


Answer = Callable[[Asked], Reply]


class HttpFake:
    """A server that answers with a function."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.knobs = Knobs()
        self.asked: list[Asked] = []
        self._tls = tls
        self._server = self._listening(0)
        self.port: int = self._server.server_address[1]

    def _listening(self, port: int) -> "_Server":
        server = _Server(("127.0.0.1", port), _Handler)
        server.fake = self
        if self._tls is not None:
            server.socket = self._tls.wrap_socket(server.socket, server_side=True)
        return server

    def reply(self, asked: Asked) -> Reply:
        """The answer, or what the knobs make of it."""
        self.asked.append(asked)
        if self.knobs.wait is not None:
            self.knobs.wait.wait(30)
        time.sleep(self.knobs.delay_s)
        return self.knobs.refusal or self.knobs.lie(asked, self.answer(asked))

    def start(self) -> None:
        """Serve again after `kill`, at the same port."""
        self._server = self._listening(self.port)
        self._serve()

    def kill(self) -> None:
        """Nobody listens any more, and every connection is reset, as if the process were gone."""
        self._server.end()

    def _serve(self) -> None:
        serve = self._server.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @contextmanager
    def serving(self) -> Iterator["HttpFake"]:
        """For as long as the block lasts."""
        self._serve()
        try:
            yield self
        finally:
            if self.knobs.wait is not None:
                self.knobs.wait.set()
            self.kill()


class _Server(ThreadingHTTPServer):
    fake: HttpFake
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._ended = False

    def end(self) -> None:
        """Stop, and reset what is connected. May be called by a handler, and twice."""
        with self._lock:
            ended, self._ended = self._ended, True
        if ended:
            return
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):  # closed like this, what is under way ends with a reset
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or did not like our certificate."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._do
        raise AttributeError(name)

    def _do(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            self.command,
            unquote(parts.path),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self._body(),
        )
        fake = self.server.fake
        reply = fake.reply(asked)
        if fake.knobs.dies(asked):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nand then")
            fake.kill()
            self.close_connection = True
            return
        if reply.raw is not None:
            self.wfile.write(reply.raw)
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        cut = fake.knobs.cut
        self._write(reply.body if cut is None else reply.body[:cut], fake.knobs.drip(asked))
        if cut is not None and cut < len(reply.body):
            self.close_connection = True

    def _write(self, data: bytes, seconds: float) -> None:
        if not seconds:
            self.wfile.write(data)
            return
        for at in range(len(data)):
            time.sleep(seconds)
            self.wfile.write(data[at : at + 1])

    def _body(self) -> bytes:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return bytes(body)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""
