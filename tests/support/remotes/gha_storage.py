"""The storage behind GitHub's cache: as much of Azure Blob as its clients use, by signed URLs only."""

import hashlib
import hmac
import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

_LATEST = re.compile(r"<(?:Latest|Uncommitted|Committed)>([^<]*)</")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the storage says: a status, an error's code, or a part of a blob."""

    status: int
    code: str = ""
    path: Path | None = None
    start: int = 0
    length: int = 0
    total: int = 0


class Storage:
    """Blobs in files of one directory, named by numbers."""

    def __init__(self, directory: Path, now: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._now = now
        self._secret = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._blocks: dict[int, dict[str, Path]] = {}
        self.sizes: dict[int, int] = {}
        """Of what was committed."""

    def query(self, number: int, permission: str, lifetime_s: float) -> str:
        """The signed half of a URL: `cw` to upload, `r` to download."""
        expires = f"{self._now() + lifetime_s:.3f}"
        return (
            f"sv=2025-11-05&se={expires}&sr=b&sp={permission}&sig={self._signed(number, permission, expires)}"
        )

    def allows(self, number: int, query: dict[str, list[str]], permission: str) -> bool:
        expires, granted = query.get("se", [""])[0], query.get("sp", [""])[0]
        is_signed = hmac.compare_digest(query.get("sig", [""])[0], self._signed(number, granted, expires))
        return is_signed and permission in granted and self._now() < float(expires)

    def put(self, number: int, query: str, headers: dict[str, str], body: Path) -> Reply:
        """Take a body, which is in a file of this directory."""
        asked = parse_qs(query)
        what = asked.get("comp", [""])[0]
        if not self.allows(number, asked, "w"):
            body.unlink()
            return Reply(403, "AuthenticationFailed")
        with self._lock:
            if what == "block":
                return self._put_block(number, asked.get("blockid", [""])[0], body)
            if what == "blocklist":
                return self._put_list(number, body)
            if what or headers.get("x-ms-blob-type") != "BlockBlob":
                body.unlink()
                return Reply(400, "InvalidHeaderValue" if not what else "InvalidQueryParameterValue")
            if headers.get("if-none-match") == "*" and number in self.sizes:
                body.unlink()
                return Reply(409, "BlobAlreadyExists")
            self.sizes[number] = body.stat().st_size
            body.rename(self.path(number))
            return Reply(201)

    def get(self, number: int, query: str, headers: dict[str, str]) -> Reply:
        """The whole of a blob, or the part that `Range` names."""
        if not self.allows(number, parse_qs(query), "r"):
            return Reply(403, "AuthenticationFailed")
        total = self.sizes.get(number)
        if total is None:
            return Reply(404, "BlobNotFound")
        asked = _RANGE.fullmatch(headers.get("x-ms-range", "") or headers.get("range", ""))
        if asked is None:
            return Reply(200, path=self.path(number), length=total, total=total)
        start = int(asked[1])
        end = min(int(asked[2] or total), total - 1)
        if start >= total or end < start:
            return Reply(416, "InvalidRange")
        return Reply(206, path=self.path(number), start=start, length=end - start + 1, total=total)

    def remove(self, number: int) -> None:
        with self._lock:
            if self.sizes.pop(number, None) is not None:
                self.path(number).unlink()

    def path(self, number: int) -> Path:
        return self._directory / f"blob-{number}"

    def fresh(self) -> Path:
        """A name for a body that arrives."""
        return self._directory / f"body-{secrets.token_hex(8)}"

    def _put_block(self, number: int, block: str, body: Path) -> Reply:
        blocks = self._blocks.setdefault(number, {})
        if not block or any(len(other) != len(block) for other in blocks):
            body.unlink()
            return Reply(400, "InvalidBlobOrBlock")
        blocks[block] = body
        return Reply(201)

    def _put_list(self, number: int, body: Path) -> Reply:
        names = _LATEST.findall(body.read_text())
        body.unlink()
        blocks = self._blocks.get(number, {})
        if any(name not in blocks for name in names):
            return Reply(400, "InvalidBlockList")
        whole = self.fresh()
        with whole.open("wb") as file:
            for name in names:
                with blocks[name].open("rb") as part:
                    while os.sendfile(file.fileno(), part.fileno(), None, 1 << 24):
                        pass
        for path in blocks.values():
            path.unlink()
        del self._blocks[number]
        self.sizes[number] = whole.stat().st_size
        whole.rename(self.path(number))
        return Reply(201)

    def _signed(self, number: int, permission: str, expires: str) -> str:
        text = f"{number} {permission} {expires}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()
