"""What is kept of a session: the entry of a stored miss, the family, and a name where nothing was understood."""

from pathlib import Path

import pytest

from dunnage.engine.account import name_of, with_family
from dunnage.engine.engine import Engine
from dunnage.keys.explain import differences
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import Outcome, Result
from support.crates import crate
from support.units import unit_of


def test_a_stored_miss_leaves_an_entry_and_a_hit_none(tmp_path: Path, engine: Engine) -> None:
    made = crate(tmp_path / "a")
    results = []
    for text in ("pub const A: u8 = 1;\n", "pub const A: u8 = 2;\n", "pub const A: u8 = 2;\n"):
        made.write("src/lib.rs", text)
        invocation = made.invocation()
        results.append(engine.serve(made.view(invocation), invocation))
    first, second, hit = results
    assert first.entry is not None
    assert second.entry is not None
    assert [item.sentence for item in differences(first.entry, second.entry)] == ["`src/lib.rs` changed"]
    assert first.family == second.family != ""
    assert first.stem == "demo-1"
    assert first.entry.toolchain.startswith("rustc ")
    assert (hit.outcome, hit.entry, hit.family) == (Outcome.HIT, None, "")


def test_what_was_not_stored_leaves_none(tmp_path: Path, engine: Engine) -> None:
    made = crate(tmp_path / "a", "fn broken( {\n")
    invocation = made.invocation()
    assert engine.serve(made.view(invocation), invocation).entry is None


def test_another_version_is_the_same_family() -> None:
    miss = Result(outcome=Outcome.MISS, reason="new")
    env = {"CARGO_PKG_NAME": "my-demo"}
    names = ("demo 1.0.0 (lib check)", "demo 2.0.0 (lib check)")
    families = {with_family(miss, unit_of("/d", name=name), env).family for name in names}
    assert families == {"my-demo demo lib check"}


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["rustc", "--crate-name", "a"], "a 1.0.0"),
        (["rustc", "--crate-name=b"], "b 1.0.0"),
        (["rustc", "--crate-name"], ""),
        (["rustc", "-"], ""),
    ],
)
def test_the_name_of_what_was_not_understood(argv: list[str], name: str) -> None:
    env = {"CARGO_PKG_VERSION": "1.0.0"}
    assert name_of(Invocation(program="rustc", argv=argv, cwd="/", env=env)) == name
