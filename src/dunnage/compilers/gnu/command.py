"""A command line of gcc or clang, taken apart: what was said, before anybody judges it (`parse`)."""

from dataclasses import dataclass, field

from dunnage.model.unit import Word


@dataclass(slots=True)
class Command:
    """What a command line says. Lists keep its order; of what is said twice the last counts."""

    words: list[Word] = field(default_factory=list)
    """Everything that counts, in its order."""
    sources: list[tuple[str, str]] = field(default_factory=list)
    """Words that are no options, each with the `-x` before it."""
    language: str = ""
    """The last `-x`."""
    compiles: bool = False
    """`-c`."""
    output: str | None = None
    wants_dep_info: bool = False
    dep_file: str | None = None
    inner_dep_file: str | None = None
    """The file of `-Wp,-MD,file`."""
    dump_base: str | None = None
    dump_base_ext: str | None = None
    dump_dir: str | None = None
    coverage: bool = False
    """`--coverage`, which no other option takes back."""
    coverage_notes: bool = False
    stack_usage: bool = False
    split_dwarf: bool = False
    debug: bool = False
    """clang makes no `.dwo` where there is no debug information; gcc does."""
    lto: bool = False
    packed: bool = False
    """Outputs are packed in a way that hides the paths in them."""
    compressed: bool = False
    """Debug information is compressed, which hides the paths in it."""
    architectures: int = 0
    color: str = "auto"
    recorded: bool = False
    """The command line is written into the object."""
    refusal: tuple[str, str] | None = None
    """The first reason, with its detail, why this is left to the compiler."""

    def refuse(self, reason: str, detail: str) -> None:
        """Leave this to the compiler; the first reason is the one that counts."""
        if self.refusal is None:
            self.refusal = (reason, detail)

    def keep(self, name: str, value: str) -> None:
        """A word that counts as it stands."""
        self.words.append(Word(name, value))

    def keep_path(self, name: str, value: str) -> None:
        """A word that is a path: a relative one stays relative in what the compiler says and makes."""
        self.words.append(Word(name, value, is_path=value.startswith("/")))
