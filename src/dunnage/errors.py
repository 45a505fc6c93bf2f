"""The tree of errors that a person may meet: each with its exit code and what to do.

    DunnageError                     1
    ├── UsageError                   2   the command line is not understood
    ├── ConfigError                 10   a setting is wrong
    ├── DaemonError                 20   the daemon cannot be reached or started
    │   ├── NotRunning              21
    │   └── VersionMismatch         22   another version answered
    ├── ProtocolError               30   a peer broke the wire's rules
    ├── StoreError                  40   the store cannot be used
    │   ├── StoreTooNew             41   a newer dunnage wrote it
    │   ├── StoreFull               42
    │   ├── BlobMissing             43   a blob is not there (any more)
    │   └── BlobCorrupt             44   a blob was not what its name says; it was set aside
    ├── ContainerError              50   cross, docker or podman cannot be prepared
    ├── RemoteError                 70   a remote cannot be used
    │   ├── RemoteUnavailable       71   it cannot be reached, does not answer, or has trouble of its own
    │   ├── RemoteBusy              72   it asks to be left alone for a while
    │   ├── RemoteRefused           73   it does not let us in, or do that
    │   ├── RemoteFull              74   it has no room
    │   ├── RemoteDamaged           75   what came is not what was asked for
    │   └── RemoteUntrusted         76   a record without the seal that we ask for
    ├── ClientMissing               60   no client for that architecture
    └── MasqueradeFailed            61   the links that stand for compilers cannot be made

A failure of the cache during a build is never one of these: it is an outcome with a reason (`dunnage.model.outcome`).
"""

from typing import ClassVar


class DunnageError(Exception):
    """Something that a person should read: one sentence that says what and why, and `hint`, what to do."""

    exit_code: ClassVar[int] = 1
    hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = type(self).hint if hint is None else hint

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".rstrip()


class UsageError(DunnageError):
    """The command line is not understood."""

    exit_code = 2


class ConfigError(DunnageError):
    """A setting has a value that it cannot have."""

    exit_code = 10
    hint = "`dunnage config` shows every setting with its origin."


class DaemonError(DunnageError):
    """The daemon cannot be reached, started or understood."""

    exit_code = 20
    hint = "`dunnage doctor` looks for the reason; its log is named by `dunnage status`."


class NotRunning(DaemonError):
    """No daemon answers."""

    exit_code = 21
    hint = "`dunnage start` starts it."


class VersionMismatch(DaemonError):
    """The daemon that answers speaks another version of the wire."""

    exit_code = 22
    hint = "Stop it with the dunnage that started it."


class ProtocolError(DunnageError):
    """A peer sent what the wire does not allow. Ends that one session."""

    exit_code = 30


class StoreError(DunnageError):
    """The store cannot be read or written."""

    exit_code = 40


class StoreTooNew(StoreError):
    """The store was written by a dunnage with a newer format."""

    exit_code = 41
    hint = "Use that dunnage, or another DUNNAGE_DIR."


class StoreFull(StoreError):
    """There is no room for a blob."""

    exit_code = 42


class BlobMissing(StoreError):
    """A blob is not in the store, or not any more."""

    exit_code = 43


class BlobCorrupt(StoreError):
    """A blob's bytes were not what its name says. It was set aside."""

    exit_code = 44
    hint = "`dunnage clear` begins anew."


class ContainerError(DunnageError):
    """cross, docker or podman cannot be prepared."""

    exit_code = 50


class RemoteError(DunnageError):
    """A remote cannot be used; builds go on without it."""

    exit_code = 70
    hint = "Builds go on without it; `dunnage stats` counts what that cost."


class RemoteUnavailable(RemoteError):
    """A remote cannot be reached, does not answer in time, or has trouble of its own. Another try may help."""

    exit_code = 71
    hint = "Look whether it runs, at host and port in its URL, and at this machine's network; builds go on without it."


class RemoteBusy(RemoteError):
    """A remote asks to be left alone for a while."""

    exit_code = 72

    def __init__(self, message: str, *, retry_after_s: float | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s
        """How long, if it said so."""


class RemoteRefused(RemoteError):
    """A remote does not let us in, or not do that. Another try does not help."""

    exit_code = 73
    hint = "Look at the credentials, and at what they permit; the daemon has those of whoever started it."


class RemoteFull(RemoteError):
    """A remote has no room, or our share of it is used up."""

    exit_code = 74


class RemoteDamaged(RemoteError):
    """What came from a remote is not what was asked for."""

    exit_code = 75


class RemoteUntrusted(RemoteError):
    """A record has no seal, or not the one that we ask for."""

    exit_code = 76
    hint = "Look at the keys, and at who may write to the remote."


class ClientMissing(DunnageError):
    """There is no client for an architecture."""

    exit_code = 60
    hint = "In a source checkout, `make native-all` builds the clients of all architectures."


class MasqueradeFailed(DunnageError):
    """The links that stand in the place of compilers cannot be made."""

    exit_code = 61
    hint = "Without --masquerade there is no need of them."
