"""The three questions of GitHub's cache service, version 2: JSON over Twirp.

    GetCacheEntryDownloadURL    key, restore_keys, version → signed_download_url, matched_key; `ok` false is a miss
    CreateCacheEntry            key, version → signed_upload_url; 409 where the name is taken, even by a crashed upload
    FinalizeCacheEntryUpload    key, version, size_bytes → entry_id; until then nobody sees the entry

Fields that are empty may be missing in an answer, and numbers of 64 bits are strings. Once the service has answered
429, nobody is asked until its `Retry-After` is over: the limits are those of the whole repository.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Final

from dunnage.errors import RemoteBusy, RemoteDamaged, RemoteError, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.gha.http import Answer, Http, host_of

_ROOM: Final = "/twirp/github.actions.results.api.v1.CacheService/"
_SAID_CHARS_MAX: Final = 200
_QUERY: Final = re.compile(r"\?\S+")


class Service:
    """The service, as one job asks it."""

    def __init__(
        self,
        http: Http,
        results_url: str,
        token: str,
        version: str,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`version` is 64 hexadecimal digits: entries of another one are never seen."""
        self._http = http
        self._url = results_url + _ROOM
        self._host = host_of(results_url)
        self._token = token
        self._version = version
        self._now = now
        self._lock = threading.Lock()
        self._busy_until = 0.0
        self.requests = 0
        """How often the service was asked."""

    def newest(self, prefixes: Sequence[str]) -> tuple[str, str] | None:
        """Key and URL of the newest entry whose key begins with a prefix: the first of these that there is one for."""
        found = self._find(prefixes[0], list(prefixes))
        if found is None or found[0].startswith(tuple(prefixes)):
            return found
        raise RemoteDamaged(f"{self._host} gave an entry that was not asked for.")

    def exactly(self, key: str) -> str | None:
        """URL of the entry of that key. Others that only begin with it are none."""
        found = self._find(key, [])
        return found[1] if found and found[0] == key else None

    def reserve(self, key: str) -> str | None:
        """A URL to upload the entry of that key to; None where the key is taken."""
        answer = self._ask("CreateCacheEntry", {"key": key})
        if answer is None:
            return None
        return self._url_in(answer, "signed_upload_url")

    def finalize(self, key: str, size: int) -> None:
        """Let others see what was uploaded."""
        if self._ask("FinalizeCacheEntryUpload", {"key": key, "size_bytes": str(size)}) is None:
            raise RemoteRefused(f"{self._host} says that an entry was there before it was uploaded.")

    def busy_s(self) -> float:
        """How long nobody may be asked."""
        with self._lock:
            return max(0.0, self._busy_until - self._now())

    def _find(self, key: str, restore_keys: list[str]) -> tuple[str, str] | None:
        fields: dict[str, object] = {"key": key}
        if restore_keys:
            fields["restore_keys"] = restore_keys
        answer = self._ask("GetCacheEntryDownloadURL", fields, may_miss=True)
        if answer is None or not answer.get("ok"):
            return None
        matched = answer.get("matched_key")
        if not isinstance(matched, str):
            raise RemoteDamaged(f"{self._host} gave an entry without its key.")
        return matched, self._url_in(answer, "signed_download_url")

    def _ask(
        self, method: str, fields: Mapping[str, object], *, may_miss: bool = False
    ) -> dict[str, object] | None:
        """What was answered; None where the name is taken."""
        wait_s = self.busy_s()
        if wait_s:
            raise RemoteBusy(f"{self._host} asked to be left alone.", retry_after_s=wait_s)
        with self._lock:
            self.requests += 1
        body = json.dumps({**fields, "version": self._version}).encode()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "User-Agent": "dunnage",
        }
        answer = self._http.ask("POST", self._url + method, headers=headers, body=body)
        if answer.status == 409:
            return None
        if answer.status != 200:
            raise self._failure(answer)
        said = self._parsed(answer.body)
        if not may_miss and not said.get("ok"):
            raise RemoteRefused(f"{self._host} refuses to keep an entry{self._words(said.get('message'))}.")
        return said

    def _failure(self, answer: Answer) -> RemoteError:
        status = answer.status
        try:
            words = self._words(self._parsed(answer.body).get("msg"))
        except RemoteDamaged:
            words = ""
        if status == 429:
            wait_s = retry_after_s(answer.headers, limits.GHA_BUSY_S)
            with self._lock:
                self._busy_until = max(self._busy_until, self._now() + wait_s)
            return RemoteBusy(
                f"{self._host} asks to be left alone for {wait_s:.0f} seconds{words}.", retry_after_s=wait_s
            )
        if status == 401:
            return RemoteRefused(
                f"{self._host} does not take the job's token, which is good for six hours{words}.",
                hint="Start the daemon anew in this job: `dunnage stop`, then the dunnage action.",
            )
        if status == 403:
            return RemoteRefused(
                f"{self._host} does not permit that{words}.",
                hint="Jobs that strangers can start get tokens that may only read.",
            )
        if status == 404:
            return RemoteRefused(f"{self._host} has no cache service of version 2{words}.", hint="")
        if status >= 500:
            return RemoteUnavailable(f"{self._host} has trouble of its own ({status}{words}).")
        if status >= 400:
            return RemoteRefused(f"{self._host} does not take a request ({status}{words}).", hint="")
        return RemoteDamaged(f"{self._host} gives an answer that is not understood ({status}).")

    def _parsed(self, body: bytes) -> dict[str, object]:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise RemoteDamaged(f"{self._host} gives an answer that is not understood.")
        return answer

    def _url_in(self, answer: Mapping[str, object], name: str) -> str:
        url = answer.get(name)
        if not isinstance(url, str):
            raise RemoteDamaged(f"{self._host} gave an entry without its URL.")
        host_of(url)
        return url

    def _words(self, said: object) -> str:
        """What the service says, in as far as it can be shown: `: …`."""
        if not isinstance(said, str) or not said.strip():
            return ""
        text = _QUERY.sub("?…", said.replace(self._token, "***"))
        shown = "".join(char if char.isprintable() else " " for char in text[:_SAID_CHARS_MAX])
        return f": {shown.strip().rstrip('.')}"


def retry_after_s(headers: Mapping[str, str], default_s: float) -> float:
    """How long a server asks to be left alone: in seconds, or until a date, which is held against its own clock."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), limits.GHA_BUSY_S_MAX))
    try:
        until, now = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("Date", ""))
        wait_s = (until - now).total_seconds()
    except (TypeError, ValueError, IndexError, OverflowError):
        return default_s
    return min(max(0.0, wait_s), float(limits.GHA_BUSY_S_MAX))
