"""Build the static client with zig for one, some or all architectures, and the programs that go with it.

python tools/build_client.py                      for this machine
python tools/build_client.py --arch aarch64       for another; may be given more than once
python tools/build_client.py --all --check-size   for all of them; fail when one is larger than 64 KiB

Writes src/dunnage/clients/<arch>/{dunnage,sccache,launcher,dunnage-forward,observe.so}: the client twice, because the
`cc` crate goes by the file's name; its launcher, the forwarder, and the library that observes. The launcher is padded
to whole blocks, so that a file system can share the program behind it. An output that is newer than everything it is
made from is left alone. The first build for an architecture compiles musl, too (up to a minute), later ones take a
second.
"""

import argparse
import importlib.util
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent.parent
NATIVE: Final = HERE / "native"
CLIENTS: Final = HERE / "src" / "dunnage" / "clients"
OBSERVE: Final = NATIVE / "observe"
NAMES: Final = ("dunnage", "sccache")
LAUNCHER: Final = "launcher"
FORWARDER: Final = "dunnage-forward"
LIBRARY: Final = "observe.so"
BLOCK_BYTES: Final = 4096
SIZE_MAX: Final = 64 * 1024

TARGETS: Final = {
    "x86_64": "x86_64-linux-musl",
    "aarch64": "aarch64-linux-musl",
    "armv7": "arm-linux-musleabihf",
    "i686": "x86-linux-musl",
    "riscv64": "riscv64-linux-musl",
}
"""Our name of an architecture → zig's target."""

MACHINES: Final = {"arm64": "aarch64", "armv7l": "armv7", "armv8l": "armv7", "i386": "i686", "i586": "i686"}
"""What `uname -m` says where that is not our name."""

CPUS: Final = {"armv7": ["-mcpu=generic+v7a+vfp3d16"]}
"""armv7 with hard float is the floor of Debian's armhf and of Rust's armv7-unknown-linux-gnueabihf."""

WARNINGS: Final = ("-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow")

FLAGS: Final = (
    "-std=c11",
    "-static",
    "-Os",
    "-s",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
    "-ffunction-sections",
    "-fdata-sections",
    "-Wl,--gc-sections",
)
"""Small: unwind tables and unused sections are a third of such a file. Nothing here throws, and the sanitizers run in a
build of their own."""


LIBRARY_FLAGS: Final = (
    "-std=c11",
    "-shared",
    "-nostdlib",
    "-fPIC",
    "-fvisibility=hidden",
    "-Os",
    "-s",
    "-fno-builtin",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
    "-Wl,--hash-style=both",
    "-Wl,-z,defs",
)
"""It must load beside any C library, so it is linked with none, and the compiler may call none of its own accord."""

KERNEL_HEADERS: Final = {
    "x86_64": "x86",
    "aarch64": "aarch64",
    "armv7": "arm",
    "i686": "x86",
    "riscv64": "riscv",
}
"""Our name of an architecture → zig's name of the kernel's headers for it, which zig itself only finds with a libc."""


def host_arch() -> str:
    """Our name for this machine's architecture."""
    machine = platform.machine().lower()
    return MACHINES.get(machine, machine)


def sources() -> list[Path]:
    """The C files of the client, in a fixed order so that the build is reproducible; harnesses for fuzzing stay out."""
    return sorted(path for path in NATIVE.glob("*.c") if not path.name.startswith("fuzz_"))


def launcher_sources() -> list[Path]:
    """The C files of the launcher: the client's, with another `main`."""
    return [path for path in sources() if path.name != "main.c"] + sorted(NATIVE.glob("launcher/*.c"))


def forwarder_sources() -> list[Path]:
    """The C files of the forwarder: the client's, with another `main`."""
    return [path for path in sources() if path.name != "main.c"] + sorted(NATIVE.glob("forward/*.c"))


def library_sources() -> list[Path]:
    """The C files of the library, in a fixed order."""
    return sorted(OBSERVE.glob("*.c"))


def is_fresh(outputs: Sequence[Path]) -> bool:
    """Whether all outputs are there and newer than the sources, the headers and this file."""
    if not all(output.is_file() for output in outputs):
        return False
    programs = (*sources(), *launcher_sources(), *forwarder_sources())
    inputs = [*programs, *library_sources(), *NATIVE.glob("**/*.h"), Path(__file__)]
    return min(o.stat().st_mtime_ns for o in outputs) > max(i.stat().st_mtime_ns for i in inputs)


def compile_to(arch: str, output: Path) -> None:
    """Compile the client for an architecture, and mark it. Raises CalledProcessError; the compiler has said why."""
    _compile(arch, FLAGS, sources(), output)
    mark(output)


def mark(client: Path) -> None:
    """End a client's file with what other clients know it by (native/search.h)."""
    header = (NATIVE / "search.h").read_text(encoding="utf-8")
    found = re.search(r'#define CLIENT_MARK "(.*)\\n"', header)
    assert found is not None
    with client.open("ab") as file:
        file.write(found[1].encode() + b"\n")


def compile_launcher(arch: str, output: Path) -> None:
    """Compile the launcher, and fill its last block. Raises CalledProcessError; the compiler has said why."""
    _compile(arch, FLAGS, launcher_sources(), output)
    with output.open("ab") as file:
        file.write(bytes(-file.tell() % BLOCK_BYTES))


def compile_forwarder(arch: str, output: Path) -> None:
    """Compile the forwarder. Raises CalledProcessError; the compiler has said why."""
    _compile(arch, FLAGS, forwarder_sources(), output)


def kernel_headers(arch: str) -> list[str]:
    """The options that name the kernel's headers."""
    package = importlib.util.find_spec("ziglang")
    assert package is not None
    assert package.origin is not None
    include = Path(package.origin).parent / "lib" / "libc" / "include"
    return [
        word
        for of in (KERNEL_HEADERS[arch], "any")
        for word in ("-isystem", str(include / f"{of}-linux-any"))
    ]


def compile_library(arch: str, output: Path) -> None:
    """Compile the library for an architecture. Raises CalledProcessError; the compiler has said why."""
    _compile(arch, [*kernel_headers(arch), *LIBRARY_FLAGS], library_sources(), output)


def _compile(arch: str, flags: Sequence[str], files: Sequence[Path], output: Path) -> None:
    command = [sys.executable, "-m", "ziglang", "cc", "-target", TARGETS[arch], *CPUS.get(arch, [])]
    # Relative names, so that the file does not depend on where the checkout is.
    names = [str(path.relative_to(HERE)) for path in files]
    subprocess.run([*command, *flags, *WARNINGS, *names, "-o", str(output)], cwd=HERE, check=True)


def build(arch: str, directory: Path, *, force: bool = False) -> list[Path]:
    """Build all of them into `directory`; returns the files. What is in use is replaced."""
    outputs = [directory / name for name in (*NAMES, LAUNCHER, FORWARDER, LIBRARY)]
    if not force and is_fresh(outputs):
        return outputs
    directory.mkdir(parents=True, exist_ok=True)
    fresh = directory / f".client-{os.getpid()}"
    try:
        for compiler, names in (
            (compile_to, NAMES),
            (compile_launcher, (LAUNCHER,)),
            (compile_forwarder, (FORWARDER,)),
            (compile_library, (LIBRARY,)),
        ):
            compiler(arch, fresh)
            content = fresh.read_bytes()
            for name in names:
                fresh.write_bytes(content)
                fresh.chmod(0o755)
                fresh.replace(directory / name)
    finally:
        fresh.unlink(missing_ok=True)
    return outputs


def main(arguments: Sequence[str]) -> int:
    """Build what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(description="Build the static client.")
    parser.add_argument("--arch", action="append", choices=sorted(TARGETS), help="default: this machine's")
    parser.add_argument("--all", action="store_true", help="every architecture")
    parser.add_argument(
        "--check-size", action="store_true", help=f"fail when one is larger than {SIZE_MAX} bytes"
    )
    parser.add_argument("--force", action="store_true", help="build even what is fresh")
    parser.add_argument("--into", type=Path, default=CLIENTS, help="default: src/dunnage/clients")
    options = parser.parse_args(arguments)
    wanted = sorted(TARGETS) if options.all else options.arch or [host_arch()]
    too_large = False
    for arch in wanted:
        if arch not in TARGETS:
            print(f"There is no client for {arch}, only for {', '.join(sorted(TARGETS))}.", file=sys.stderr)
            return 1
        try:
            files = build(arch, options.into / arch, force=options.force)
        except subprocess.CalledProcessError as error:
            print(f"The client for {arch} does not compile (exit code {error.returncode}).", file=sys.stderr)
            return 1
        sizes = [file.stat().st_size for file in (files[0], files[-1], files[-2])]
        too_large = too_large or max(sizes) > SIZE_MAX
        print(f"{arch:8} {sizes[0]:6} and {sizes[1]:6} bytes  {files[0].parent}")
    if options.check_size and too_large:
        print(f"Client, library and forwarder may have at most {SIZE_MAX} bytes each.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
