"""A workspace with one of each kind: a library, a proc macro, a build script, and a program over all of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from support.battery.case import package
from support.builds import Site
from support.commands import run

PLAIN: Final = {"base"}
LINKED: Final = {"macros", "build_script_build", "app"}
UNITS: Final = len(PLAIN | LINKED)

FILES: Final = {
    "Cargo.toml": '[workspace]\nmembers = ["base", "macros", "app"]\nresolver = "2"\n',
    "base/Cargo.toml": package(name="base"),
    "base/src/lib.rs": "pub mod words;\n",
    "base/src/words.rs": 'pub const WORD: &str = "first";\npub const WHERE: &str = file!();\n',
    "macros/Cargo.toml": package(name="macros", more="[lib]\nproc-macro = true\n"),
    "macros/src/lib.rs": "use proc_macro::TokenStream;\n\n#[proc_macro]\n"
    'pub fn answer(_: TokenStream) -> TokenStream {\n    "42".parse().unwrap()\n}\n',
    "app/Cargo.toml": package(
        more='[dependencies]\nbase = { path = "../base" }\nmacros = { path = "../macros" }\n'
    ),
    "app/build.rs": 'fn main() {\n    println!("cargo:rerun-if-changed=build.rs");\n}\n',
    "app/src/main.rs": "use base::words::{WHERE, WORD};\n\n"
    'fn main() {\n    print!("{WORD} {WHERE} {}", macros::answer!());\n}\n',
}


def write(directory: Path, files: Mapping[str, str | None]) -> None:
    """Write files below a directory; None: remove it."""
    for name, text in files.items():
        file = directory / name
        if text is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def mixed(directory: Path) -> Path:
    """Write the workspace."""
    write(directory, FILES)
    return directory


def said(site: Site) -> str:
    """What the program prints that was built for the host."""
    return run([str(site.directories.target / "debug/app")]).succeeded().stdout


def explained(site: Site, unit: str) -> Sequence[str]:
    """The sentences about a unit's newest miss, the most important first."""
    sessions: list[dict[str, Any]] = json.loads(site.dunnage_says("explain", "--json", unit).stdout)[
        "sessions"
    ]
    return [difference["sentence"] for difference in sessions[0]["differences"]]
