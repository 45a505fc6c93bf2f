"""The two keys: their texts name every part, and the second adds contents only."""

import pytest

from dunnage.keys.ambient import whole_environment
from dunnage.keys.roots import Roots
from dunnage.keys.toolchain import Toolchain
from dunnage.keys.unit_key import Around, action_key, action_text, unit_key, unit_text
from dunnage.model.digest import Digest, ToolchainId, UnitKey
from dunnage.model.path_set import PWD_HERE, PathSet
from dunnage.model.unit import SearchDir, Word
from support.units import unit_of

ROOTS = Roots.of([("workspace", "/ws"), ("target", "/ws/target"), ("sysroot", "/rust")])
TOOLCHAIN = Toolchain(ToolchainId(b"t" * 32), "/rust", "host", watched=("/rust/bin/rustc",), records=())
UNIT = unit_of(
    "/ws",
    words=(
        Word("edition", "2021"),
        Word("source", "src/lib.rs"),
        Word("profile-use", "/ws/p.profdata", is_path=True),
    ),
    env_paths=(("OUT_DIR", "/ws/target/debug/build/x/out"),),
    search_dirs=(SearchDir("native", "/ws/lib", (".a",)),),
)


def test_the_text_of_a_unit_names_every_part_with_its_root() -> None:
    assert unit_text(UNIT, TOOLCHAIN, ROOTS).render().splitlines()[1:] == [
        "kind: unit",
        "language: rust",
        f"toolchain: {(b't' * 32).hex()}",
        "root: sysroot",
        "root: target",
        "root: workspace",
        "cwd: {workspace}",
        "out-dir: {target}/debug/deps",
        "edition: 2021",
        "source: src/lib.rs",
        "profile-use: {workspace}/p.profdata",
        "env RUSTC_BOOTSTRAP (unset): ",
        "env OUT_DIR: {target}/debug/build/x/out",
        "input source: {workspace}/src/lib.rs",
        "search native: {workspace}/lib",
        "output dep-info: {target}/debug/deps/demo-1.d",
        "output metadata: {target}/debug/deps/libdemo-1.rmeta",
        "output link: {target}/debug/deps/libdemo-1.rlib",
    ]


def test_the_text_of_an_action_names_every_content() -> None:
    text = action_text(
        UnitKey(b"u" * 32),
        [("source", Digest(b"s" * 32))],
        PathSet(("{workspace}/src/a.rs",), ("{workspace}/src/a/mod.rs",), ("EMPTY", "MISSING", "OUT_DIR")),
        [Digest(b"a" * 32)],
        {"EMPTY": "", "OUT_DIR": "/ws/target/out", "UNREAD": "x"},
        ROOTS,
    )
    assert text.render().splitlines()[1:] == [
        "kind: action",
        f"unit: {(b'u' * 32).hex()}",
        f"contents source: {(b's' * 32).hex()}",
        f"file {{workspace}}/src/a.rs: {(b'a' * 32).hex()}",
        "absent: {workspace}/src/a/mod.rs",
        "env EMPTY: ",
        "env MISSING (unset): ",
        "env OUT_DIR: {target}/out",
    ]


def test_the_text_of_an_action_names_what_was_looked_at() -> None:
    text = action_text(
        UnitKey(b"u" * 32), [], PathSet(env=("*", "A"), listed=("{workspace}/t",), places=("/x", "/y")), [], {"A": "1"},
        ROOTS, Around([Digest(b"l" * 32)], [True, False]),
    )  # fmt: skip
    assert text.render().splitlines()[3:] == [
        f"environment: {whole_environment({'A': '1'}, ROOTS).hex()}",
        "env A: 1",
        f"listing {{workspace}}/t: {(b'l' * 32).hex()}",
        "there /x: directory",
        "there /y: other",
    ]


@pytest.mark.parametrize(
    ("env", "line"),
    [({"PWD": "/a"}, "pwd (unset): "), ({"PWD": "/a", PWD_HERE: "/ws/link"}, "pwd: {workspace}/link")],
)
def test_pwd_has_a_part_of_its_own(env: dict[str, str], line: str) -> None:
    """An older dunnage would look for `env PWD=.`, find it unset, and must not come to the same key."""
    text = action_text(UnitKey(b"u" * 32), [], PathSet(env=(PWD_HERE,)), [], env, ROOTS)
    assert text.render().splitlines()[3:] == [line]


def test_keys_are_the_digests_of_their_texts() -> None:
    assert unit_key(unit_text(UNIT, TOOLCHAIN, ROOTS)) == unit_text(UNIT, TOOLCHAIN, ROOTS).digest()
    key = UnitKey(b"u" * 32)
    assert (
        action_key(action_text(key, [], PathSet(), [], {}, ROOTS))
        == action_text(key, [], PathSet(), [], {}, ROOTS).digest()
    )


def test_a_content_without_its_file_is_an_error_and_no_key() -> None:
    with pytest.raises(ValueError):
        action_key(
            action_text(UnitKey(b"u" * 32), [], PathSet(files=("a", "b")), [Digest(b"a" * 32)], {}, ROOTS)
        )


def test_rustups_proxy_leaves_no_trace() -> None:
    """The same link under the proxy and without it, as in a container of cross."""

    def key(*directories: str) -> UnitKey:
        words = tuple(Word("env LD_LIBRARY_PATH", directory, is_path=True) for directory in directories)
        return unit_key(unit_text(unit_of("/ws", words=words), TOOLCHAIN, ROOTS))

    assert key("/ws/target/debug/deps", "/rust/lib") == key("/ws/target/debug/deps")
    assert key("/rust/lib/other") != key()
