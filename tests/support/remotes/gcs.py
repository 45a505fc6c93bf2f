"""Google Cloud Storage, as far as objects are put and got: its XML API with multipart uploads, which obstore speaks,
and of its JSON API what Google's own client needs to look at the same objects. Seen with `google-cloud-storage` in
`tests/remote/test_fakes.py`.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from dunnage.remote.registry import open_backend
from support.remotes.http_fake import Asked, HttpFake, Reply
from support.remotes.place import Opener

TOKEN = "right"
_WHEN = {"Last-Modified": "Wed, 21 Oct 2026 07:28:10 GMT"}


def _error(status: int, code: str) -> Reply:
    body = (
        f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{code}</Message></Error>"
    )
    return Reply(status, body.encode(), {"Content-Type": "application/xml; charset=UTF-8"})


def _xml(kind: str, inner: str) -> Reply:
    """Google takes S3's namespace for its own."""
    return Reply(200, f'<{kind} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inner}</{kind}>'.encode())


class Gcs:
    """One bucket."""

    def __init__(self, bucket: str = "bucket") -> None:
        self.bucket = bucket
        self.objects: dict[str, bytes] = {}
        self._uploads: dict[str, dict[int, bytes]] = {}

    def answer(self, asked: Asked) -> Reply:
        """The answer to a request."""
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "AuthenticationRequired")
        json_api = re.match(r"/(download/|upload/)?storage/v1/b/([^/]+)/o(?:/(.+))?$", asked.path)
        if json_api:
            return self._json(asked, json_api[1] or "", json_api[2], unquote(json_api[3] or ""))
        _, bucket, name = (*asked.path.split("/", 2), "")[:3]
        if bucket != self.bucket:
            return _error(404, "NoSuchBucket")
        if "uploads" in asked.query or "uploadId" in asked.query:
            return self._multipart(name, asked)
        if asked.method == "PUT":
            self.objects[name] = asked.body
            return Reply(200, headers={**_WHEN, "ETag": _etag(asked.body)})
        if name not in self.objects:
            return _error(404, "NoSuchKey")
        data = self.objects[name]
        return Reply(200, data, {**_WHEN, "ETag": _etag(data), "Content-Length": str(len(data))})

    def _multipart(self, name: str, asked: Asked) -> Reply:
        if asked.method == "POST" and "uploads" in asked.query:
            upload = f"upload-{len(self._uploads)}"
            self._uploads[upload] = {}
            begun = f"<Bucket>{self.bucket}</Bucket><Key>{name}</Key><UploadId>{upload}</UploadId>"
            return _xml("InitiateMultipartUploadResult", begun)
        parts = self._uploads.get(asked.query["uploadId"])
        if parts is None:
            return _error(404, "NoSuchUpload")
        if asked.method == "PUT":
            parts[int(asked.query["partNumber"])] = asked.body
            return Reply(200, headers={"ETag": _etag(asked.body), "x-goog-hash": f"md5={_md5(asked.body)}"})
        del self._uploads[asked.query["uploadId"]]
        if asked.method == "DELETE":
            return Reply(204)
        numbers = [int(number) for number in re.findall(r"<PartNumber>(\d+)<", asked.body.decode())]
        if any(number not in parts for number in numbers):
            return _error(400, "InvalidPart")
        data = self.objects[name] = b"".join(parts[number] for number in numbers)
        return _xml("CompleteMultipartUploadResult", f"<Key>{name}</Key><ETag>{_etag(data)}</ETag>")

    def _json(self, asked: Asked, way: str, bucket: str, name: str) -> Reply:
        if bucket != self.bucket:
            return Reply(404, b'{"error": {"code": 404}}')
        if way == "upload/":
            name, data = _parts_of(asked)
            self.objects[name] = data
        elif name not in self.objects:
            return Reply(404, b'{"error": {"code": 404}}')
        elif asked.query.get("alt") == "media":
            data = self.objects[name]
            return Reply(200, data, {"ETag": _etag(data), "x-goog-hash": f"md5={_md5(data)}"})
        data = self.objects[name]
        about = {
            "kind": "storage#object",
            "bucket": bucket,
            "name": name,
            "size": str(len(data)),
            "md5Hash": _md5(data),
        }
        return Reply(200, json.dumps(about).encode(), {"Content-Type": "application/json"})


def _parts_of(asked: Asked) -> tuple[str, bytes]:
    """Name and bytes of an upload of the JSON API with both in one body (`uploadType=multipart`)."""
    boundary = re.search(r'boundary="?([^";]+)', asked.headers["content-type"])
    assert boundary is not None
    _, about, media, _ = asked.body.split(b"--" + boundary[1].encode())
    named = json.loads(about.partition(b"\r\n\r\n")[2])["name"]
    return named, media.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def url_of(fake: HttpFake, bucket: str = "bucket") -> str:
    """A remote on such a server."""
    return f"gs://{bucket}/pre/fix?endpoint=http://127.0.0.1:{fake.port}"


@contextmanager
def gcs(_: Path) -> Iterator[Opener]:
    """As a place."""
    with HttpFake(Gcs().answer).serving() as fake:
        yield lambda: open_backend(url_of(fake), {"CLOUDSDK_AUTH_ACCESS_TOKEN": TOKEN})
