"""Real projects of C and C++ as Debian has their sources, each with its own build system and its own tests.

The lines are a shell's. `$THE_CC` and `$THE_CXX` are the compilers: `gcc`, or in a container, where nothing
masquerades, the client in front of it. `ready` is what a person does once, `build` what is looked at, and `check` runs
the project's own tests, on what was built and without dunnage. Where makers ask for more, `-O1` or less is given: the
cache does the same for it, and the compiler takes a fraction of the time.
"""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class CProject:
    """A source package, and how it is built."""

    package: str
    compiles: int
    """How many compiles there are at least: fewer would say that the build was not looked at."""
    build: tuple[str, ...]
    check: tuple[str, ...]
    ready: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Parts (`support.require`), beside gcc, g++ and make."""
    patched: bool = False
    """Whether Debian's changes are needed."""
    name: str = ""
    """For where a package stands here in two forms."""

    def __str__(self) -> str:
        return self.name or self.package


_LUA_SORTS: Final = """src/luac -o sorted.out - <<'END'
local t = {}; for i = 1, 1000 do t[i] = (i * 7919) % 1009 end; table.sort(t)
for i = 2, #t do assert(t[i - 1] <= t[i]) end
assert(string.format('%s %g', ('x'):rep(3), math.pi) == 'xxx 3.14159')
END
"""

LUA: Final = CProject(
    "lua5.4",
    compiles=34,
    build=('make -j2 -C src linux CC="$THE_CC -std=gnu99"',),
    # its tests are a package of their own that Debian does not have: what it has is a target that prints the version
    check=(
        "make -C src test",
        _LUA_SORTS,
        "src/lua sorted.out",
    ),
)

ZLIB: Final = CProject(
    "zlib",
    compiles=30,
    ready=('CC="$THE_CC" ./configure',),
    build=("make -j2",),
    check=("make test",),
)

REVENGE: Final = CProject(
    "librevenge",  # Boost.Spirit, Boost's archives and string algorithms; autotools and libtool
    compiles=20,
    ready=(
        './configure --disable-werror --disable-generators --without-docs CC="$THE_CC" CXX="$THE_CXX" CXXFLAGS=-O0',
    ),
    build=("make -j2", "make -j2 check TESTS="),
    check=("make check",),
    needs=("boost",),
)

_FMT_READY: Final = ("cmake -S . -B build -DCMAKE_BUILD_TYPE=Debug -DFMT_DOC=OFF",)

FMT: Final = CProject(
    "fmtlib",
    compiles=40,
    ready=_FMT_READY,
    build=("cmake --build build -j2",),
    check=("cd build && ctest --output-on-failure",),
    needs=("cmake", "googletest"),
    patched=True,  # without, it looks for a googletest that Debian has taken out of it
)

FMT_IN_PART: Final = replace(
    FMT,
    name="fmtlib-in-part",
    compiles=5,
    build=("cmake --build build -j2 --target args-test",),
    check=("cd build && ctest --output-on-failure -R '^args-test$'",),
)

SQLITE: Final = CProject(
    "sqlite3",
    compiles=1,  # the amalgamation; all else is compiled and linked by one command each
    ready=('./configure --disable-tcl --disable-readline CC="$THE_CC" CFLAGS="-g -O1"',),
    build=("make sqlite3.lo", "make libsqlite3.la sqlite3 mptester"),
    check=("make mptest",),
    needs=("tcl",),
)

REDIS: Final = CProject(
    "redis",
    compiles=120,
    # its release.o names the second of the build and the machine, unless SOURCE_DATE_EPOCH is set
    build=('SOURCE_DATE_EPOCH=1700000000 make -j2 MALLOC=libc OPTIMIZATION=-O1 CC="$THE_CC"',),
    check=("./runtest --clients 2 --single unit/type/list --single unit/type/hash --single unit/scripting",),
    needs=("tcl",),
)

_ZSTD_HASH: Final = "HASH=\"sed 's,^/[^ ]* ,,' | md5sum\""
"""Its directories are named after a hash of the compiler's words, in which the client in front of gcc must not show."""

ZSTD: Final = CProject(
    "libzstd",
    compiles=100,
    build=(
        f'CFLAGS=-O1 make -j2 -C lib lib CC="$THE_CC" {_ZSTD_HASH}',
        f'CFLAGS=-O1 make -j2 -C programs zstd CC="$THE_CC" {_ZSTD_HASH}',
    ),
    check=(
        "make -C tests datagen CC=gcc",
        'ZSTD_BIN="$PWD/programs/zstd" DATAGEN_BIN="$PWD/tests/datagen" sh tests/playTests.sh',
    ),
)

EVERYWHERE: Final = (LUA, ZLIB, FMT_IN_PART)
"""Half a minute each, plain, cold and warm."""

LARGE: Final = (REVENGE, FMT, SQLITE, REDIS, ZSTD)
"""Minutes each."""
