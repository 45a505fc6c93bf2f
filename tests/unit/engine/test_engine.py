"""The engine with a real rustc: miss, hit, and every reason for neither."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.engine.engine import Engine
from dunnage.engine.flight import Flight, FlightKey, Flights
from dunnage.model.outcome import Outcome, Result
from dunnage.model.view import Run, ViewGone
from dunnage.store.store import Store
from dunnage.wire.seen import SEEN_VARIABLE
from support import gnu_args
from support.crates import Crate, crate
from support.units import LocalView

Serve = Callable[..., tuple[Result, LocalView]]


@pytest.fixture
def serve(engine: Engine) -> Serve:
    def run(made: Crate, *more: str) -> tuple[Result, LocalView]:
        invocation = made.invocation(*more)
        view = made.view(invocation)
        return engine.serve(view, invocation), view

    return run


def named(result: Result) -> tuple[str, str]:
    return str(result.outcome), result.reason


def test_a_miss_then_a_hit_with_the_same_bytes_and_streams(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a", "pub fn one() -> u32 { let unused = 1; 1 }\n")
    first, compiled = serve(made)
    assert named(first) == ("miss", "new")
    assert isinstance(compiled.ended, Run)
    assert b"unused" in (compiled.ended.stderr or b"")
    outputs = made.outputs()
    assert sorted(outputs) == ["demo-1.d", "libdemo-1.rlib", "libdemo-1.rmeta"]
    made.wipe()
    second, restored = serve(made)
    assert named(second) == ("hit", "local")
    assert second.saved_us > 0
    assert made.outputs() == outputs
    assert restored.printed == (compiled.ended.stdout, compiled.ended.stderr)
    assert restored.compiled == 0


def test_who_looked_a_moment_too_early_looks_again(
    tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its lookup and its lead the whole session of another one passes."""
    made = crate(tmp_path / "a")
    lead = Flights.lead
    passed: list[Result] = []

    def too_late(flights: Flights, key: FlightKey) -> Flight | None:
        monkeypatch.setattr(Flights, "lead", lead)
        passed.append(serve(made)[0])
        return flights.lead(key)

    serve(crate(tmp_path / "b", "pub fn two() -> u32 { 2 }\n"))  # so nothing begins early
    monkeypatch.setattr(Flights, "lead", too_late)
    late, view = serve(made)
    assert list(map(named, (*passed, late))) == [("miss", "inputs-changed"), ("hit", "shared")]
    assert view.compiled == 0


def test_a_hit_asks_no_compiler_and_opens_no_file(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a")
    for path in (made.write("src/lib.rs", "mod a;\n"), made.write("src/a.rs", "")):
        os.utime(path, (1, 1))
    serve(made)
    serve(made)  # a file that was too young to be remembered is read once more
    _, view = serve(made)
    assert view.asked == []
    assert [path for path in view.opened if not path.endswith(".rs")] == []


def test_a_changed_source_misses_and_changing_it_back_hits(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a", "pub fn one() -> u32 { 1 }\n")
    serve(made)
    made.write("src/lib.rs", "pub fn one() -> u32 { 2 }\n")
    assert named(serve(made)[0]) == ("miss", "inputs-changed")
    made.write("src/lib.rs", "pub fn one() -> u32 { 1 }\n")
    assert named(serve(made)[0]) == ("hit", "local")


def test_a_module_that_moved_is_another_path_set(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a", "pub mod x;\n")
    module = made.write("src/x.rs", "pub const F: &str = file!();\n")
    serve(made)
    module.unlink()
    made.write("src/x/mod.rs", "pub const F: &str = file!();\n")
    assert named(serve(made)[0]) == ("miss", "inputs-changed")
    assert b"src/x/mod.rs" in made.outputs()["libdemo-1.rmeta"]


def test_a_module_that_would_now_be_found_twice(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a", "pub mod x;\n")
    made.write("src/x.rs", "")
    serve(made)
    made.write("src/x/mod.rs", "")
    result, view = serve(made)
    assert named(result) == ("miss", "compile-failed")
    assert isinstance(view.ended, Run)
    assert b"E0761" in (view.ended.stderr or b"")


@pytest.mark.parametrize(("before", "after"), [(None, ""), ("", None), (None, "x"), ("x", "y"), ("x", "")])
def test_a_variable_that_the_compiler_read(
    tmp_path: Path, serve: Serve, before: str | None, after: str | None
) -> None:
    made = crate(tmp_path / "a", 'pub const V: Option<&str> = option_env!("MY_V");\n')
    for value in (before, after):
        made.env = {} if value is None else {"MY_V": value}
        assert serve(made)[0].outcome is Outcome.MISS
    made.env = {} if before is None else {"MY_V": before}
    assert named(serve(made)[0]) == ("hit", "local")


def test_a_variable_that_nobody_read(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a")
    serve(made)
    made.env = {"CARGO_TERM_COLOR": "always", "CARGO_NET_RETRY": "3"}
    assert named(serve(made)[0]) == ("hit", "local")


def test_diagnostics_look_as_this_terminal_wants_them(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a", "pub fn one() -> u32 { let unused = 1; 1 }\n")
    looks: list[tuple[str, ...]] = [(), ("--diagnostic-width=40",), ("--diagnostic-width=140",)]
    for look in looks:
        assert serve(made, *look)[0].outcome is Outcome.MISS
    for look in looks:
        assert named(serve(made, *look)[0]) == ("hit", "local")


def test_without_diagnostics_every_look_is_right(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a")
    serve(made, "--diagnostic-width=40")
    assert named(serve(made)[0]) == ("hit", "local")
    assert named(serve(made, "--diagnostic-width=140")[0]) == ("hit", "local")


def test_errors_are_never_stored(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a", "fn broken( {\n")
    for _ in range(2):
        result, view = serve(made)
        assert named(result) == ("miss", "compile-failed")
        assert isinstance(view.ended, Run)
        assert view.ended.code == 1


def test_an_input_that_changes_while_the_compiler_runs(tmp_path: Path, engine: Engine) -> None:
    made = crate(tmp_path / "a", "pub mod x;\n")
    module = made.write("src/x.rs", "")
    invocation = made.invocation()
    view = made.view(invocation)
    view.while_compiling = lambda: module.write_text("pub fn late() {}\n") and None
    result = engine.serve(view, invocation)
    assert named(result) == ("miss", "input-changed")
    assert isinstance(view.ended, Run)


EXTRA = '[[extra-inputs]]\nfiles = ["schema/*.sql", "src/**/*.rs"]\n'


def test_an_extra_input_that_changes_appears_or_goes(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a")
    made.write("dunnage.toml", EXTRA)
    schema = made.write("schema/a.sql", "one")
    assert named(serve(made)[0]) == ("miss", "new")
    assert named(serve(made)[0]) == ("hit", "local")
    made.write("schema/a.sql", "two")
    assert named(serve(made)[0]) == ("miss", "inputs-changed")
    more = made.write("schema/b.sql", "")
    assert named(serve(made)[0]) == ("miss", "inputs-changed")
    more.unlink()
    assert named(serve(made)[0]) == ("hit", "local")
    schema.unlink()
    assert named(serve(made)[0]) == ("miss", "inputs-changed")
    made.write("schema/a.sql", "one")
    assert named(serve(made)[0]) == ("hit", "local")


@pytest.mark.parametrize("name", ["schema/a.sql", "schema/b.sql"])
def test_an_extra_input_that_changes_or_appears_while_the_compiler_runs(
    tmp_path: Path, engine: Engine, store: Store, name: str
) -> None:
    made = crate(tmp_path / "a")
    made.write("dunnage.toml", EXTRA)
    made.write("schema/a.sql", "one")
    invocation = made.invocation()
    view = made.view(invocation)
    view.while_compiling = lambda: made.write(name, "late") and None
    assert named(engine.serve(view, invocation)) == ("miss", "input-changed")
    assert store.size().actions == 0


def test_a_module_that_is_an_extra_input_too_may_not_be_found_twice(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a", "pub mod x;\n")
    made.write("dunnage.toml", EXTRA.replace("src/**/*.rs", "src/*.rs"))
    made.write("src/x.rs", "")
    serve(made)
    made.write("src/x/mod.rs", "")
    assert named(serve(made)[0]) == ("miss", "compile-failed")


def test_another_place_is_a_miss_where_the_outputs_name_the_place(tmp_path: Path, serve: Serve) -> None:
    serve(crate(tmp_path / "a"))
    assert named(serve(crate(tmp_path / "b"))[0]) == ("miss", "bound-elsewhere")
    # Both are kept, each for its own place.
    assert named(serve(crate(tmp_path / "a"))[0]) == ("hit", "local")
    assert named(serve(crate(tmp_path / "b"))[0]) == ("hit", "local")


def test_a_compiler_that_was_killed(tmp_path: Path, engine: Engine, store: Store) -> None:
    made = crate(tmp_path / "a")
    invocation = made.invocation()
    view = made.view(invocation)
    killed = Run(code=0, signal=9, stdout=b"", stderr=b"", started_ns=0, wall_us=1, cpu_us=1)
    view.compile = lambda *_, **_more: killed  # type: ignore[method-assign]
    assert named(engine.serve(view, invocation)) == ("miss", "killed")
    assert view.ended == killed
    assert store.size().actions == 0


def test_a_static_library_beside_the_rlib_of_the_same_crate(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a")
    made.options += ["--crate-type", "staticlib", "-L", f"dependency={made.deps}"]
    assert named(serve(made)[0]) == ("miss", "new")
    outputs = made.outputs()
    made.wipe()
    assert named(serve(made)[0]) == ("hit", "local")
    assert made.outputs() == outputs


def test_what_a_linker_makes(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a")
    assert named(serve(made, "--crate-type", "cdylib")[0]) == ("miss", "new")
    outputs = made.outputs()
    assert "libdemo-1.so" in outputs
    made.wipe()
    assert named(serve(made, "--crate-type", "cdylib")[0]) == ("hit", "local")
    assert made.outputs() == outputs


def test_a_link_that_is_not_understood_is_left_to_rustc(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a")
    result, view = serve(made, "--crate-type", "cdylib", "-Clink-arg=-Wl,-Map=map.txt")
    assert named(result) == ("uncacheable", "link-argument")
    assert view.ended == "link-argument"


@pytest.mark.parametrize(
    ("words", "env", "reason"),
    [
        (["--coverage", "-S"], {}, "assembly"),
        (["@/nowhere"], {}, "response-file"),
        ([], {SEEN_VARIABLE: "/a/run/of/another/daemon"}, "nested"),
        ([], {"PATH": "/nowhere"}, "toolchain-unknown"),
    ],
)
def test_what_is_left_to_a_c_compiler_counts_as_c(
    engine: Engine, words: list[str], env: dict[str, str], reason: str
) -> None:
    invocation = replace(gnu_args.invocation_of(*words, env=env), program="gcc")
    result = engine.serve(LocalView(), invocation)
    assert named(result) == ("uncacheable", reason)
    assert result.language == "c"


def test_a_compiler_that_is_none(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a")
    script = made.write("bin/rustc", "#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    made.rustc = str(script)
    assert named(serve(made)[0]) == ("uncacheable", "toolchain-unknown")


def test_an_incremental_directory_that_holds_a_session_is_rustcs(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a")
    incremental = tmp_path / "a/target/debug/incremental"
    made.options = ["-C", f"incremental={incremental}"]
    assert named(serve(made)[0]) == ("miss", "new")
    assert named(serve(made)[0]) == ("uncacheable", "incremental")


def test_a_response_file(tmp_path: Path, engine: Engine) -> None:
    made = crate(tmp_path / "a")
    plain = made.invocation()
    argfile = made.write("args", "\n".join(plain.argv[1:]) + "\n")
    invocation = replace(plain, argv=[made.rustc, f"@{argfile}"])
    assert named(engine.serve(made.view(plain), plain)) == ("miss", "new")
    assert named(engine.serve(made.view(invocation), invocation)) == ("hit", "local")
    missing = replace(plain, argv=[made.rustc, "@/nowhere"])
    assert named(engine.serve(made.view(missing), missing)) == ("uncacheable", "response-file")


def test_a_store_that_cannot_be_read_is_a_miss(tmp_path: Path, engine: Engine, store: Store) -> None:
    made = crate(tmp_path / "a")
    store.close()
    invocation = made.invocation()
    view = made.view(invocation)
    result = engine.serve(view, invocation)
    assert named(result) == ("miss", "store-failed")
    assert view.compiled == 1
    assert isinstance(view.ended, Run)


def test_a_client_that_leaves_when_its_compiler_is_done_is_no_loss(tmp_path: Path, engine: Engine) -> None:
    made = crate(tmp_path / "a")
    invocation = made.invocation()
    view = made.view(invocation)

    def leave(run: Run) -> None:
        raise ViewGone("client-gone", str(run.code))

    view.exit = leave  # type: ignore[method-assign]
    assert named(engine.serve(view, invocation)) == ("miss", "new")
    assert named(engine.serve(made.view(invocation), invocation)) == ("hit", "local")


def test_results_are_stored_after_the_client_has_gone(tmp_path: Path, engine: Engine, store: Store) -> None:
    made = crate(tmp_path / "a")
    invocation = made.invocation()
    view = made.view(invocation)
    seen: list[tuple[str, int]] = []
    go = view.exit

    def leave(run: Run) -> None:
        seen.append(("gone", store.size().actions))
        go(run)

    view.exit = leave  # type: ignore[method-assign]
    engine.serve(view, invocation, lambda: seen.append(("storing", store.size().actions)))
    assert seen == [("storing", 0), ("gone", 0)]  # who sees that it is gone finds it storing
    assert store.size().actions == 1


def test_a_damaged_blob_is_a_miss_that_heals(tmp_path: Path, serve: Serve, store: Store) -> None:
    made = crate(tmp_path / "a")
    serve(made)
    for blob in (tmp_path / "store").rglob("blobs/*/*"):
        blob.chmod(0o644)
        blob.write_bytes(b"damaged")
    assert named(serve(made)[0]) == ("miss", "corrupt")
    assert named(serve(made)[0]) == ("hit", "local")
    assert store.size().actions == 1


def test_a_trimmed_result_is_new_again(tmp_path: Path, serve: Serve, store: Store) -> None:
    made = crate(tmp_path / "a")
    serve(made)
    store.clear()
    assert serve(made)[0].outcome is Outcome.MISS
    assert named(serve(made)[0]) == ("hit", "local")


def test_key_texts_are_kept_for_who_asks(tmp_path: Path, store: Store) -> None:
    texts: list[tuple[str, bytes, str]] = []
    engine = Engine(store, keep_text=lambda *told: texts.append(told))
    made = crate(tmp_path / "a")
    invocation = made.invocation()
    engine.serve(made.view(invocation), invocation)
    [(name, action, text)] = texts
    assert name.startswith("demo")
    assert len(action) == 32
    assert "contents source" in text
    assert "toolchain" in text
