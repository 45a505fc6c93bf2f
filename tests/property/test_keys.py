"""Keys: every part of a unit counts, every content counts, places do not, and no two lists of parts look alike."""

from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from dunnage.keys.roots import Roots
from dunnage.keys.template import dep_info_template, fill, literal_roots, notice_template
from dunnage.keys.text import KeyText
from dunnage.keys.toolchain import Toolchain
from dunnage.keys.unit_key import Around, action_key, action_text, unit_key, unit_text
from dunnage.model.digest import Digest, ToolchainId, UnitKey
from dunnage.model.path_set import PathSet
from dunnage.model.unit import Input, Output, SearchDir, Unit, Word

wire_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
"""Any text that the wire lets through."""

names = st.sampled_from(["edition", "cfg", "codegen", "extern", "a", "b (unset)", "ä"])
components = st.text("ab{}-. é", min_size=1, max_size=4).filter(lambda text: text.strip("."))
rests = st.lists(components, min_size=1, max_size=3).map(lambda parts: "/".join(["", *parts]))
digests = st.binary(min_size=32, max_size=32).map(Digest)
roots_at = st.fixed_dictionaries(
    {"workspace": rests, "target": rests, "cargo-home": rests, "sysroot": rests}
).map(lambda places: Roots.of(list(places.items())))

HERE = Roots.of([("workspace", "/h/ws"), ("target", "/h/ws/target"), ("cargo-home", "/h/.cargo")])
THERE = Roots.of([("workspace", "/project"), ("target", "/target"), ("cargo-home", "/cargo")])
paths = st.one_of(
    st.sampled_from([place for _, place in HERE.places]).flatmap(
        lambda place: rests.map(lambda rest: place + rest)
    ),
    rests.map(lambda rest: "/elsewhere" + rest),
)

units = st.builds(
    Unit,
    language=st.sampled_from(["rust", "c"]),
    name=wire_text,
    words=st.lists(
        st.builds(Word, names, wire_text) | st.builds(Word, names, paths, st.just(True)), max_size=3
    ),
    env=st.lists(st.tuples(names, st.none() | wire_text), max_size=3),
    env_paths=st.lists(st.tuples(names, paths), max_size=2),
    inputs=st.lists(st.builds(Input, names, paths), max_size=3),
    search_dirs=st.lists(st.builds(SearchDir, names, paths, st.just((".a",))), max_size=2),
    outputs=st.lists(st.builds(Output, names, paths), max_size=3),
    dep_info=paths,
    out_dir=paths,
    cwd=paths,
    compiler=paths,
)
toolchains = st.binary(min_size=32, max_size=32).map(
    lambda data: Toolchain(ToolchainId(data), "/s", "host", watched=(), records=())
)
TOOLCHAIN = Toolchain(ToolchainId(bytes(32)), "/s", "host", watched=(), records=())

COUNTS = ("language", "words", "env", "env_paths", "inputs", "search_dirs", "outputs", "out_dir", "cwd")
"""What is part of the unit key. `name`, `compiler` and `dep_info` are not: they are told by the toolchain's contents
and the outputs, or are for people."""


@given(units, units, st.sampled_from(COUNTS))
def test_every_part_of_a_unit_counts(unit: Unit, other: Unit, part: str) -> None:
    value: Any = getattr(other, part)
    assume(value != getattr(unit, part))
    changed = replace(unit, **{part: value})
    assert unit_key(unit_text(unit, TOOLCHAIN, HERE)) != unit_key(unit_text(changed, TOOLCHAIN, HERE))


@given(units, toolchains)
def test_the_toolchain_counts_and_the_rest_does_not(unit: Unit, toolchain: Toolchain) -> None:
    assume(toolchain.id != TOOLCHAIN.id)
    assert unit_key(unit_text(unit, TOOLCHAIN, HERE)) != unit_key(unit_text(unit, toolchain, HERE))
    same = replace(unit, name="another", compiler="/other/rustc")
    assert unit_key(unit_text(unit, TOOLCHAIN, HERE)) == unit_key(unit_text(same, TOOLCHAIN, HERE))


@given(units)
def test_the_set_of_roots_counts(unit: Unit) -> None:
    fewer = Roots.of([(name, place) for name, place in HERE.places if name != "cargo-home"])
    assert unit_key(unit_text(unit, TOOLCHAIN, HERE)) != unit_key(unit_text(unit, TOOLCHAIN, fewer))


def moved(path: str) -> str:
    """The same path where its root stands at the other place."""
    return THERE.absolute(HERE.relative(path))


@given(units)
def test_the_same_unit_at_another_place_has_the_same_key(unit: Unit) -> None:
    elsewhere = replace(
        unit,
        words=[replace(word, value=moved(word.value)) if word.is_path else word for word in unit.words],
        env_paths=[(name, moved(value)) for name, value in unit.env_paths],
        inputs=[Input(item.role, moved(item.path)) for item in unit.inputs],
        search_dirs=[replace(directory, path=moved(directory.path)) for directory in unit.search_dirs],
        outputs=[Output(output.kind, moved(output.path)) for output in unit.outputs],
        out_dir=moved(unit.out_dir),
        cwd=moved(unit.cwd),
    )
    assert unit_key(unit_text(unit, TOOLCHAIN, HERE)) == unit_key(unit_text(elsewhere, TOOLCHAIN, THERE))


contents = st.fixed_dictionaries({
    "inputs": st.lists(st.tuples(names, digests), max_size=3),
    "files": st.lists(st.tuples(paths.map(HERE.relative), digests), max_size=3),
    "absent": st.lists(paths.map(HERE.relative), max_size=3),
    "env": st.lists(
        st.tuples(names, st.none() | wire_text | paths | paths.map(HERE.relative)), max_size=3, unique_by=lambda e: e[0]
    ),
    "listed": st.lists(st.tuples(paths.map(HERE.relative), digests), max_size=3),
    "places": st.lists(st.tuples(paths.map(HERE.relative), st.booleans()), max_size=3),
})  # fmt: skip


def key_of(found: dict[str, Any]) -> bytes:
    return action_key(
        action_text(
            UnitKey(bytes(32)),
            found["inputs"],
            PathSet(
                tuple(path for path, _ in found["files"]),
                tuple(found["absent"]),
                tuple(name for name, _ in found["env"]),
                tuple(path for path, _ in found["listed"]),
                tuple(path for path, _ in found["places"]),
            ),
            [digest for _, digest in found["files"]],
            {name: value for name, value in found["env"] if value is not None},
            HERE,
            Around([digest for _, digest in found["listed"]], [is_dir for _, is_dir in found["places"]]),
        )
    )


@given(contents, contents, st.sampled_from(["inputs", "files", "absent", "env", "listed", "places"]))
def test_every_content_counts(found: dict[str, Any], other: dict[str, Any], part: str) -> None:
    assume(found[part] != other[part])
    assert key_of(found) != key_of(found | {part: other[part]})


@given(contents, st.data())
def test_each_single_content_counts(found: dict[str, Any], data: st.DataObject) -> None:
    part = data.draw(st.sampled_from([name for name, values in found.items() if values] or [""]))
    assume(part)
    values = list(found[part])
    values.pop(data.draw(st.integers(0, len(values) - 1)))
    assert key_of(found) != key_of(found | {part: values})


def test_a_variable_that_looks_like_a_root_is_not_one() -> None:
    nothing: dict[str, Any] = {"inputs": [], "files": [], "absent": [], "listed": [], "places": []}
    there = nothing | {"env": [("V", "/h/ws/x")]}
    assert key_of(there) != key_of(there | {"env": [("V", "{workspace}/x")]})


parts = st.lists(st.tuples(wire_text, st.none() | wire_text | st.binary(max_size=4)), max_size=4)


def text_of(listed: list[tuple[str, str | bytes | None]]) -> bytes:
    text = KeyText("k")
    for name, value in listed:
        text.add_digest(name, value) if isinstance(value, bytes) else text.add(name, value)
    return text.digest()


def canonical(listed: list[tuple[str, str | bytes | None]]) -> list[tuple[str, str | None]]:
    return [(name, value.hex() if isinstance(value, bytes) else value) for name, value in listed]


@given(parts, parts)
def test_no_two_lists_of_parts_look_alike(one: list[Any], other: list[Any]) -> None:
    assert (text_of(one) == text_of(other)) == (canonical(one) == canonical(other))


@given(parts, st.text(min_size=1), st.text(min_size=1), st.integers(0), parts)
def test_where_a_part_begins_counts(
    front: list[Any], name: str, value: str, cut: int, back: list[Any]
) -> None:
    """The same bytes, divided otherwise."""
    cut = 1 + cut % len(value)
    whole = [*front, (name, value), *back]
    divided = [*front, (name + value[:cut], value[cut:]), *back]
    assert text_of(whole) != text_of(divided)


def test_an_unset_variable_is_not_a_name_that_says_so() -> None:
    assert text_of([("env X", None)]) != text_of([("env X (unset)", "")])


@given(roots_at, rests | wire_text)
def test_a_path_comes_back_from_its_root(roots: Roots, path: str) -> None:
    assert roots.absolute(roots.relative(path)) == path
    assert roots.absolute_all([roots.relative(path)]) == [path]


@st.composite
def texts_with_places(draw: st.DrawFn) -> tuple[Roots, bytes]:
    """Dep-info as rustc could write it, and as nobody would, full of places."""
    roots = draw(roots_at)
    places = st.sampled_from([place for _, place in roots.places])
    words = st.one_of(
        places, places.map(lambda place: place.replace(" ", "\\ ")), rests, wire_text,
        st.sampled_from([" ", ": ", ":\n", "\n", "# env-dep:A=", "=", '"', "/", "\\", "\\ ", "\r\n"]),
    )  # fmt: skip
    return roots, "".join(draw(st.lists(words, max_size=12))).encode()


@given(texts_with_places())
def test_dep_info_comes_back_byte_for_byte(drawn: tuple[Roots, bytes]) -> None:
    roots, text = drawn
    assert fill(dep_info_template(text, roots), roots) == text


@given(texts_with_places())
def test_a_notice_comes_back_byte_for_byte(drawn: tuple[Roots, bytes]) -> None:
    roots, text = drawn
    assert fill(notice_template(text, roots), roots) == text


@given(texts_with_places(), roots_at)
def test_what_is_not_bound_moves_with_its_roots(drawn: tuple[Roots, bytes], there: Roots) -> None:
    """A template without literal roots, filled in elsewhere, names no place of here that is none of there."""
    roots, text = drawn
    template = dep_info_template(text, roots)
    assume(len(there.places) == len(roots.places))
    if literal_roots(template, roots):
        return
    elsewhere = Roots.of([(name, f"/new{place}") for name, place in there.places])
    filled = fill(template, elsewhere)
    assert filled.count(b"/new/") >= template.count(b"\0") // 2
