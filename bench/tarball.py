"""Cargo's home and a target directory as one `tar.zst` in GitHub's cache: what others do for Rust.

A job restores a tarball and builds on what cargo finds fresh in it. Swatinem/rust-cache takes the newest one, and of a
target directory it keeps the dependencies' part. What is kept here is what rust-cache 2.9 keeps: the registry without
unpacked sources, and of a profile `build`, `.fingerprint` and `deps`, less everything of the workspace's own packages.
The example of GitHub's actions/cache keeps the whole target directory, under a key that holds the digest of the lock
file, and takes no other. The tarball is packed and unpacked by tar and zstd, with all cores, as `actions/cache` does,
and streamed into them, which it does not: that would only take longer.
"""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

_ROOM: Final = "twirp/github.actions.results.api.v1.CacheService"
_KEPT: Final = ("build", ".fingerprint", "deps")
_VERSION: Final = sha256(b"home and target").hexdigest()
"""Of all that makes tarballs exchangeable: paths and how they are packed."""
_PIECE_BYTES: Final = 1 << 20


def members(project: Path, env: Mapping[str, str]) -> set[str]:
    """The names of all targets of the workspace's own packages, as rustc spells them."""
    words = ["cargo", "metadata", "--no-deps", "--offline", "--format-version=1"]
    told = subprocess.run(words, cwd=project, env=env, capture_output=True, text=True, check=True).stdout
    names: set[str] = set()
    for package in json.loads(told)["packages"]:
        names |= {package["name"], *(target["name"] for target in package["targets"])}
    return {name.replace("-", "_") for name in names}


def prune(profile: Path, own: Collection[str]) -> None:
    """Leave of a profile's directory what rust-cache would keep."""
    for entry in profile.iterdir():
        if entry.name not in _KEPT:
            _remove(entry)
            continue
        for kept in entry.iterdir():
            stem = kept.name.removeprefix("lib").rsplit("-", 1)[0]
            if stem.replace("-", "_") in own:
                _remove(kept)


def save(runner: Mapping[str, str], key: str, directory: Path, names: Collection[str]) -> int:
    """Put `names` of `directory` into GitHub's cache; the bytes of the tarball."""
    file = directory / "cache.tzst"
    present = [name for name in names if (directory / name).exists()]
    subprocess.run(["tar", "-I", "zstd -T0", "-cf", file, *present], cwd=directory, check=True)
    size = file.stat().st_size
    url = _ask(runner, "CreateCacheEntry", key=key, version=_VERSION)["signed_upload_url"]
    with file.open("rb") as body:
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Length": str(size)}
        urllib.request.urlopen(urllib.request.Request(url, body, headers, method="PUT")).close()
    _ask(runner, "FinalizeCacheEntryUpload", key=key, version=_VERSION, size_bytes=str(size))
    file.unlink()
    return size


def restore(runner: Mapping[str, str], key: str, directory: Path, *, others: bool = True) -> bool:
    """Unpack the newest tarball whose key begins with `key`, as restore keys find it; without `others` only the one of
    that very key. Whether there is one.
    """
    asked = {"key": key, "restore_keys": [key] if others else [], "version": _VERSION}
    found = _answer(runner, "GetCacheEntryDownloadURL", asked)
    if not found.get("ok"):
        return False
    tar = subprocess.Popen(["tar", "-I", "zstd -d", "-xf", "-"], cwd=directory, stdin=subprocess.PIPE)
    assert tar.stdin is not None
    with urllib.request.urlopen(found["signed_download_url"]) as body, tar.stdin as into:
        shutil.copyfileobj(body, into, _PIECE_BYTES)
    if tar.wait() != 0:
        raise RuntimeError(f"tar ended with {tar.returncode}")
    return True


def _ask(runner: Mapping[str, str], method: str, **fields: object) -> dict[str, Any]:
    said = _answer(runner, method, fields)
    if not said.get("ok"):
        raise RuntimeError(f"{method}: {said}")
    return said


def _answer(runner: Mapping[str, str], method: str, fields: Mapping[str, object]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{runner['ACTIONS_RESULTS_URL']}{_ROOM}/{method}",
        json.dumps(dict(fields)).encode(),
        {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {runner['ACTIONS_RUNTIME_TOKEN']}",
        },
    )
    with urllib.request.urlopen(request) as answer:
        said: dict[str, Any] = json.load(answer)
    return said


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
