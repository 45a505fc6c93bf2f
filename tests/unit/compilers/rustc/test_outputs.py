"""Expected outputs, against what a real rustc leaves in its directory."""

import subprocess
from pathlib import Path

import pytest

from dunnage.compilers.refused import Refused
from dunnage.compilers.rustc.outputs import expected, listing_of, staticlib_name
from dunnage.model.unit import Listing
from support.rustc_args import installed_rustc


def files(
    crate_types: list[str], emits: dict[str, str | None], target: str | None = None
) -> list[tuple[str, str]]:
    made = expected(
        crate_name="x",
        extra_filename="-1",
        crate_types=crate_types,
        emits=emits,
        target=target,
        out_dir="/o",
        cwd="/w",
    )
    return [(output.kind, output.path) for output in made]


def test_all_kinds_in_the_order_of_a_restore() -> None:
    assert files(["lib", "rlib", "staticlib"], {"link": None, "metadata": None, "dep-info": None}) == [
        ("dep-info", "/o/x-1.d"),
        ("metadata", "/o/libx-1.rmeta"),
        ("link", "/o/libx-1.rlib"),
        ("staticlib", "/o/libx-1.a"),
    ]


def test_further_kinds_are_known_where_they_are_named() -> None:
    assert files(["lib"], {"link": None, "asm": "a.s", "llvm-ir": None}) == [
        ("link", "/o/libx-1.rlib"),
        ("asm", "/w/a.s"),
    ]


def listing(
    emits: dict[str, str | None], *, splits: bool = False, kinds: tuple[str, ...] = ("lib",), out: str = "/o"
) -> Listing | None:
    made = expected(
        crate_name="x",
        extra_filename="-1",
        crate_types=kinds,
        emits=emits,
        target=None,
        out_dir=out,
        cwd="/w",
    )
    return listing_of(made, crate_name="x", extra_filename="-1", emits=emits, splits=splits, out_dir=out)


def test_where_files_are_that_nobody_can_name() -> None:
    plain: dict[str, str | None] = {"dep-info": None, "link": None}
    assert listing(plain) is None
    assert listing({**plain, "asm": None}) == Listing("/o", ("x-1.",))
    assert listing({**plain, "asm": "a.s"}) == Listing("/o", ("x-1.",)), (
        "several units have several files all the same"
    )
    assert listing(plain, splits=True) == Listing("/o", ("x-1.",))
    assert listing(plain, splits=True, kinds=("bin",)) == Listing("/o", ("x-1.",))
    assert listing(plain, splits=True, kinds=("cdylib", "lib")) == Listing("/o", ("libx-1.so.", "x-1."))


def test_where_they_are_not_looked_for() -> None:
    for emits, out in (({"link": "a"}, "/o"), ({"link": None}, "/")):
        with pytest.raises(Refused):
            listing(emits, splits=True, out=out)


def test_explicit_paths() -> None:
    assert files(["lib"], {"link": "a/b", "metadata": "/m", "dep-info": "d"}) == [
        ("dep-info", "/w/d"),
        ("metadata", "/m"),
        ("link", "/w/a/b"),
    ]


@pytest.mark.parametrize(
    ("crate_types", "emits"),
    [(["lib", "staticlib"], {"link": "a"}), (["lib"], {"link": "a", "metadata": "a"})],
)
def test_two_outputs_in_one_file(crate_types: list[str], emits: dict[str, str | None]) -> None:
    with pytest.raises(Refused) as caught:
        files(crate_types, emits)
    assert caught.value.reason == "explicit-output"


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (None, "libx.a"),
        ("x86_64-unknown-linux-gnu", "libx.a"),
        ("x86_64-pc-windows-gnu", "libx.a"),
        ("x86_64-pc-windows-msvc", "x.lib"),
        ("x86_64-unknown-uefi", "x.lib"),
        ("wasm32-unknown-unknown", "libx.a"),
    ],
)
def test_static_libraries(target: str | None, name: str) -> None:
    assert staticlib_name("x", target) == name


def test_a_target_specification_may_say_anything() -> None:
    with pytest.raises(Refused) as caught:
        files(["staticlib"], {"link": None}, "/t.json")
    assert caught.value.reason == "crate-type"
    assert files(["lib"], {"link": None}, "/t.json")


@pytest.mark.parametrize(
    "crate_types", [["lib"], ["rlib"], ["staticlib"], ["lib", "staticlib"], ["bin"], ["cdylib"]]
)
@pytest.mark.parametrize("emit", ["dep-info", "dep-info,metadata", "dep-info,metadata,link", "dep-info,link"])
def test_a_real_rustc_makes_these_and_no_others(tmp_path: Path, crate_types: list[str], emit: str) -> None:
    if "link" in emit and set(crate_types) & {"bin", "cdylib"}:
        return
    rustc = installed_rustc()
    (tmp_path / "x.rs").write_text("pub fn f() -> u32 { 3 }\nfn main() {}\n")
    (tmp_path / "o").mkdir()
    subprocess.run(
        [rustc, "x.rs", "--crate-name=x", f"--crate-type={','.join(crate_types)}", f"--emit={emit}", "--out-dir=o",
         "-Cextra-filename=-1", "-Awarnings"],
        cwd=tmp_path, check=True,
    )  # fmt: skip
    outputs = expected(
        crate_name="x", extra_filename="-1", crate_types=crate_types, emits=dict.fromkeys(emit.split(",")), target=None,
        out_dir=str(tmp_path / "o"), cwd=str(tmp_path),
    )  # fmt: skip
    assert sorted(Path(output.path).name for output in outputs) == sorted(
        path.name for path in (tmp_path / "o").iterdir()
    )
