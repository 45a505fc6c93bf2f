"""cross 0.2.5, built once by cargo itself, and kept from changing the machine's toolchains.

cross 0.2.5 does not understand the marks that today's `rustup toolchain list` prints, takes the toolchain for
missing, and would add it, and the component rust-src, too. So it meets another `rustup` first in PATH, which prints
the older form, says that rust-src is there, and refuses to add or to install anything.
"""

import os
import shlex
import shutil
from pathlib import Path

from support.commands import cache_dir, run
from support.once import made_once

VERSION = "0.2.5"

_SHIM = """\
#!/bin/sh
# rustup as cross 0.2.5 knows it: today's answers in their older form, and nothing is ever changed.
real={real}
case "$*" in
*' add '* | *' install '* | 'install '* | 'update'* | *' remove '* | *' uninstall '*)
    echo "rustup: refused: rustup $*" >&2
    exit 1
    ;;
*'toolchain list'*)
    "$real" "$@" | sed -e 's/ (active, default)/ (default)/' -e 's/ (active)//'
    ;;
*'component list'*)
    "$real" "$@" | sed -e 's/^rust-src.*/rust-src (installed)/'
    ;;
*)
    exec "$real" "$@"
    ;;
esac
"""


@made_once
def program() -> Path:
    """The program, built if it is not there yet: some minutes."""
    root = cache_dir() / f"cross-{VERSION}"
    found = root / "bin" / "cross"
    if not found.exists():
        run(["cargo", "install", "cross", "--version", VERSION, "--locked", "--root", root]).succeeded()
    return found


@made_once
def path() -> str:
    """A PATH that begins with cross and the harmless rustup."""
    real = shutil.which("rustup")
    assert real is not None, "cross asks rustup for its toolchain, and there is none"
    shim = cache_dir() / "cross-shim" / "rustup"
    text = _SHIM.replace("{real}", shlex.quote(real))
    if not shim.exists() or shim.read_text() != text:
        shim.parent.mkdir(parents=True, exist_ok=True)
        shim.write_text(text)
        shim.chmod(0o755)
    return os.pathsep.join((str(shim.parent), str(program().parent), os.environ["PATH"]))
