"""Parts of cases that are no text: native archives, a sysroot with one crate more, a target specification."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from support.battery.case import Build
from support.projects import host_triple
from support.tools import toolchain


def archive(directory: Path, answer: int, *, thin: bool = False) -> None:
    """Write `libanswer.a` with a function that returns a number."""
    directory.mkdir(parents=True, exist_ok=True)
    source, made, library = (directory / name for name in ("answer.c", "answer.o", "libanswer.a"))
    source.write_text(f"unsigned answer(void) {{ return {answer}; }}\n")
    library.unlink(missing_ok=True)
    subprocess.run(["cc", "-c", "-O1", "-fPIC", source, "-o", made], check=True)
    subprocess.run(["ar", "rcsDT" if thin else "rcsD", library, made], check=True, stderr=subprocess.DEVNULL)


def sysroot_crate(sysroot: Path, word: str) -> None:
    """A toolchain at `sysroot` that is ours to change, with a crate `patched` beside its std."""
    real = toolchain()
    libraries = Path("lib", "rustlib", host_triple(), "lib")
    if not sysroot.exists():
        for part in (Path("bin"), Path("lib"), libraries):
            (sysroot / part).mkdir(parents=True)
            for path in (real / part).iterdir():
                if path.is_file() and (part != Path("bin") or path.name == "rustc"):
                    _same_file(path, sysroot / part / path.name)
        linkers = Path("lib", "rustlib", host_triple(), "bin")
        if (real / linkers).is_dir():
            (sysroot / linkers).symlink_to(real / linkers)
    source = sysroot.parent / "patched.rs"
    source.write_text(f'pub const WORD: &str = "{word}";\n')
    subprocess.run(
        [real / "bin/rustc", "--crate-type", "lib", "--crate-name", "patched", source,
         "--out-dir", sysroot / libraries],
        check=True,
    )  # fmt: skip


def _same_file(source: Path, copy: Path) -> None:
    """A hard link where it can be one: rustc finds its sysroot by the resolved path of its libraries."""
    try:
        os.link(source, copy)
    except OSError:
        shutil.copy2(source, copy)


def target_file(cpu: str) -> Build:
    """A build for a target that is described in a file of the project, for one processor or another."""

    def prepare(project: Path) -> None:
        described = subprocess.run(
            ["rustc", "-Zunstable-options", "--print", "target-spec-json", "--target", "i686-unknown-linux-gnu"],
            env={**os.environ, "RUSTC_BOOTSTRAP": "1"}, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        specification = json.loads(described)
        specification["cpu"] = cpu
        specification.pop("is-builtin", None)
        (project / "ours.json").write_text(json.dumps(specification))

    words = ("build", "--offline", "--target", "ours.json", "-Zjson-target-spec")
    return Build(env={"RUSTC_BOOTSTRAP": "1"}, cargo=words, prepare=prepare)
