"""Runs of build scripts with real cargo: what is replayed, what is not, and what cargo thinks of it afterwards."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.battery.scripts import scripted
from support.builds import Site, site
from support.commands import cache_dir, run
from support.launchers import is_launcher
from support.tools import Host

HOST = Host()
RUN = "app 0.1.0 (build script run)"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A place for one package."""
    project = tmp_path / "project"
    project.mkdir()
    with site(tmp_path, project) as place:
        yield place


def write(at: Site, body: str, **files: str) -> None:
    """The package with a build script of this body."""
    for name, text in scripted(body, **files).items():
        path = at.directories.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def reason(at: Site) -> str:
    """Why the last build's run was not replayed."""
    said = at.dunnage_says("explain", RUN).stdout
    return said.split(",", 2)[1].strip()


TRIES = """
    let wrapper = env::var("RUSTC_WRAPPER").unwrap();
    let words = ["--crate-type=rlib", "--emit=metadata", "-o", "-", "-"];
    let compiles = |text: &[u8]| {
        let (quiet, pipe) = (std::process::Stdio::null, std::process::Stdio::piped());
        let mut rustc = Command::new(&wrapper);
        rustc.arg(env::var("RUSTC").unwrap()).args(words).stdin(pipe).stdout(quiet()).stderr(quiet());
        let mut child = rustc.spawn().unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), text).unwrap();
        child.wait().unwrap().success()
    };
    format!("{} {}", compiles(b"pub fn f() {}"), compiles(b"pub fn f() -> Nowhere {}"))
"""


@pytest.fixture
def not_temporary() -> Iterator[Site]:
    """A place that is not below /tmp, where whatever is gone again is forgiven."""
    with tempfile.TemporaryDirectory(dir=cache_dir()) as name:
        project = Path(name) / "project"
        project.mkdir()
        with site(Path(name), project) as place:
            yield place


def test_a_run_that_tries_what_compiles_is_replayed(not_temporary: Site) -> None:
    """As rustix does it: rustc has a directory by chance for a moment in the package itself."""
    here = not_temporary
    write(here, TRIES)
    said = []
    for _ in range(2):
        here.wipe()
        here.build(HOST).ran.succeeded()
        said.append(run([here.directories.target / "debug/app"]).succeeded().stdout.strip())
    assert said == ["true false"] * 2
    counts = here.counts().all
    assert counts["languages"]["build script"] == {"hit": 1, "miss": 1, "uncacheable": 0, "fallback": 0}
    assert counts["reasons"]["miss"].keys() == {"new"}
    assert not list(here.directories.source.glob("rmeta*"))


def test_a_run_is_replayed_and_then_watched(here: Site) -> None:
    """Wiped, it comes back; cargo has nothing to do, and runs the program again when a watched file is touched."""
    write(
        here, 'println!("cargo::rerun-if-changed=data.txt"); fs::read_to_string("data.txt").unwrap()',
        **{"data.txt": "one"},
    )  # fmt: skip
    cold = here.build(HOST)
    assert cold.ran.returncode == 0, cold.ran
    assert here.counts().all["languages"]["build script"] == {
        "hit": 0,
        "miss": 1,
        "uncacheable": 0,
        "fallback": 0,
    }
    here.wipe()
    warm = here.build(HOST)
    assert here.counts().all["languages"]["build script"]["hit"] == 1
    assert warm.files == cold.files
    programs = list(here.directories.target.glob("debug/build/app-*/build-script-build"))
    assert [is_launcher(path.read_bytes()) for path in programs] == [True]
    assert here.build(HOST).compiled == []
    data = here.directories.source / "data.txt"
    data.write_text("two")
    again = here.build(HOST)
    assert again.compiled == ["app"]
    assert here.counts().all["languages"]["build script"]["uncacheable"] == 1  # OUT_DIR holds what was
    program = here.directories.target / "debug/app"
    assert run([program]).stdout == "two"


def test_without_dunnage_the_program_runs(here: Site) -> None:
    """A target directory that was made with dunnage is used without it."""
    write(here, 'fs::read_to_string("data.txt").unwrap()', **{"data.txt": "one"})
    assert here.build(HOST).ran.returncode == 0
    (here.directories.source / "data.txt").write_text("two")
    plain = here.build(HOST, cache=False)
    assert plain.ran.returncode == 0, plain.ran
    assert "app" in plain.compiled


def test_switched_off_the_program_stands_there_itself(here: Site) -> None:
    """With `replay = off` the target directory is that of a plain build."""
    write(here, "String::new()")
    assert here.with_env(DUNNAGE_REPLAY="0").build(HOST).ran.returncode == 0
    programs = list(here.directories.target.glob("debug/build/app-*/build-script-build"))
    assert [is_launcher(path.read_bytes()) for path in programs] == [False]


_TIME = "std::time::SystemTime::now()"

REASONS = {
    "run-clock": f'format!("{{:?}}", {_TIME} > std::time::UNIX_EPOCH)',
    "run-clock by date": 'String::from_utf8(Command::new("date").arg("+%C").output().unwrap().stdout).unwrap()',
    "run-machine": "std::thread::available_parallelism().is_ok().to_string()",
    "run-machine by uname": """{
        extern "C" { fn uname(room: *mut [u8; 1024]) -> i32; }
        unsafe { uname(&mut [0; 1024]) }.to_string()
    }""",
    "run-machine by host": """{
        extern "C" { fn gethostname(room: *mut [u8; 256], size: usize) -> i32; }
        unsafe { gethostname(&mut [0; 256], 256) }.to_string()
    }""",
    "run-machine by file": 'fs::read_to_string("/proc/cpuinfo").unwrap().is_empty().to_string()',
    "run-machine beside a compiler": """{
        Command::new("gcc").args(["-E", "-", "-o", "/dev/null"]).stdin(std::process::Stdio::null()).status().unwrap();
        let mut byte = [0];
        std::io::Read::read_exact(&mut fs::File::open("/dev/urandom").unwrap(), &mut byte).unwrap();
        format!("{byte:?}")
    }""",
    "run-machine by name": "env::current_exe().is_ok().to_string()",
    "run-wrote": 'fs::write("made.txt", "x").unwrap(); "".into()',
    "run-children": 'Command::new("sleep").arg("2").spawn().unwrap(); "".into()',
    "run-network": 'std::net::TcpListener::bind("127.0.0.1:0").is_ok().to_string()',
    "run-odd-output": 'std::os::unix::fs::symlink("said.txt", format!("{out}/link")).unwrap(); "".into()',
    "run-failed": "std::process::exit(4)",
}


@pytest.mark.parametrize("case", REASONS)
def test_what_is_not_stored(here: Site, case: str) -> None:
    """Each row of the table that a small program can bring about."""
    write(here, REASONS[case])
    here.build(HOST)
    here.counts()
    assert reason(here) == case.split(maxsplit=1)[0]


def test_verify_mode_steps_aside(here: Site) -> None:
    """Verify mode runs build scripts as ever."""
    write(here, "String::new()")
    assert here.build(HOST).ran.returncode == 0
    here.wipe()
    here.counts()
    assert here.with_env(DUNNAGE_VERIFY="1").build(HOST).ran.returncode == 0
    assert here.counts().uncacheable == {"run-switched-off": 1}
