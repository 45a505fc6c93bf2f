"""Compile the client's C with every warning on, by each compiler that is here, and keep nothing.

python tools/lint_c.py

zig's clang is always here (it builds the client); the system's gcc and clang are asked, too, because they find other
things. clang's analyser runs where clang is.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent.parent

WARNINGS: Final = (
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Wvla",
    "-Wcast-align",
    "-Wformat=2",
    "-Wundef",
)


def commands(scratch: Path) -> Iterator[list[str]]:
    """What is run, one after the other; `scratch` takes what zig makes, as it cannot only look."""
    client = sorted(str(path.relative_to(HERE)) for path in HERE.glob("native/*.c"))
    launcher = sorted(str(path.relative_to(HERE)) for path in HERE.glob("native/launcher/*.c"))
    forwarder = sorted(str(path.relative_to(HERE)) for path in HERE.glob("native/forward/*.c"))
    everything = client + launcher + forwarder
    everything += sorted(str(path.relative_to(HERE)) for path in HERE.glob("tests/native/*.c"))
    library = sorted(str(path.relative_to(HERE)) for path in HERE.glob("native/observe/*.c"))
    everything += sorted(str(path.relative_to(HERE)) for path in HERE.glob("bench/*.c"))
    for target in ("x86_64-linux-musl", "arm-linux-musleabihf"):
        yield [
            sys.executable, "-m", "ziglang", "cc", "-target", target, *WARNINGS, *client, "-o", str(scratch / target),
        ]  # fmt: skip
        for others in (launcher, forwarder):
            program = [*(name for name in client if name != "native/main.c"), *others]
            zig = [sys.executable, "-m", "ziglang", "cc", "-target", target]
            yield [*zig, *WARNINGS, *program, "-o", str(scratch / target)]
    look = [*WARNINGS, "-Inative", "-fsyntax-only", *everything]
    # Its functions are not those of any header, but bear their names.
    look_at_library = [*WARNINGS, "-fno-builtin", "-fsyntax-only", *library]
    if shutil.which("gcc"):
        yield ["gcc", "-O2", *look]
        yield ["gcc", "-O2", *look_at_library]
    if shutil.which("clang"):
        yield ["clang", *look]
        yield ["clang", *look_at_library]
        yield ["clang", "--analyze", "-Xclang", "-analyzer-werror", "-fno-builtin", "-std=c11", *library]
        yield ["clang", "--analyze", "-Xclang", "-analyzer-werror", "-Inative", "-std=c11", *everything]


def main() -> int:
    """Run all of them; 1 when one complains."""
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        for command in commands(Path(scratch)):
            done = subprocess.run(command, cwd=HERE, check=False)
            if done.returncode != 0:
                failed = True
                print(f"lint_c: {' '.join(command[:6])} … complains.", file=sys.stderr)
    for leftover in HERE.glob("*.plist"):
        leftover.unlink()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
