"""A command line of rustc, taken apart: what was said, before anybody judges it (`parse`)."""

from dataclasses import dataclass, field

from dunnage.model.unit import Input, SearchDir, Word


@dataclass(slots=True)
class Command:
    """What a command line says. Lists keep its order."""

    cwd: str
    single: dict[str, str] = field(default_factory=dict)
    """Options that rustc takes once, and flags."""
    crate_types: list[str] = field(default_factory=list)
    emits: dict[str, str | None] = field(default_factory=dict)
    """--emit kinds with their explicit paths."""
    cfgs: set[str] = field(default_factory=set)
    check_cfgs: set[str] = field(default_factory=set)
    codegen: list[Word] = field(default_factory=list)
    unstable: list[Word] = field(default_factory=list)
    lints: list[Word] = field(default_factory=list)
    links: list[Word] = field(default_factory=list)
    cap_lints: list[Word] = field(default_factory=list)
    remaps: list[Word] = field(default_factory=list)
    remap_scopes: list[Word] = field(default_factory=list)
    unknown: list[Word] = field(default_factory=list)
    extern_words: set[str] = field(default_factory=set)
    """Crates of the sysroot that --extern names."""
    externs: list[Input] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    search_dirs: list[SearchDir] = field(default_factory=list)
    library_dirs: list[str] = field(default_factory=list)
    json: set[str] = field(default_factory=set)
    display: set[tuple[str, str]] = field(default_factory=set)
    extra_filename: str = ""
    incremental: str | None = None
    debuginfo: bool = False
    split_debuginfo: str = "off"
    """`packed`, `unpacked`, or what else was given."""
    lto: bool = False
    native_cpu: bool = False
    opaque: bool = False
    """Outputs are packed in a way that hides the paths in them."""
    ends_options: bool = False
    """Words behind the last would be sources."""
    question: bool = False
    """This is no compilation."""
    refusal: tuple[str, str] | None = None
    """The first reason, with its detail, why this is left to the compiler."""

    def absolute(self, path: str) -> str:
        """A path as the compiler sees it. Never normalised: `a/../b` is not `b` where `a` is a link."""
        return path if path[:1] == "/" else f"{self.cwd}/{path}"

    def refuse(self, reason: str, detail: str) -> None:
        """Leave this to the compiler; the first reason is the one that counts."""
        if self.refusal is None:
            self.refusal = (reason, detail)
