"""A unit: an invocation that was understood. What goes into its keys, what it reads, what it makes.

A front-end (`dunnage.compilers`) makes units from invocations without looking at a file; `dunnage.keys` turns them
into keys; `dunnage.engine` looks them up, records and restores them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """One named part of the unit key. Lists of words keep their order.

    `value` may contain paths; `is_path` says that all of it is one, to be written relative to its root. A value that
    only contains paths somewhere (`--cfg feature="…"`, `link-arg`) is kept verbatim.
    """

    name: str
    value: str
    is_path: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A file that the command line names: its contents count, under its role (`source`, `extern serde priv`, …)."""

    role: str
    path: str


@dataclass(frozen=True, slots=True)
class SearchDir:
    """A directory in which a compiler finds inputs by itself: every file with one of `suffixes` counts."""

    role: str
    path: str
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """A file that the compiler makes. `kind` is rustc's word for it: `dep-info`, `metadata`, `link`, …; of C `object`,
    `dep-info`, `dwo`, `gcno`, `su`.
    """

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a compiler leaves files that only it can name: whatever it makes there with a name that begins so."""

    directory: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a unit's link needs to know."""

    driver: str
    """The program that rustc links with, as named: `cc`, or what `-C linker` says."""
    words: tuple[str, ...] = ()
    """Words of the user's that decide which linker the driver starts, and where that looks."""
    search_dirs: tuple[str, ...] = ()
    """`-L` directories that the linker gets, in order."""
    stem: str = ""
    """What the names of the unit's own objects begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A cacheable invocation. All paths are absolute."""

    language: str
    """`rust` or `c`."""
    name: str
    """What a person calls it: the crate's name with its kind."""
    words: Sequence[Word]
    """Everything on the command line that counts, in canonical spelling; order kept where it matters."""
    env: Sequence[tuple[str, str | None]]
    """Variables that change what the compiler makes without it saying so: name and value, None for unset."""
    env_paths: Sequence[tuple[str, str]] = ()
    """Variables with a path that a program inside the compiler may read: the result is bound to the roots in them."""
    inputs: Sequence[Input] = ()
    search_dirs: Sequence[SearchDir] = ()
    outputs: Sequence[Output]
    dep_info: str
    """Where the compiler writes what it read; also one of `outputs`. Empty: nowhere (a C unit without `-MD`)."""
    out_dir: str
    cwd: str
    compiler: str
    """The compiler that identifies the toolchain, as it is named on the command line or found in PATH: with
    clippy-driver the `rustc` that cargo puts behind it."""
    target: str | None = None
    """The target as named: a triple, or the path of a JSON file; None for the host's own."""
    sysroot: str | None = None
    """`--sysroot`, where the command line names one."""
    drivers: Sequence[str] = ()
    """Programs besides the compiler itself that are part of the toolchain: `clippy-driver` as found."""
    display: Sequence[tuple[str, str]] = ()
    """Options that change only how diagnostics look: a result with diagnostics is bound to them."""
    incremental: str | None = None
    """The incremental directory, where rustc was given one."""
    crate_name: str = ""
    package_dir: str | None = None
    """CARGO_MANIFEST_DIR."""
    bundles_rlibs: bool = False
    """The output contains the crates that it depends on (`staticlib`)."""
    merges_crates: bool = False
    """The compiler itself reads the objects of all crates that it depends on, indirect ones too."""
    library_dirs: Sequence[str] = field(default=())
    """`-L dependency` directories, in order: where indirect crates are found."""
    observed: bool = False
    """A procedural macro may run in it, so what it looks at is observed and joins the path set."""
    packs_debuginfo: bool = False
    """The compiler packs the debug information of those crates into a file of its own, `.dwp`."""
    link: Link | None = None
    """How an output is linked; None where none is."""
    launcher: bool = False
    """The output is the program of a build script, and becomes a launcher that carries it."""
    listing: Listing | None = None
    """Where further outputs are, which only the compiler can name; None where there are none."""
    hides_places: bool = False
    """No search through the outputs would find all places in them, so they are right at one place only."""
    native_cpu: bool = False
    """The words name the processor of this machine without saying which."""
    remaps: Sequence[str] = ()
    """`FROM=TO` of each --remap-path-prefix, in order; the last match wins."""
    alone: bool = False
    """No macros come to it but its own and those of the sysroot: so its sources show all that it does."""
    portable: bool = False
    """Compiled with stable names in place of its roots (`keys.portable`)."""
    added: Sequence[str] = ()
    """Words put behind those of the command line when it is compiled: what the terminal wanted of a compiler that does
    not see it."""
    directories: Sequence[str] = ()
    """Where outputs go, if the compiler fails where that is missing: rustc makes its `--out-dir`, gcc makes none."""
    package: str = ""
    """The package whose own directory is `cwd`, with its version; empty where that is a workspace."""


def look_of(unit: Unit) -> str:
    """All display options of a unit as one text: how its diagnostics look."""
    return " ".join(f"{name}={value}" for name, value in unit.display)


@dataclass(frozen=True, slots=True)
class Cacheable:
    """The verdict on an invocation that was understood."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Uncacheable:
    """The verdict on one that is left to the compiler. `reason` is a row of `model.outcome.REASONS`."""

    reason: str
    detail: str = ""


Verdict = Cacheable | Uncacheable
