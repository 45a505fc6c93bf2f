"""What GitHub's cache keeps: entries by scope, key and version, and the rules by which they are found and made."""

import base64
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

READ, WRITE = 1, 2
Scopes = Sequence[tuple[str, int]]
"""Scopes of a token in their order, each with its permission."""


@dataclass(slots=True)
class Entry:
    number: int
    """In the order of creation, and the name of its blob."""
    scope: str
    key: str
    version: str
    size: int | None = None
    """None until it is finalized: nobody sees it."""


class Refusal(Exception):
    """An error of Twirp: status, code and text."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


def token(*scopes: tuple[str, int], lasts_s: float = 6 * 3600) -> str:
    """What the runner would hand to a job: a JWT whose claim `ac` says what it may do."""
    access = json.dumps([{"Scope": scope, "Permission": permission} for scope, permission in scopes])
    now = int(time.time())
    claims = {"ac": access, "nbf": now - 60, "exp": int(now + lasts_s), "repository_id": "1"}
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join((*encoded, "c2lnbmVk"))


def scopes_of(authorization: str) -> Scopes:
    """What the bearer of a token may do. Refusal."""
    try:
        kind, text = authorization.split(" ")
        payload, signature = text.split(".")[1:]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        scopes = [(scope["Scope"], int(scope["Permission"])) for scope in json.loads(claims["ac"])]
        good = kind == "Bearer" and signature == "c2lnbmVk" and claims["nbf"] <= time.time() < claims["exp"]
    except (ValueError, KeyError, TypeError):
        good, scopes = False, []
    if not good:
        raise Refusal(401, "unauthenticated", "invalid token")
    return scopes


class Entries:
    """All entries of one repository."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.all: list[Entry] = []

    def create(self, scopes: Scopes, key: str, version: str) -> Entry:
        _check([key], version)
        scope = _own(scopes)
        with self._lock:
            if self._named(scope, key, version):
                text = "cache entry with the same key, version, and scope already exists"
                raise Refusal(409, "already_exists", text)
            number = self.all[-1].number + 1 if self.all else 1
            self.all.append(Entry(number, scope, key, version))
            return self.all[-1]

    def finalize(
        self, scopes: Scopes, key: str, version: str, size: int, uploaded: "dict[int, int]"
    ) -> Entry:
        """`uploaded`: sizes of the blobs that were committed."""
        _check([key], version)
        with self._lock:
            entry = self._named(_own(scopes), key, version)
            if entry is None or entry.size is not None:
                raise Refusal(404, "not_found", "cache entry not found")
            if uploaded.get(entry.number) != size:
                raise Refusal(400, "invalid_argument", "size does not match what was uploaded")
            entry.size = size
            return entry

    def find(self, scopes: Scopes, keys: Sequence[str], version: str) -> Entry | None:
        """Scope by scope: the key, then what begins with it, then with each restore key; the newest of several."""
        _check(keys, version)
        readable = [scope for scope, permission in scopes if permission & READ]
        if not readable:
            raise Refusal(403, "permission_denied", "cache read denied: the token has no readable scope")
        with self._lock:
            for scope in readable:
                seen = [
                    entry
                    for entry in reversed(self.all)
                    if entry.scope == scope and entry.version == version and entry.size is not None
                ]
                exact = [entry for entry in seen if entry.key == keys[0]]
                for found in (
                    exact,
                    *([entry for entry in seen if entry.key.startswith(key)] for key in keys),
                ):
                    if found:
                        return found[0]
        return None

    def evict(self, key: str) -> list[Entry]:
        """As GitHub does with what is old: of a key, or of all that begin with it if it ends in `/` or `-`."""
        is_prefix = key.endswith(("/", "-"))
        with self._lock:
            gone = [each for each in self.all if each.key == key or (is_prefix and each.key.startswith(key))]
            self.all = [entry for entry in self.all if entry not in gone]
        return gone

    def _named(self, scope: str, key: str, version: str) -> Entry | None:
        named = (
            entry for entry in self.all if (entry.scope, entry.key, entry.version) == (scope, key, version)
        )
        return next(named, None)


def _own(scopes: Scopes) -> str:
    own = [scope for scope, permission in scopes if permission & WRITE]
    if not own:
        raise Refusal(403, "permission_denied", "cache write denied: token has no writable scopes")
    return own[0]


def _check(keys: Sequence[str], version: str) -> None:
    if len(version) != 64 or set(version) - set("0123456789abcdef"):
        raise Refusal(400, "invalid_argument", "version must be a SHA-256 hash")
    if not 1 <= len(keys) <= 10 or any(not key or len(key) > 512 or "," in key for key in keys):
        raise Refusal(400, "invalid_argument", "invalid key")
