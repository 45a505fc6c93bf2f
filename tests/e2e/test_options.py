"""Options of profiles and of rustc, through real cargo: whatever they make is cached, whole, and as without dunnage."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.launchers import program_of
from support.workshop import Workshop
from support.workspace import Project, workspace


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return workspace(tmp_path / "ws")


@pytest.fixture
def shop() -> Workshop:
    return Workshop.here()


def files(project: Project) -> dict[str, bytes]:
    """Everything below the target directory that is no record of cargo's own. Its `.d` beside a library names any one
    of the library's files.
    """
    target = project.directory / "target"
    own = {path for profile in target.iterdir() for path in profile.glob("*.d")}
    return {
        str(path.relative_to(target)): program_of(path.read_bytes())
        for path in sorted(target.rglob("*"))
        if path.is_file()
        and ".fingerprint" not in path.parts
        and not path.name.startswith(".")
        and path not in own
    }


def all_hits(
    project: Project, shop: Workshop, *words: str, env: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """Plain, cold and warm builds in an empty target directory make the same, everything hits, and then nothing is
    left to do. What they make.
    """
    project.cargo(*words, env=env, cached=False)
    plain = files(project)
    project.wipe()
    project.cargo(*words, env=env)
    assert differing(files(project), plain) == []
    cold = shop.reasons()
    project.wipe()
    project.cargo(*words, env=env)
    assert differing(files(project), plain) == []
    warm = shop.reasons()
    assert warm == {"miss": cold["miss"], "hit": {"local": sum(cold["miss"].values())}}
    assert list(cold["miss"]) == ["new"]
    project.cargo(*words, env=env)
    assert shop.reasons() == warm, "the second build is a no-op"
    return plain


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


@pytest.mark.parametrize("lto", ["fat", "thin"])
def test_link_time_optimisation(project: Project, shop: Workshop, lto: str) -> None:
    all_hits(project, shop, "build", "--release", env={"CARGO_PROFILE_RELEASE_LTO": lto})


@pytest.mark.parametrize("kind", ["packed", "unpacked"])
@pytest.mark.parametrize("profile", ["dev", "release"])
def test_debug_information_in_files_of_its_own(
    project: Project, shop: Workshop, kind: str, profile: str
) -> None:
    name = profile.upper()
    env = {f"CARGO_PROFILE_{name}_SPLIT_DEBUGINFO": kind, f"CARGO_PROFILE_{name}_DEBUG": "2"}
    made = all_hits(project, shop, "build", "--profile", profile, env=env)
    assert any(path.endswith(".dwp" if kind == "packed" else ".dwo") for path in made)


EMITS = "asm,llvm-ir,llvm-bc,mir,obj"


@pytest.mark.parametrize("units", [1, 4])
def test_further_kinds_of_emit(project: Project, shop: Workshop, units: int) -> None:
    """One file of each kind, or one for each codegen unit, named after what is in it."""
    env = {"RUSTFLAGS": f"--emit={EMITS} -Ccodegen-units={units}"}
    made = all_hits(project, shop, "build", env=env)
    assert any(path.endswith(".s") for path in made)


@pytest.mark.parametrize(
    "flags",
    [
        "-Ctarget-cpu=native",
        "-Clinker-plugin-lto",
        "-Cprefer-dynamic",
        "-Cprofile-generate={here}/profiles",
        "-Cinstrument-coverage",
        "-Clinker-plugin-lto -Cinstrument-coverage -Cdebuginfo=1 -Csplit-debuginfo=unpacked",
    ],
)
def test_flags(project: Project, shop: Workshop, flags: str) -> None:
    env = {"RUSTFLAGS": flags.format(here=project.directory), "LLVM_PROFILE_FILE": os.devnull}
    all_hits(project, shop, "build", env=env)


LIBRARIES = '[lib]\ncrate-type = ["lib", "cdylib", "staticlib"]\n'
BUNDLES = """
fn main() {
    println!("cargo::rerun-if-changed=../native/libdeep.a");
    println!("cargo::rustc-link-search=native={}/../native", std::env::var("CARGO_MANIFEST_DIR").unwrap());
    println!("cargo::rustc-link-lib=static=deep");
}
"""


def test_libraries_of_several_kinds(project: Project, shop: Workshop) -> None:
    """A Rust library, a shared one and a static one in one call."""
    project.write("base/Cargo.toml", package("base") + LIBRARIES)
    all_hits(project, shop, "build")


@pytest.mark.parametrize("lto", ["fat", "thin"])
def test_libraries_with_link_time_optimisation(project: Project, shop: Workshop, lto: str) -> None:
    """Without a Rust library cargo asks for it."""
    project.write("Cargo.toml", '[workspace]\nmembers = ["deep", "base"]\nresolver = "2"\n')
    project.write("deep/Cargo.toml", package("deep"))
    project.write("deep/src/lib.rs", "pub fn deep(n: u32) -> u32 { n * 3 }\n")
    kinds = LIBRARIES.replace('"lib", ', "") + '[dependencies]\ndeep = { path = "../deep" }\n'
    project.write("base/Cargo.toml", package("base") + kinds)
    project.write(
        "base/src/lib.rs", '#[unsafe(no_mangle)] pub extern "C" fn base(n: u32) -> u32 { deep::deep(n) }\n'
    )
    all_hits(project, shop, "build", "--release", env={"CARGO_PROFILE_RELEASE_LTO": lto})


@pytest.mark.parametrize("lto", ["fat", "thin"])
def test_a_crate_behind_another_that_changes_only_inside(project: Project, lto: str) -> None:
    """Its users know the same of it; what is in it is something else."""
    project.write("Cargo.toml", '[workspace]\nmembers = ["deep", "middle", "app"]\nresolver = "2"\n')
    project.write("deep/Cargo.toml", package("deep"))
    project.write("deep/build.rs", BUNDLES)
    project.write(
        "deep/src/lib.rs",
        'unsafe extern "C" { #[link_name = "deep"] fn inner() -> i32; }\n'
        "pub fn deep() -> i32 { unsafe { inner() } }\n",
    )
    project.write("middle/Cargo.toml", package("middle") + '[dependencies]\ndeep = { path = "../deep" }\n')
    project.write("middle/src/lib.rs", "pub fn middle() -> i32 { deep::deep() }\n")
    project.write("app/Cargo.toml", package("app") + '[dependencies]\nmiddle = { path = "../middle" }\n')
    project.write("app/src/main.rs", 'fn main() { println!("it says {}", middle::middle()); }\n')
    env = {"CARGO_PROFILE_RELEASE_LTO": lto}
    for number in (7, 8, 7):
        project.native(number)
        assert f"it says {number}" in project.cargo("run", "--release", env=env)
        project.wipe()


def package(name: str) -> str:
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2024"\n'


def nightly() -> dict[str, str]:
    """The environment in which rustup takes a nightly toolchain; a skip where there is none."""
    done = subprocess.run(["rustup", "run", "nightly", "rustc", "-V"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("no nightly toolchain")
    return {"RUSTUP_TOOLCHAIN": "nightly"}


@pytest.mark.parametrize("words", [("-Zbuild-dir-new-layout",), ("-Zno-embed-metadata",)], ids="".join)
@pytest.mark.parametrize("lto", ["off", "fat"])
def test_what_cargo_tries_out(project: Project, shop: Workshop, words: tuple[str, ...], lto: str) -> None:
    """Its new layout of directories, and metadata beside the libraries instead of in them."""
    env = nightly() | {"CARGO_PROFILE_RELEASE_LTO": lto}
    all_hits(project, shop, "build", "--release", *words, env=env)


def test_two_toolchains_by_a_file(project: Project, shop: Workshop) -> None:
    """`rust-toolchain.toml` decides which rustc the same words mean."""
    nightly()
    made = {}
    for channel in ("stable", "nightly"):
        project.write("rust-toolchain.toml", f'[toolchain]\nchannel = "{channel}"\n')
        made[channel] = all_hits(project, shop, "build")
        project.wipe()
    assert made["stable"] != made["nightly"]
    before = shop.reasons()
    for channel in ("stable", "nightly"):
        project.write("rust-toolchain.toml", f'[toolchain]\nchannel = "{channel}"\n')
        project.cargo("build")
        assert differing(files(project), made[channel]) == []
        project.wipe()
    assert shop.reasons()["miss"] == before["miss"]


@pytest.mark.parametrize(
    "words",
    [
        ("test", "--no-run", "--all-targets"),
        ("bench", "--no-run"),
        ("check", "--all-targets"),
        ("clippy", "--all-targets"),
        ("build", "--examples", "--release"),
    ],
    ids=" ".join,
)
def test_commands(project: Project, shop: Workshop, words: tuple[str, ...]) -> None:
    project.write("top/examples/shown.rs", 'fn main() { println!("{}", base::name()); }\n')
    project.write("top/benches/timed.rs", 'fn main() { println!("{}", base::name()); }\n')
    project.write("top/tests/outside.rs", '#[test] fn named() { assert_eq!(base::name(), "base"); }\n')
    all_hits(project, shop, *words)
