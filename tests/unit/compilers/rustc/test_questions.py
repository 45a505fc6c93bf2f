"""Which questions of cargo's can be answered from memory, and what makes two of them one."""

import pytest

from dunnage.compilers.rustc.questions import (
    Question,
    about_itself,
    is_cargos_question,
    question_of,
    sysroot_in,
)
from dunnage.model.invocation import Invocation

CARGOS = (
    "- --crate-name ___ --print=file-names --crate-type bin --crate-type rlib --crate-type proc-macro"
    " --print=sysroot --print=split-debuginfo --print=crate-name --print=cfg -Wwarnings"
)
"""As cargo 1.95 asks it."""


def asked(words: str, program: str = "/toolchain/bin/rustc", **more: object) -> Invocation:
    fields = {"program": program, "argv": [program, *words.split()], "cwd": "/", "env": {}}
    return Invocation(**(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        "-vV",
        CARGOS,
        f"{CARGOS} --target aarch64-unknown-linux-gnu",
        f"{CARGOS} -C target-cpu=x86-64-v3 -Ctarget-feature=+crt-static --cfg x -O -g",
        f"{CARGOS} -C link-arg=-fuse-ld=mold --check-cfg cfg(x) --edition 2021",
    ],
)
def test_what_only_the_compiler_decides(words: str) -> None:
    assert is_cargos_question(asked(words))
    assert question_of(asked(words)) is not None


@pytest.mark.parametrize(
    "word",
    [
        "-C target-cpu=native", "-Ctarget-cpu=native", "-Zunstable-options", "--print=native-static-libs",
        "--print=link-args", "--print=target-cpus", "--target spec.json", "--target=dir/spec.json", "--target /spec",
        "@words", "src/lib.rs", "-L native=/lib", "--sysroot /elsewhere", "--extern a=liba.rlib", "--emit=metadata",
        "--out-dir /x", "-C profile-use=/x", "-C incremental=/x", "-o x", "--test", "--remap-path-prefix=a=b",
        "--never-heard-of", "--print",
    ],
)  # fmt: skip
def test_what_something_else_may_decide(word: str) -> None:
    assert is_cargos_question(asked(f"{CARGOS} {word}"))
    assert question_of(asked(f"{CARGOS} {word}")) is None


@pytest.mark.parametrize(
    "invocation",
    [
        asked("-V"),
        asked("-vV --verbose"),
        asked("--print sysroot"),
        asked("- --crate-name probe --print=cfg"),
        asked("-vV", "/usr/bin/gcc"),
        asked("-vV", "/toolchain/bin/clippy-driver"),
        asked("-vV", payload="00"),
    ],
)
def test_what_is_none(invocation: Invocation) -> None:
    assert not is_cargos_question(invocation)


def test_variables_that_count() -> None:
    env = {"PATH": "/bin", "RUSTC_BOOTSTRAP": "1", "LD_LIBRARY_PATH": "/x", "MACOSX_DEPLOYMENT_TARGET": "11"}
    counting = {name: value for name, value in env.items() if name != "PATH"}
    assert question_of(asked("-vV", env=env)) == Question(("-vV",), tuple(sorted(counting.items())))


def test_the_first_question_in_the_same_circumstances() -> None:
    env = {"RUSTC_LOG": "off", "OTHER": "1"}
    asks = question_of(asked(f"{CARGOS} --target wasm32-unknown-unknown", env=env))
    assert asks is not None
    assert about_itself(asks) == question_of(asked("-vV", env=env))


def test_where_the_compiler_is_installed() -> None:
    said = b'___\nlib___.rlib\n%s\noff\n___\ndebug_assertions\npanic="unwind"\n'
    assert sysroot_in(said % b"/home/me/toolchain \xff") == "/home/me/toolchain \udcff"
    assert sysroot_in(b'lib___.rlib\npanic="unwind"\n') == ""
    assert sysroot_in(said % b"/one\n/two") == ""
