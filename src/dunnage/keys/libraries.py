"""The shared libraries that a program loads, as a client's dynamic linker would find them.

The C library itself is left out: it cannot change what a compiler makes, and it differs between a host and a
container that mounts the host's toolchain.
"""

import os
from collections.abc import Iterable
from typing import Final

from dunnage.keys.elf import Dynamic, dynamic_section
from dunnage.model.view import View, exists

_SYSTEM: Final = (
    "ld-linux", "ld-musl", "libc.", "libdl.", "libgcc_s.", "libm.", "libpthread.", "librt.", "libstdc++.", "libz.",
)  # fmt: skip

_DEFAULT_DIRS: Final = (
    "/lib", "/usr/lib", "/lib64", "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib/arm-linux-gnueabihf",
    "/usr/lib/i386-linux-gnu", "/usr/lib/riscv64-linux-gnu",
)  # fmt: skip

_LIBRARIES_MAX: Final = 64


def read_dynamic(view: View, path: str) -> Dynamic | None:
    """The dynamic section of a program or library; None if it cannot be opened or is none.

    Raises:
        ViewGone: see `View`.
    """
    descriptor = view.open([path])[0]
    if descriptor is None:
        return None
    try:
        return dynamic_section(lambda offset, size: os.pread(descriptor, size, offset))
    except OSError:
        return None
    finally:
        os.close(descriptor)


def loaded_libraries(view: View, programs: Iterable[str]) -> list[str]:
    """Paths of all libraries that these programs load, directly or not, without those of the system.

    Raises:
        ViewGone: see `View`.
    """
    found: dict[str, str] = {}
    queue = list(programs)
    while queue and len(found) < _LIBRARIES_MAX:
        path = queue.pop()
        dynamic = read_dynamic(view, path)
        if dynamic is None:
            continue
        origin = path.rsplit("/", 1)[0]
        dirs = [
            part.replace("$ORIGIN", origin).replace("${ORIGIN}", origin) for part in dynamic.search if part
        ]
        for name in dynamic.needed:
            if name in found or name.startswith(_SYSTEM):
                continue
            candidates = [f"{directory}/{name}" for directory in (*dirs, *_DEFAULT_DIRS)]
            records = view.stat(candidates)
            library = next((c for c, record in zip(candidates, records, strict=True) if exists(record)), None)
            if library is not None:
                found[name] = library
                queue.append(library)
    return sorted(found.values())
