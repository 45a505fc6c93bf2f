"""The three messages of GitHub's cache service in both spellings that its clients use: JSON and protobuf."""

import json
from dataclasses import dataclass
from typing import Any

# Field numbers in protobuf; 1 is `metadata`, which no client sends. Who is a list is listed below.
REQUESTS = {
    "CreateCacheEntry": {2: "key", 3: "version"},
    "FinalizeCacheEntryUpload": {2: "key", 3: "size_bytes", 4: "version"},
    "GetCacheEntryDownloadURL": {2: "key", 3: "restore_keys", 4: "version"},
}
ANSWERS = {
    "CreateCacheEntry": {"ok": 1, "signed_upload_url": 2, "message": 3},
    "FinalizeCacheEntryUpload": {"ok": 1, "entry_id": 2, "message": 3},
    "GetCacheEntryDownloadURL": {"ok": 1, "signed_download_url": 2, "matched_key": 3},
}
LISTS = ("restore_keys",)
PROTOBUF = "application/protobuf"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    version: str
    size_bytes: int = 0
    restore_keys: tuple[str, ...] = ()


class Malformed(Exception):
    """A body that is no such message."""


def read(method: str, content_type: str, body: bytes) -> Question:
    """The question in a body. Malformed."""
    try:
        fields = _from_protobuf(method, body) if content_type == PROTOBUF else json.loads(body)
        return Question(
            fields.get("key", ""),
            fields.get("version", ""),
            int(fields.get("size_bytes", 0)),
            tuple(fields.get("restore_keys", ())),
        )
    except (ValueError, IndexError, AttributeError, TypeError, KeyError) as error:
        raise Malformed(str(error)) from error


def write(method: str, content_type: str, fields: dict[str, Any]) -> bytes:
    """An answer, without the fields that have their default, and with numbers of 64 bits as text in JSON."""
    given = {name: value for name, value in fields.items() if value}
    if content_type != PROTOBUF:
        texts = {name: str(value) if type(value) is int else value for name, value in given.items()}
        return json.dumps(texts).encode()
    return b"".join(_field(ANSWERS[method][name], value) for name, value in given.items())


def _from_protobuf(method: str, body: bytes) -> dict[str, Any]:
    names, fields, at = REQUESTS[method], {}, 0
    while at < len(body):
        tag, at = _varint(body, at)
        number, wire = tag >> 3, tag & 7
        value, at = _varint(body, at)
        if wire == 2:
            if at + value > len(body):
                raise Malformed("a field is longer than its message")
            data, at = body[at : at + value], at + value
        elif wire != 0:
            raise Malformed(f"wire type {wire}")
        name = names.get(number)
        if name in LISTS:
            fields.setdefault(name, []).append(data.decode())
        elif name is not None:
            fields[name] = data.decode() if wire == 2 else value
    return fields


def _field(number: int, value: bool | int | str) -> bytes:
    if isinstance(value, str):
        data = value.encode()
        return _number(number << 3 | 2) + _number(len(data)) + data
    return _number(number << 3) + _number(int(value))


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def _number(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
