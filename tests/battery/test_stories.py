"""Lines that no two states of a project can tell: what happens meanwhile, beside, and in what order."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.config.clients import client_dir, host_arch
from support.battery.case import Build, Case, app, app_with_macro, saying
from support.battery.judge import stand
from support.battery.outputs import PROBE, PROBED
from support.battery.record import CASES
from support.builds import differences, dunnage_words, site
from support.commands import run
from support.crates import Crate, crate, real_rustc
from support.shadow.workspace import write_workspace
from support.tools import Host
from support.workshop import WAIT_S, Workshop, plainly

LINES = range(1, 30)
"""Those of the list of what a cache may never get wrong, and one more: runs of build scripts."""


def test_every_line_has_its_test() -> None:
    named = re.findall(r"^def test_line_(\d\d)_", Path(__file__).read_text(), re.MULTILINE)
    assert {case.line for case in CASES} | {int(number) for number in named} == set(LINES)


def same_as_plain(shop: Workshop, made: Crate, *words: str) -> None:
    expected = plainly(made, *words)
    code, _, stderr = shop.compile(made, *words)
    assert code == 0, stderr
    assert made.outputs() == expected


def test_line_13_spellings_of_one_option_are_one(tmp_path: Path) -> None:
    shop = Workshop.here()
    shop.start()
    made = crate(tmp_path / "demo", "pub fn add(a: u8, b: u8) -> u8 { a + b }\n")
    for words in (
        ("-Copt-level=1", "--cap-lints=warn", "--cfg=one"),
        ("-C", "opt-level=1", "--cap-lints", "warn", "--cfg", "one"),
        ("--codegen=opt-level=1", "--cfg=one", "--cap-lints=warn"),
        ("--cfg=one", "--codegen", "opt-level=1", "--cap-lints=warn"),
    ):
        same_as_plain(shop, made, *words)
        shop.settle()
    assert shop.reasons() == {"miss": {"new": 1}, "hit": {"local": 3}}


def test_line_13_words_do_not_run_into_each_other(tmp_path: Path) -> None:
    shop = Workshop.here()
    shop.start()
    made = crate(tmp_path / "demo", "#![allow(unexpected_cfgs)]\npub const AB: bool = cfg!(all(ab, c));\n")
    for words in (("--cfg=ab", "--cfg=c"), ("--cfg=a", "--cfg=bc"), ("--cfg=abc",), ("--cfg=ab", "--cfg=c")):
        same_as_plain(shop, made, *words)
        shop.settle()
    assert shop.reasons()["hit"] == {"local": 1}


def test_line_14_a_source_saved_while_the_compiler_runs(tmp_path: Path) -> None:
    """A proc macro stops rustc at a pipe, after the module was read; then the module is saved."""
    files = app_with_macro('format!("{:?}", std::fs::read_to_string("gate").unwrap()).parse().unwrap()')
    files["src/lib.rs"] = saying('format!("{} {}", early::WORD, macros::look!())', "mod early;\n")
    case = Case(line=14, name="saved", claim="", files=files)
    with stand(case, tmp_path / "stand") as here:
        project, at = here.site.directories.source, here.site.directories
        early, gate = project / "src/early.rs", project / "gate"
        here._write(Build(files={"src/early.rs": 'pub const WORD: &str = "one";\n'}))
        os.mkfifo(gate)
        building = subprocess.Popen(
            dunnage_words("run", "--", "cargo", "build", "--offline"),
            env=here.site.environ | dict(Host().env(at)), cwd=project, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        descriptor = os.open(gate, os.O_WRONLY)
        early.write_text('pub const WORD: &str = "two";\n')
        os.write(descriptor, b"x")
        os.close(descriptor)
        said, _ = building.communicate(timeout=WAIT_S)
        assert building.returncode == 0, said
        assert run([at.target / "debug/app"]).stdout == "one x"
        assert here.site.counts().all["reasons"]["miss"]["input-changed"] == 1
        gate.unlink()
        gate.write_text("x")
        here.site.wipe()
        here.site.build(Host()).ran.succeeded()
        assert run([at.target / "debug/app"]).stdout == "two x"


def test_line_15_saved_again_at_once(tmp_path: Path) -> None:
    """Files of one size, saved faster than the kernel's clock may tick."""
    case = Case(line=15, name="at-once", claim="", files=app(""))
    with stand(case, tmp_path / "stand") as here:
        for word in ("one", "two", "six", "one", "ten"):
            seen = here.dunnage(Build(files={"src/lib.rs": saying(f'"{word}".to_string()')}))
            assert seen.printed == word


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["dep-info", "metadata", "link"]),
        (("--emit=mir",), ["dep-info", "mir", "metadata", "link"]),
    ],
)
def test_line_20_no_notice_before_its_file(words: Sequence[str], expected: list[str], tmp_path: Path) -> None:
    shop = Workshop.here()
    shop.start()
    made = crate(tmp_path / "demo")
    orders = []
    for _ in range(2):
        process = shop.begin(made, *words).process
        assert process.stderr is not None
        order, early = [], []
        for line in process.stderr:
            notice = json.loads(line)
            order.append(notice["emit"])
            if not Path(notice["artifact"]).exists():
                early.append(notice["emit"])
        assert process.wait(WAIT_S) == 0
        process.communicate()
        assert not early
        orders.append(order)
        shop.settle()
        made.wipe()
    assert orders == [expected, expected]
    assert shop.reasons() == {"miss": {"new": 1}, "hit": {"local": 1}}


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("-vV",), ""),
        (("--version",), ""),
        (("--print=cfg",), ""),
        (("-", "--crate-name", "___", "--print=file-names", "--crate-type", "lib"), "pub fn one() {}\n"),
        (("--crate-type=lib", "--emit=metadata", "-"), "pub fn one() -> u8 { 'x' }\n"),
        (("--no-such-option",), ""),
        ((), ""),
    ],
)
def test_line_23_a_question_is_answered_by_the_compiler_itself(
    words: tuple[str, ...], stdin: str, tmp_path: Path, dunnage_dir: Path
) -> None:
    client = str(client_dir(host_arch()) / "dunnage")
    env = os.environ | {"DUNNAGE_SOCKET": str(dunnage_dir / "run/host.sock")}
    plain, ours = (
        subprocess.run(
            [*wrapper, real_rustc(), *words], input=stdin.encode(), env=env, cwd=tmp_path,
            capture_output=True, check=False,
        )
        for wrapper in ((), (client,))
    )  # fmt: skip
    assert (ours.returncode, ours.stdout, ours.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    assert not dunnage_dir.exists()


def test_line_23_what_is_no_compiler_is_run(tmp_path: Path) -> None:
    client = str(client_dir(host_arch()) / "dunnage")
    words = [
        client,
        sys.executable,
        "-c",
        "import sys; print(sys.argv[1:]); sys.exit(7)",
        "--crate-name",
        "x",
    ]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "['--crate-name', 'x']\n", "")


def test_line_27_two_cargos_at_once_at_one_store(tmp_path: Path) -> None:
    one, two = (write_workspace(tmp_path / name / "project") for name in ("one", "two"))
    with site(tmp_path / "one", one) as first, site(tmp_path / "two", two) as own:
        second = replace(own, dunnage=first.dunnage)
        both = (first, second)
        plain = [here.build(Host(), cache=False) for here in both]
        for _ in range(2):
            for here in both:
                here.wipe()
            with ThreadPoolExecutor(2) as pool:
                built = list(pool.map(lambda here: here.build(Host()), both))
            for expected, got in zip(plain, built, strict=True):
                got.ran.succeeded()
                assert differences(expected.files, got.files) == []
            counts = first.counts()
        assert counts.fallbacks == 0
        assert counts.misses == 0
        assert counts.hits > 0


@pytest.mark.parametrize("probed", ['["-"]', '["probe.rs"]'])
def test_line_28_probes_that_fail_do_not_fill_the_store(probed: str, tmp_path: Path) -> None:
    files = app(PROBED) | {"probe.rs": "#![feature(never_type)]\n"}
    case = Case(line=28, name="filling", claim="", files=files)
    kept = []
    with stand(case, tmp_path / "stand") as here:
        for script in ("fn main() {}\n", PROBE.replace("PROBED", probed)):
            assert here.dunnage(Build(files={"build.rs": script})).code == 0
            counts = here.site.counts()
            kept.append(counts.all["store"]["actions"])
    assert kept[1] - kept[0] == 2, "the build script and its run, and nothing of what it tried"
