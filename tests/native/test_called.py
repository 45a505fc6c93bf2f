"""What the client was called as: in front of a command, or in the place of a compiler, by any mix of names."""

import shutil
import subprocess
from pathlib import Path

import pytest

from dunnage.wire.messages import Exec
from support.native import NATIVE, Call, Client, Stage, client_of
from support.require import require

COMPILE = ("-c", "a.c")


@pytest.fixture(params=["host", "asan"])
def client(request: pytest.FixtureRequest) -> Client:
    """An emulated client is no file that a link could make a compiler of."""
    return client_of(request.param)


def linked(stage: Stage, path: str, to: Path | None = None) -> Path:
    """A link to the client, in the stage's directory."""
    link = stage.directory / path
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(to or stage.client.path)
    return link


def path_of(stage: Stage, *names: str) -> None:
    """Set PATH to these directories of the stage, and the system's behind them."""
    stage.environment["PATH"] = ":".join(
        [*(f"{stage.directory}/{name}" for name in names), "/usr/bin", "/bin"]
    )


def called(stage: Stage, *argv: str | Path, executable: Path | None = None) -> Call:
    """Call a program as a shell would, not through the stage's client."""
    process = subprocess.Popen(
        [str(word) for word in argv],
        executable=executable,
        cwd=stage.directory,
        env=stage.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    stage.calls.append(Call(process))
    return stage.calls[-1]


def asked(stage: Stage, call: Call) -> list[str]:
    """The words that the daemon was told, and that it was told once; then the compiler runs."""
    peer = stage.daemon.accept()
    hello = peer.greet()
    peer.send(Exec("test"))
    assert call.end() == (7, b"compiled\n", b"")
    assert not stage.daemon.was_called()
    assert stage.runs() == 1
    assert hello.program == hello.argv[0]
    return list(hello.argv)


def compiler(stage: Stage, name: str = "real/gcc") -> Path:
    """A compiler of shell."""
    return stage.script("echo compiled; exit 7", name)


@pytest.mark.parametrize("name", ["gcc", "cc", "aarch64-linux-gnu-gcc-12", "clang++-14"])
def test_in_the_place_of_a_compiler(stage: Stage, name: str) -> None:
    """The next one of that name in PATH is meant, and gets its whole path as its name."""
    link, real = linked(stage, f"ours/{name}"), compiler(stage, f"real/{name}")
    path_of(stage, "ours", "real")
    assert asked(stage, called(stage, name, *COMPILE, executable=link)) == [str(real), *COMPILE]


@pytest.mark.parametrize("path", ["ours", "real"])
def test_called_by_a_path(stage: Stage, path: str) -> None:
    """Whether or not the directory of links is in PATH."""
    link, real = linked(stage, "ours/gcc"), compiler(stage)
    path_of(stage, path, "real")
    assert asked(stage, called(stage, link, *COMPILE)) == [str(real), *COMPILE]


def test_links_to_links_and_copies(stage: Stage) -> None:
    """Several directories of links, another copy of the client in one of them."""
    copy = stage.directory / "elsewhere/dunnage"
    copy.parent.mkdir()
    shutil.copy(stage.client.path, copy)
    link, real = linked(stage, "ours/gcc"), compiler(stage)
    linked(stage, "theirs/gcc", copy)
    linked(stage, "more/gcc", link)
    path_of(stage, "theirs", "ours", "more", "ours", "real")
    assert asked(stage, called(stage, "gcc", *COMPILE, executable=link)) == [str(real), *COMPILE]


@pytest.mark.parametrize("before", [("sccache",), ("dunnage-cc",), ("sccache", "dunnage", "dunnage-cc")])
def test_put_in_front_more_than_once(stage: Stage, before: tuple[str, ...]) -> None:
    """By a path or by a name: CMake's launcher and a build script's wrapper may meet."""
    real = compiler(stage)
    wrappers = [linked(stage, f"wrappers/{name}") for name in before]
    path_of(stage, "wrappers", "real")
    assert asked(stage, stage.start(*wrappers, real, *COMPILE)) == [str(real), *COMPILE]


@pytest.mark.parametrize("word", ["dunnage-cc", str(NATIVE / "dunnage-cc")])
def test_put_in_front_of_the_shell_of_that_name(stage: Stage, word: str) -> None:
    """A build script's `CC="dunnage-cc gcc"`, which the cc crate puts behind its wrapper: nobody calls us twice."""
    real = compiler(stage)
    linked(stage, "scripts/dunnage-cc", NATIVE / "dunnage-cc")
    path_of(stage, "scripts", "real")
    assert asked(stage, stage.start(word, real, *COMPILE)) == [str(real), *COMPILE]


def test_put_in_front_by_names(stage: Stage) -> None:
    """As `CC="dunnage-cc gcc"` under a launcher."""
    real = compiler(stage)
    linked(stage, "wrappers/dunnage-cc")
    path_of(stage, "wrappers", "real")
    call = stage.start("dunnage-cc", "gcc", *COMPILE)
    peer = stage.daemon.accept()
    hello = peer.greet()
    peer.close()
    assert (hello.program, list(hello.argv)) == (str(real), ["gcc", *COMPILE])
    assert call.end()[0] == 7


@pytest.mark.parametrize("word", ["gcc", "ours/gcc"])
def test_in_front_of_a_link_to_itself(stage: Stage, word: str) -> None:
    """CMake takes the first cc in PATH, which is ours, for its compiler, and calls it through its launcher."""
    real = compiler(stage)
    linked(stage, "ours/gcc")
    path_of(stage, "ours", "real")
    assert asked(stage, stage.start(word, *COMPILE)) == [str(real), *COMPILE]


def test_another_sccache_is_a_program_like_any_other(stage: Stage) -> None:
    """Only a client is left out."""
    sccache = stage.script('exec "$@"', "real/sccache")
    real = compiler(stage)
    path_of(stage, "real")
    for word in (sccache, "sccache"):
        assert stage.start(word, real, *COMPILE).end()[:2] == (7, b"compiled\n")
    assert not stage.daemon.was_called()


@pytest.mark.parametrize("order", [("ours", "theirs"), ("theirs", "ours"), ("ours", "theirs", "ours")])
def test_others_that_stand_in_front_of_compilers(stage: Stage, order: tuple[str, ...]) -> None:
    """As ccache does, `theirs` runs the first gcc in PATH that is not itself. Nobody goes round in circles."""
    theirs = stage.directory / "theirs/gcc"
    script = f"""
        IFS=:
        for directory in $PATH; do
            if [ -x "$directory/gcc" ] && [ "$directory" != {theirs.parent} ]; then
                exec "$directory/gcc" "$@"
            fi
        done
    """
    stage.script(script, "theirs/gcc")
    linked(stage, "ours/gcc")
    compiler(stage)
    path_of(stage, *order, "real")
    del stage.environment["DUNNAGE_SOCKET"]
    assert called(stage, stage.directory / order[0] / "gcc", *COMPILE).end() == (7, b"compiled\n", b"")
    assert (stage.directory / "runs").read_text().splitlines() == ["theirs/gcc", "real/gcc"]


@pytest.mark.parametrize("theirs", ["/usr/lib/ccache", "/usr/lib/distcc"])
@pytest.mark.parametrize("ours_first", [True, False])
def test_real_ones_that_stand_in_front(stage: Stage, theirs: str, ours_first: bool) -> None:
    """Debian's own directories of links, with the real compiler behind."""
    require(Path(theirs).name)
    link = linked(stage, "ours/gcc")
    (stage.directory / "a.c").write_text("int a;\n")
    (stage.directory / "distcc").mkdir()
    order = [str(link.parent), theirs] if ours_first else [theirs, str(link.parent)]
    stage.environment |= {
        "PATH": ":".join([*order, "/usr/bin", "/bin"]),
        "CCACHE_DIR": str(stage.directory / "ccache"),
        "DISTCC_DIR": str(stage.directory / "distcc"),
        "DISTCC_HOSTS": "localhost",
    }
    del stage.environment["DUNNAGE_SOCKET"]
    call = called(stage, f"{order[0]}/gcc", *COMPILE)
    assert call.end() == (0, b"", b"")
    assert (stage.directory / "a.o").exists()


def test_what_stands_before_it_in_path(stage: Stage) -> None:
    """Called by its path, it is behind the real compiler; that is all there is."""
    link, real = linked(stage, "ours/gcc"), compiler(stage)
    stage.environment["PATH"] = f"{real.parent}:{link.parent}"
    assert asked(stage, called(stage, link, *COMPILE)) == [str(real), *COMPILE]


def test_no_compiler_behind(stage: Stage) -> None:
    """There is none, and that is what is said: not ourselves for ever."""
    link = linked(stage, "ours/gcc")
    stage.environment["PATH"] = str(link.parent)
    for argv in ((link, *COMPILE), (stage.client.path, "gcc", *COMPILE), (stage.client.path, link, *COMPILE)):
        code, out, err = called(stage, *argv).end()
        assert (code, out) == (127, b"")
        assert err == b"dunnage: cannot run gcc: No such file or directory\n"


def test_without_a_daemon(stage: Stage) -> None:
    """A gcc that is a link to the client is a gcc, whoever is away."""
    link = linked(stage, "ours/gcc")
    compiler(stage)
    path_of(stage, "ours", "real")
    for socket in (None, "", str(stage.directory / "nobody")):
        stage.environment.pop("DUNNAGE_SOCKET", None)
        if socket is not None:
            stage.environment["DUNNAGE_SOCKET"] = socket
        assert called(stage, "gcc", *COMPILE, executable=link).end() == (7, b"compiled\n", b"")


def test_without_words(stage: Stage) -> None:
    """What a compiler says without any is the compiler's own."""
    link = linked(stage, "ours/gcc")
    compiler(stage)
    path_of(stage, "ours", "real")
    assert called(stage, link).end()[0] == 7
    assert called(stage, link, "--version").end()[0] == 7
    assert not stage.daemon.was_called()


def test_any_other_name_is_in_the_place_of_a_program(stage: Stage) -> None:
    """Only names of its own are those of a client that is called by hand."""
    link = linked(stage, "ours/gcc-ar")
    compiler(stage, "real/gcc-ar")
    path_of(stage, "ours", "real")
    assert called(stage, link, "rcs", "a").end()[0] == 7


def test_real_compilers_find_their_parts(stage: Stage) -> None:
    """By a bare name gcc and clang would find the client in PATH, and their parts beside it or not at all."""
    source = stage.directory / "a.c"
    source.write_text('#include <stddef.h>\n#include <stdio.h>\nint main(void) { puts("well"); return 0; }\n')
    del stage.environment["DUNNAGE_SOCKET"]
    for name in ("gcc", "clang"):
        require(name)
        link = linked(stage, f"ours/{name}")
        path_of(stage, "ours")
        plain = subprocess.check_output([f"/usr/bin/{name}", "-print-search-dirs"])
        assert called(stage, name, "-print-search-dirs", executable=link).end()[1] == plain
        program = stage.directory / f"made-by-{name}"
        assert called(stage, name, "a.c", "-o", program, executable=link).end() == (0, b"", b"")
        assert subprocess.check_output([program]) == b"well\n"


def test_a_client_whose_end_was_stripped(host_stage: Stage) -> None:
    """A packager may have taken the mark: the very same file is known all the same."""
    copy = host_stage.directory / "elsewhere/dunnage"
    copy.parent.mkdir()
    copy.write_bytes(host_stage.client.path.read_bytes()[:-1])
    copy.chmod(0o755)
    link, real = linked(host_stage, "ours/gcc", copy), compiler(host_stage)
    path_of(host_stage, "ours", "real")
    assert asked(host_stage, called(host_stage, link, *COMPILE)) == [str(real), *COMPILE]


def test_what_was_found_is_said_once(host_stage: Stage, tmp_path: Path) -> None:
    """DUNNAGE_FOUND names the newest, and only who stands in front says anything."""
    link = linked(host_stage, "ours/gcc")
    host_stage.script("env | grep ^DUNNAGE_FOUND", "real/gcc")
    path_of(host_stage, "ours", "real")
    host_stage.environment |= {"DUNNAGE_FOUND": "/nowhere/cc"}
    del host_stage.environment["DUNNAGE_SOCKET"]
    said = called(host_stage, link).end()[1].decode()
    assert said == f"DUNNAGE_FOUND={host_stage.directory}/real/gcc\n"
    path_of(host_stage, "real")
    assert host_stage.start("gcc").end()[1] == b"DUNNAGE_FOUND=/nowhere/cc\n"


def test_the_mark_is_that_of_every_client() -> None:
    """What one client knows another by."""
    assert client_of("host").path.read_bytes().endswith(b"dunnage: client\n")
    assert client_of("asan").path.read_bytes().endswith(b"dunnage: client\n")
    launcher = client_of("host").path.with_name("launcher")
    assert not launcher.read_bytes().endswith(b"dunnage: client\n")


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("{links}:/usr/bin:/bin", "/usr/bin:/bin"),
        ("/usr/bin:{links}:/bin:{links}", "/usr/bin:/bin"),
        ("/usr/bin:/bin:{links}x:{links}/x", "/usr/bin:/bin:{links}x:{links}/x"),
        ("/usr/bin::/bin:", "/usr/bin::/bin:"),
    ],
)
def test_what_cargo_starts_does_not_see_the_links(host_stage: Stage, path: str, left: str) -> None:
    """A compiler of C does: what it starts is what was asked for."""
    links = f"{host_stage.directory}/links"
    host_stage.environment |= {"PATH": path.format(links=links), "DUNNAGE_MASQUERADE": links}
    rustc = host_stage.script("echo $PATH", "real/rustc")
    assert host_stage.start(rustc, "-V").end()[1].decode() == left.format(links=links) + "\n"
    gcc = host_stage.script("echo $PATH", "real/gcc")
    assert host_stage.start(gcc, "--version").end()[1].decode() == path.format(links=links) + "\n"
