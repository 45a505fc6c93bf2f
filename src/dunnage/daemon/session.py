"""A session: one connection, from hello to exit. Whatever goes wrong ends this session and no other."""

import logging
import socket
import time
from collections.abc import Callable
from typing import Protocol

from dunnage.daemon.answers import other_version
from dunnage.daemon.transport import Transport
from dunnage.daemon.view import SocketView, environment
from dunnage.engine.engine import Engine
from dunnage.errors import StoreError
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import Outcome, Result
from dunnage.model.view import ViewGone
from dunnage.wire.messages import Control, Hello, Reply, Tty
from dunnage.wire.version import WIRE_VERSION, Capability

log = logging.getLogger(__name__)


class Host(Protocol):
    """What a session needs of the daemon around it."""

    @property
    def engine(self) -> Engine:
        """The engine. Raises StoreError while the store cannot be opened."""

    @property
    def refusal(self) -> str | None:
        """Why no session is served now (`stopping`, `busy`); None when they are."""

    def control(self, request: bytes) -> bytes:
        """Answer the command line."""

    def storing(self) -> None:
        """This session's client is about to go, and its results are being stored."""

    def count(self, result: Result) -> None:
        """Count an outcome."""


def serve(connection: socket.socket, host: Host, *, may_control: bool, after: Callable[[], None]) -> None:
    """Serve one connection to its end, and log one line. Never raises; `after` is called last."""
    started = time.perf_counter_ns()
    transport = Transport(connection)
    result: Result | None
    try:
        result = _greeted(transport, host, may_control)
    except ViewGone as gone:
        result = Result(outcome=Outcome.FALLBACK, reason=gone.reason, detail=gone.detail)
    except Exception as error:
        log.exception("a session failed")
        result = Result(outcome=Outcome.FALLBACK, reason="internal", detail=repr(error))
    finally:
        transport.close()
    try:
        if result is not None:
            wall_ms = (time.perf_counter_ns() - started) / 1e6
            log.info(
                "%s %s %s %.1f ms %s",
                result.outcome,
                result.reason,
                result.name or "-",
                wall_ms,
                result.detail,
            )
            host.count(result)  # last: who sees the count finds the line
    except Exception:
        log.exception("an outcome could not be counted")
    finally:
        after()


def _greeted(transport: Transport, host: Host, may_control: bool) -> Result | None:
    message = transport.receive()
    if isinstance(message, Control):
        if not may_control:
            raise ViewGone("protocol", "CONTROL from a container")
        understood = message.wire_version == WIRE_VERSION
        transport.send([Reply(host.control(message.request) if understood else other_version())])
        return None
    if not isinstance(message, Hello):
        raise ViewGone("protocol", f"{type(message).__name__} instead of HELLO")
    view = SocketView(transport, message)
    if message.wire_version != WIRE_VERSION:
        view.step_aside("version")
        return Result(outcome=Outcome.FALLBACK, reason="version", detail=f"wire {message.wire_version}")
    if (refusal := host.refusal) is not None:
        view.step_aside(refusal)
        return Result(outcome=Outcome.FALLBACK, reason=refusal)
    try:
        engine = host.engine
    except StoreError as error:
        view.step_aside("no-store")
        return Result(outcome=Outcome.FALLBACK, reason="no-store", detail=error.message)
    try:
        invocation = _invocation(message)
        return (
            None if engine.questions.serve(view, invocation) else engine.serve(view, invocation, host.storing)
        )
    except ViewGone:
        raise
    except Exception:
        _release(view)
        raise


def _release(view: SocketView) -> None:
    """After an error of ours: let the client end as it would have without us."""
    try:
        if view.is_over:
            return
        if view.finished_run is not None:
            view.exit(view.finished_run)
        else:
            view.step_aside("internal")
    except ViewGone:
        log.debug("the client of a failed session had gone already")


def _invocation(hello: Hello) -> Invocation:
    return Invocation(
        program=hello.program,
        argv=hello.argv,
        cwd=hello.cwd,
        pid=hello.pid,
        env=environment(hello.env),
        payload=hello.payload if hello.capabilities & Capability.LAUNCHER else "",
        stderr_is_terminal=bool(hello.tty & Tty.STDERR),
    )
