"""Words inside of words: what `-Wp,`, `-Wa,`, `-Xclang` and their kind pass on, where it is known to be harmless."""

from typing import Final

from dunnage.compilers.gnu.command import Command

_PREPROCESSOR: Final = ("-D", "-U", "-fopenmp")
_ASSEMBLER: Final = (
    "-m", "-W", "-g", "-I", "--noexecstack", "--execstack", "--fatal-warnings", "--warn", "--no-warn", "--gdwarf-",
    "--gen-debug", "--gstabs", "--defsym", "--divide", "--generate-missing-build-notes=", "--nocompress-debug-sections",
    "--compress-debug-sections", "--strip-local-absolute", "--size-check=", "--elf-stt-common=", "--no-pad-sections",
    "--reduce-memory-overheads", "--traditional-format", "--alternate", "--keep-locals", "--32", "--64", "--x32",
    "-EL", "-EB", "--EL", "--EB", "-K", "-n", "--em=",
)  # fmt: skip
_VALUE_FOLLOWS: Final = ("-I", "--defsym")
"""Words of the assembler whose value may be the next word."""
_CLANG: Final = (
    "-disable-O0-optnone", "-disable-llvm-passes", "-disable-llvm-optzns", "-fno-pch-timestamp",
    "-no-opaque-pointers", "-opaque-pointers", "-fexperimental-assignment-tracking", "-ast-merge-never",
    "-mrelax-relocations=no", "-debug-info-kind=", "-ffake-address-space-map", "-fcolor-diagnostics",
)  # fmt: skip
_CLANG_FEATURE: Final = "-target-feature"
_CLANG_PATHS: Final = ("-include", "-include-pch")
"""Words of clang's front-end whose value is the next one, itself behind an `-Xclang`."""
_LLVM_FILE_WORDS: Final = (
    "/", "file", "output", "path", "print", "dump", "debug", "stats", "time-", "view", "remark", "dot",
)  # fmt: skip


def take_inner(command: Command, name: str, value: str) -> None:
    """Take in what an option passes on to the preprocessor, the assembler, clang's own front-end or LLVM."""
    if name == "-Wp,":
        _preprocessor(command, value.split(","))
    elif name == "-Xpreprocessor":
        _preprocessor(command, [value])
    elif name == "-Wa,":
        _assembler(command, value.split(","))
    elif name == "-Xassembler":
        _assembler(command, [value])
    elif name == "-Xclang":
        _clang(command, value)
        return
    elif any(part in value for part in _LLVM_FILE_WORDS):
        command.refuse("option", f"-mllvm {value}")
    command.keep(name, value)


def _preprocessor(command: Command, words: list[str]) -> None:
    if words[0] in ("-MD", "-MMD") and len(words) == 2 and words[1]:
        # How the Linux kernel asks for dep-info.
        if command.inner_dep_file is not None:
            command.refuse("option", "-Wp,-MD twice")
        command.inner_dep_file = words[1]
        return
    if not all(word.startswith(_PREPROCESSOR) and len(word) > 2 for word in words):
        command.refuse("option", f"-Wp,{','.join(words)}")


def _assembler(command: Command, words: list[str]) -> None:
    follows = False
    for word in words:
        if follows:
            follows = False
        elif not word.startswith(_ASSEMBLER):
            command.refuse("option", f"-Wa,{','.join(words)}")
        elif word.startswith("--compress-debug-sections"):
            command.compressed = not word.endswith("=none")
        else:
            follows = word in _VALUE_FOLLOWS
    if follows:
        command.refuse("option", f"-Wa,{','.join(words)}")


def _clang(command: Command, value: str) -> None:
    """A word for clang's own front-end, or the value of the one before it: CMake names precompiled headers so."""
    before = command.words[-1] if command.words else None
    option = before.value if before is not None and before.name == "-Xclang" else ""
    if option in _CLANG_PATHS:
        command.keep_path("-Xclang value", value)
        return
    if option == _CLANG_FEATURE:
        command.keep("-Xclang value", value)
        return
    if value == "-emit-pch":
        command.refuse("precompiled-header", "-Xclang -emit-pch")
    elif not (value in _CLANG_PATHS or value == _CLANG_FEATURE or value.startswith(_CLANG)):
        command.refuse("option", f"-Xclang {value}")
    command.keep("-Xclang", value)
