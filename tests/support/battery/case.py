"""A case of the battery: a small project, two states of it, and where one would see that a cache mixed them up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

BUILD = ("build", "--offline")

BASE = "{base}"
"""In a variable's value or a word for cargo: the directory above the project."""


class Look(Enum):
    """Where a wrong answer is seen. dunnage is compared in everything, peers in this alone."""

    PROGRAM = "what the built program prints"
    SAID = "what cargo says"
    FILES = "which files are in the target directory"
    LIBRARY = "the bytes of the libraries"
    DEP_INFO = "what the .d files say"
    FRESH = "whether a second build has nothing to do"


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One state of a case's project, and how it is built."""

    files: Mapping[str, str | None] = field(default_factory=dict)
    """Written over the case's own; None: not there."""
    env: Mapping[str, str] = field(default_factory=dict)
    cargo: tuple[str, ...] = BUILD
    prepare: Callable[[Path], None] | None = None
    """Does in the project's directory what texts cannot say: archives, times."""


SAME = Build()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """State a is built and stored, then b, then a again, each in an empty target directory."""

    line: int
    """In the list of what a cache may never get wrong."""
    name: str
    claim: str
    """What has to be true, in a sentence for the table."""
    files: Mapping[str, str]
    a: Build = SAME
    b: Build = SAME
    look: Look = Look.PROGRAM
    meddle: Callable[[Path, Path], None] | None = None
    """Done to the target directory and the store when a has been built and stored, before b."""
    peers: bool = True
    """Whether a peer could get this wrong: it is then run beside."""
    hits: bool = True
    """Whether dunnage has something to restore when it comes back to a."""
    back: bool = True
    """Whether a is built again after b."""
    differ: bool = True
    """Whether the states have to differ, or are the same to any compiler: then b must be a hit already."""
    reproducible: bool = True
    """Whether two plain builds give the same bytes."""
    limit: str = ""
    """Why dunnage gets it wrong today; the test then says when that is over."""

    @property
    def id(self) -> str:
        """Line and name."""
        return f"{self.line:02}-{self.name}"


def package(*, name: str = "app", more: str = "") -> str:
    """A Cargo.toml."""
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}'


def app(library: str, *, manifest: str = "", **files: str) -> dict[str, str]:
    """A package whose program prints what its library's `said()` returns; names of further files have no dots."""
    return {
        "Cargo.toml": package(more=manifest),
        "src/main.rs": 'fn main() {\n    print!("{}", app::said());\n}\n',
        "src/lib.rs": library,
        **files,
    }


SAID = "pub fn said() -> String {{\n    {}\n}}\n"


def saying(expression: str, before: str = "", after: str = "") -> str:
    """A library whose `said()` returns the expression."""
    return before + SAID.format(expression) + after


MACRO = """
use proc_macro::TokenStream;

#[proc_macro]
pub fn look(_: TokenStream) -> TokenStream {{
    {body}
}}
"""


def app_with_macro(body: str, *, manifest: str = "") -> dict[str, str]:
    """A package whose `said()` is what a proc macro makes of `look!()`; `body` is the macro's."""
    return {
        **app(
            "pub fn said() -> String {\n    String::from(macros::look!())\n}\n",
            manifest=manifest + '[dependencies]\nmacros = { path = "macros" }\n',
        ),
        "macros/Cargo.toml": package(name="macros", more="[lib]\nproc-macro = true\n"),
        "macros/src/lib.rs": MACRO.format(body=body),
    }
