"""A small workspace in layers, for tests that build it many times: a dozen units that take a second or two."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n'

_LAYERS: Final = {
    "base": (),
    "left": ("base",),
    "right": ("base",),
    "macros": (),
    "scripted": ("base",),
    "middle": ("left", "right", "macros", "scripted"),
    "upper": ("middle",),
    "top": ("upper",),
}
"""Each member with what it depends on."""

UNITS: Final = len(_LAYERS) + 3
"""Of a build: a library each, `top`'s program, and `scripted`'s build script with its run."""

LOWER: Final = ("-p", "left", "-p", "right")
LOWER_UNITS: Final = 3
"""What these words for cargo build, with `base`."""


def layered(directory: Path) -> Path:
    """Write the workspace into a directory."""
    members = ", ".join(f'"{name}"' for name in _LAYERS)
    _write(directory / "Cargo.toml", f'[workspace]\nmembers = [{members}]\nresolver = "2"\n')
    packages = "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "0.1.0"\n{_locked(name)}' for name in sorted(_LAYERS)
    )
    _write(directory / "Cargo.lock", f"version = 3\n{packages}")
    for name, below in _LAYERS.items():
        manifest = _PACKAGE.format(name) + "".join(f'{each} = {{ path = "../{each}" }}\n' for each in below)
        if name == "macros":
            manifest += "\n[lib]\nproc-macro = true\n"
        _write(directory / name / "Cargo.toml", manifest)
        _write(directory / name / "src/lib.rs", _source(name, [each for each in below if each != "macros"]))
    _write(
        directory / "scripted/build.rs",
        'fn main() {\n    println!("cargo::rerun-if-changed=build.rs");\n'
        '    let out = std::env::var("OUT_DIR").unwrap();\n'
        '    std::fs::write(format!("{out}/made.rs"), "pub const MADE: usize = 5;\\n").unwrap();\n}\n',
    )
    _write(directory / "top/src/main.rs", 'fn main() {\n    println!("{}", top::top());\n}\n')
    return directory


def _source(name: str, below: list[str]) -> str:
    if name == "macros":
        return (
            "use proc_macro::TokenStream;\n\n#[proc_macro]\npub fn answer(_: TokenStream) -> TokenStream {\n"
            '    "42".parse().unwrap()\n}\n'
        )
    more = 'include!(concat!(env!("OUT_DIR"), "/made.rs"));\n' if name == "scripted" else ""
    own = "MADE" if name == "scripted" else "macros::answer!()" if name == "middle" else str(len(name))
    total = " + ".join([own, *(f"{each}::{each}()" for each in below)])
    return f"{more}pub fn {name}() -> usize {{\n    {total}\n}}\n"


def _locked(name: str) -> str:
    below = sorted(_LAYERS[name])
    return "dependencies = [\n" + "".join(f' "{each}",\n' for each in below) + "]\n" if below else ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
