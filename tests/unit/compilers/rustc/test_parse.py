"""The verdict: what is cacheable, and what a unit says of itself."""

import pytest

from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.unit import Cacheable, Input, SearchDir, Uncacheable
from support.rustc_args import CHECK, LIB, refusal_of, unit_of, verdict_of

CARGO = {
    "CARGO": "/rust/bin/cargo",
    "CARGO_PKG_NAME": "x",
    "CARGO_PKG_VERSION": "1.2.3",
    "CARGO_MANIFEST_DIR": "/w/x",
    "CARGO_MANIFEST_PATH": "/w/x/Cargo.toml",
    "CARGO_CRATE_NAME": "x",
    "OUT_DIR": "/w/target/debug/build/x-1/out",
    "CARGO_TERM_COLOR": "always",
    "CARGO_NET_RETRY": "3",
}

OBJECTS = ("src/lib.rs", "--crate-name", "x", "--emit=dep-info,metadata,link")


@pytest.mark.parametrize("kind", ["lib", "rlib", "staticlib", "lib,staticlib"])
def test_what_rustc_makes_without_a_linker(kind: str) -> None:
    assert isinstance(verdict_of("--crate-type", kind, base=OBJECTS), Cacheable)


@pytest.mark.parametrize("kind", ["bin", "dylib", "cdylib", "proc-macro"])
def test_what_a_linker_makes(kind: str) -> None:
    for kinds in (kind, f"lib,{kind}"):
        verdict = verdict_of("--crate-type", kinds, base=OBJECTS)
        assert isinstance(verdict, Cacheable)
        assert verdict.unit.link is not None
    checked = verdict_of("--crate-type", kind, base=CHECK)
    assert isinstance(checked, Cacheable)
    assert checked.unit.link is None


def test_a_test_harness_is_linked_whatever_the_crate_type() -> None:
    unit = unit_of("--test")
    assert unit.link is not None
    assert [output.path for output in unit.outputs if output.kind == "test"] == ["/w/target/debug/deps/x"]
    assert isinstance(verdict_of("--test", base=CHECK), Cacheable)


def test_without_a_crate_type_rustc_makes_a_binary() -> None:
    verdict = verdict_of(base=OBJECTS)
    assert isinstance(verdict, Cacheable)
    assert [output.kind for output in verdict.unit.outputs] == ["dep-info", "metadata", "bin"]


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        (("--crate-name", "x"), "input"),
        ((*LIB, "b.rs"), "input"),
        ((*LIB[1:], ""), "input"),
        ((*LIB[1:], "-"), "stdin"),
        (("a.rs", "--emit=dep-info,metadata"), "no-crate-name"),
        (("a.rs", "--crate-name", "x", "--emit=metadata"), "no-dep-info"),
        (("a.rs", "--crate-name", "x", "--crate-type=lib"), "no-dep-info"),
        (("a.rs", "--crate-name", "../x", "--emit=dep-info"), "argument"),
        ((*LIB, "-Cextra-filename=/x"), "argument"),
        ((*LIB, "--emit=link=x", "--crate-type=staticlib"), "explicit-output"),
        ((*LIB, "--emit=link=x,metadata=x"), "explicit-output"),
        ((*LIB, "--crate-type=staticlib", "--target=a.json"), "crate-type"),
        ((*LIB, "@missing"), "response-file"),
        ((*LIB, "--unknown"), "argument"),
    ],
)
def test_refused(base: tuple[str, ...], reason: str) -> None:
    assert refusal_of(base=base)[0] == reason
    assert (Outcome.UNCACHEABLE, reason) in REASONS


def test_the_unit_of_a_library() -> None:
    unit = unit_of(
        "-Cextra-filename=-1", "--edition=2021", "--target", "x86_64-unknown-linux-musl", env=CARGO
    )
    assert unit.language == "rust"
    assert unit.name == "x 1.2.3 (lib)"
    assert unit.crate_name == "x"
    assert unit.compiler == "/rust/bin/rustc"
    assert unit.drivers == ()
    assert unit.target == "x86_64-unknown-linux-musl"
    assert unit.sysroot is None
    assert unit.package_dir == "/w/x"
    assert unit.dep_info == "/w/target/debug/deps/x-1.d" == unit.outputs[0].path
    assert unit.env == [("CARGO", "set")]
    assert unit.inputs == [Input("source", "/w/src/lib.rs")]


def test_names() -> None:
    assert unit_of().name == "x (lib)"
    assert unit_of(base=CHECK).name == "x (bin check)"
    assert unit_of("--test", base=CHECK, env=CARGO).name == "x 1.2.3 (test check)"


def test_paths_are_absolute() -> None:
    unit = unit_of("--sysroot=s", "--target=t/odd.json", base=(*LIB[:-1], "out/"))
    assert unit.sysroot == "/w/s"
    assert unit.target == "/w/t/odd.json"
    assert Input("target", "/w/t/odd.json") in unit.inputs
    assert unit.out_dir == "/w/out"
    assert [output.path for output in unit.outputs] == ["/w/out/x.d", "/w/out/libx.rmeta", "/w/out/libx.rlib"]


def test_without_a_directory_outputs_are_where_the_compiler_is() -> None:
    assert unit_of(base=LIB[:-2]).out_dir == "/w"


def test_a_staticlib_bundles_its_crates() -> None:
    assert unit_of("--crate-type=staticlib").bundles_rlibs
    assert not unit_of().bundles_rlibs
    assert not unit_of("--crate-type=staticlib", base=CHECK).bundles_rlibs


def test_with_externs_procedural_macros_may_run() -> None:
    plain = unit_of(env=CARGO)
    handed_on = unit_of("--extern=a=/liba.rmeta", env=CARGO)
    direct = unit_of("--extern=a=/liba.so", env=CARGO)
    assert ("CARGO_PKG_NAME", "x") not in plain.env
    for unit in (handed_on, direct):
        assert ("CARGO_PKG_NAME", "x") in unit.env
        assert ("CARGO_CRATE_NAME", "x") in unit.env
        assert Input("manifest", "/w/x/Cargo.toml") in unit.inputs
    assert dict(direct.env_paths)["OUT_DIR"] == CARGO["OUT_DIR"]
    assert handed_on.env_paths == []
    assert next(word for word in handed_on.words if word.name == "env OUT_DIR").is_path


@pytest.mark.parametrize("word", ["0", "off", "false"])
def test_what_macros_look_at_is_observed_unless_the_client_says_otherwise(word: str) -> None:
    off = CARGO | {"DUNNAGE_OBSERVE": word}
    assert not unit_of(env=CARGO).observed
    observed = unit_of("--extern=a=/liba.rmeta", env=CARGO)
    for env in (CARGO | {"DUNNAGE_OBSERVE": "1"}, CARGO | {"DUNNAGE_OBSERVE": ""}):
        assert unit_of("--extern=a=/liba.rmeta", env=env) == observed
    unobserved = unit_of("--extern=a=/liba.rmeta", env=off)
    assert (observed.observed, unobserved.observed) == (True, False)
    assert [word.name for word in unobserved.words if word not in observed.words] == ["unobserved"]
    assert unit_of(env=off) == unit_of(env=CARGO)


def test_noise_does_not_count() -> None:
    quiet = {
        name: value for name, value in CARGO.items() if name not in ("CARGO_TERM_COLOR", "CARGO_NET_RETRY")
    }
    assert unit_of("--extern=a=/a.so", env=quiet) == unit_of("--extern=a=/a.so", env=CARGO)


def test_a_target_is_looked_up() -> None:
    unit = unit_of("--target=odd", env={"RUST_TARGET_PATH": "/t:rel:/u"})
    assert unit.search_dirs == [
        SearchDir("target", "/t", ("odd.json",)),
        SearchDir("target", "/u", ("odd.json",)),
    ]
    assert unit_of(env={"RUST_TARGET_PATH": "/t"}).search_dirs == []


def test_clippy_stands_in_front_of_rustc() -> None:
    env = {**CARGO, "CLIPPY_ARGS": "-Dwarnings__CLIPPY_HACKERY__"}
    unit = unit_of(argv=["clippy-driver", "/rust/bin/rustc", *CHECK], env=env)
    assert unit.compiler == "/rust/bin/rustc"
    assert unit.drivers == ("/rust/bin/clippy-driver",)
    assert unit.name == "x 1.2.3 (bin clippy)"
    assert ("CLIPPY_ARGS", env["CLIPPY_ARGS"]) in unit.env
    assert Input("manifest", "/w/x/Cargo.toml") in unit.inputs
    assert SearchDir("clippy", "/w/x", ("clippy.toml",)) in unit.search_dirs
    assert unit_of(base=CHECK, env=env).words == unit.words


def test_clippy_alone_is_left_alone() -> None:
    assert refusal_of(argv=["clippy-driver", *CHECK])[0] == "argument"
    assert refusal_of(argv=["clippy-driver"])[0] == "argument"
    bad = {"CLIPPY_ARGS": "--emit=asm"}
    assert refusal_of(argv=["clippy-driver", "rustc", *CHECK], env=bad) == (
        "option",
        "CLIPPY_ARGS: --emit=asm",
    )


def test_a_terminal_decides_how_diagnostics_look() -> None:
    assert refusal_of(terminal=True)[0] == "terminal"
    assert refusal_of("--color=always", terminal=True)[0] == "terminal"
    assert refusal_of("--color=auto", "--diagnostic-width=80", terminal=True)[0] == "terminal"
    assert isinstance(verdict_of("--color=never", "--diagnostic-width=80", terminal=True), Cacheable)
    assert isinstance(verdict_of("--error-format=json", terminal=True), Cacheable)
    assert isinstance(verdict_of(), Cacheable)


def test_response_files() -> None:
    whole = "\n".join(LIB).encode()
    assert verdict_of(argv=["rustc", "@all"], files={"all": whole}) == verdict_of()
    assert isinstance(verdict_of(argv=["rustc", "@all"], files={"all": b"\xff"}), Uncacheable)


SCRIPT = ("build.rs", "--crate-name", "build_script_build", "--crate-type", "bin", "--emit=dep-info,link")
SCRIPT_DIR = ("--out-dir", "/w/target/debug/build/x-1")


def test_a_build_scripts_program_becomes_a_launcher() -> None:
    def launcher(*words: str, base: tuple[str, ...] = SCRIPT, env: dict[str, str] = CARGO) -> bool:
        verdict = verdict_of(*words, base=base, env=env)
        assert isinstance(verdict, Cacheable)
        return verdict.unit.launcher

    assert launcher(*SCRIPT_DIR)
    assert not launcher("--out-dir", "/w/target/debug/deps")
    assert not launcher(*SCRIPT_DIR, "--target", "aarch64-unknown-linux-gnu")
    assert not launcher(*SCRIPT_DIR, env={})
    assert not launcher(*SCRIPT_DIR, env=CARGO | {"DUNNAGE_REPLAY": "0"})
    assert not launcher(*SCRIPT_DIR, base=("build.rs", "--crate-name", "x", *SCRIPT[3:]))
    assert not launcher(*SCRIPT_DIR, base=(*SCRIPT[:4], "cdylib", SCRIPT[5]))
