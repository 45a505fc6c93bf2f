"""Options of profiles and of rustc, through real cargo: whatever they make is cached, whole, and as without dunnage."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from support.workshop import Workshop
from support.workspace import Project, workspace


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return workspace(tmp_path / "ws")


@pytest.fixture
def shop() -> Workshop:
    return Workshop.here()


def files(project: Project) -> dict[str, bytes]:
    """Everything below the target directory that is no record of cargo's own."""
    target = project.directory / "target"
    return {
        str(path.relative_to(target)): path.read_bytes()
        for path in sorted(target.rglob("*"))
        if path.is_file() and ".fingerprint" not in path.parts and not path.name.startswith(".")
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


LIBRARIES = """
[lib]
crate-type = ["lib", "cdylib", "staticlib"]
"""


@pytest.mark.parametrize(
    "flags",
    [
        "-Ctarget-cpu=native",
        "-Clinker-plugin-lto",
        "-Cprefer-dynamic",
        "-Cprofile-generate=/nowhere",
        "-Cinstrument-coverage",
        "-Clinker-plugin-lto -Cinstrument-coverage -Cdebuginfo=1 -Csplit-debuginfo=unpacked",
    ],
)
def test_flags(project: Project, shop: Workshop, flags: str) -> None:
    all_hits(project, shop, "build", env={"RUSTFLAGS": flags})


def test_libraries_of_several_kinds(project: Project, shop: Workshop) -> None:
    """A shared library and a static one in one call, with and without link-time optimisation."""
    project.write("base/Cargo.toml", (project.directory / "made/Cargo.toml").read_text().replace("made", "base"))
    manifest = project.directory / "base/Cargo.toml"
    manifest.write_text(manifest.read_text().replace("[lib]\nproc-macro = true\n", LIBRARIES))
    all_hits(project, shop, "build")
    manifest.write_text(manifest.read_text().replace('"lib", ', ""))
    (project.directory / "Cargo.toml").write_text(
        (project.directory / "Cargo.toml").read_text().replace(', "top"', "")
    )
    project.wipe()
    shop.stop()
    all_hits_again = Workshop.here()
    project.cargo("build", "--release", env={"CARGO_PROFILE_RELEASE_LTO": "fat"})
    assert "uncacheable" not in all_hits_again.reasons()
