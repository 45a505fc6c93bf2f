"""A small project of C and C++ that make, CMake, meson and the autotools all build, at a site."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support.builds import Counts, Site, dunnage_words
from support.commands import run

SOURCES: Final = ("src/main.c", "src/one.c", "src/two.cpp")

FILES: Final = {
    "src/number.h": '#define NUMBER 20\n#ifdef __cplusplus\nextern "C"\n#endif\nint two(void);\nint one(void);\n',
    "src/main.c": '#include <stdio.h>\n#include "number.h"\n'
    'int main(void) { return printf("%d\\n", one() + two()) < 0; }\n',
    "src/one.c": '#include "number.h"\nint one(void) { return NUMBER; }\n',
    "src/two.cpp": '#include <vector>\n#include "number.h"\n'
    "int two(void) { return (int)std::vector<int>{1, 2}.size(); }\n",
    "Makefile.plain": "CC = gcc\nCXX = g++\nCFLAGS = -O1 -g\nCXXFLAGS = -O1 -g\n"
    "app: main.o one.o two.o\n\t$(CXX) -o $@ $^\n"
    "%.o: ../src/%.c\n\t$(CC) $(CFLAGS) -MMD -c $< -o $@\n"
    "%.o: ../src/%.cpp\n\t$(CXX) $(CXXFLAGS) -MMD -c $< -o $@\n",
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.17)\nproject(app C CXX)\n"
    f"add_executable(app {' '.join(SOURCES)})\n",
    "meson.build": "project('app', 'c', 'cpp')\n"
    f"executable('app', {', '.join(repr(name) for name in SOURCES)})\n",
    "configure.ac": "AC_INIT([app], [1])\nAM_INIT_AUTOMAKE([foreign subdir-objects])\nAC_PROG_CC\nAC_PROG_CXX\n"
    "AC_CHECK_HEADERS([stdio.h no-such-header.h])\nAC_CHECK_FUNCS([fork])\n"
    "AC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n",
    "Makefile.am": f"bin_PROGRAMS = app\napp_SOURCES = {' '.join(SOURCES)} src/number.h\n",
}


@dataclass(frozen=True, slots=True)
class Way:
    """How one tool builds it: commands in the build directory. The first ones get it ready."""

    name: str
    needs: tuple[str, ...]
    ready: Sequence[Sequence[str]]
    build: Sequence[str]


CMAKE_NINJA: Final = Way("cmake-ninja", ("cmake", "ninja"), (("cmake", "-GNinja", ".."),), ("ninja",))
CMAKE_MAKE: Final = Way("cmake-make", ("cmake", "make"), (("cmake", "-GUnix Makefiles", ".."),), ("make",))
MAKE: Final = Way("make", ("make",), (), ("make", "-f../Makefile.plain"))
MESON: Final = Way("meson", ("meson", "ninja"), (("meson", "setup", ".", ".."),), ("ninja",))
AUTOTOOLS: Final = Way(
    "autotools", ("autotools", "make"), (("autoreconf", "-i", ".."), ("../configure",)), ("make",)
)


def written(directory: Path) -> Path:
    """Write the project."""
    for name, text in FILES.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


def built(
    here: Site, way: Way, options: Sequence[str] | None, **env: str
) -> tuple[Mapping[str, str], Counts | None]:
    """Build in an empty directory: the objects by name and digest, and what the build itself counted.

    `options` are those of `dunnage run`; None: without dunnage.
    """
    directory = here.directories.source / "build"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()

    def call(words: Sequence[str]) -> None:
        argv = list(words) if options is None else dunnage_words("run", *options, "--", *words)
        run(argv, env=here.environ | env, cwd=directory).succeeded()

    for words in way.ready:
        call(words)
    if options is not None:
        here.counts()
    call(way.build)
    assert run([directory / "app"]).succeeded().stdout == "22\n"
    objects = {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.rglob("*.o")
        if "CompilerId" not in str(path)
    }
    return objects, None if options is None else here.counts()
