"""Explain: the first difference, the nearest entry, and that nothing differs only where nothing does."""

from hypothesis import given
from hypothesis import strategies as st

from dunnage import limits
from dunnage.keys.explain import differences, entry_parts, nearest
from dunnage.keys.parts import KINDS
from dunnage.keys.text import UNSET, KeyText
from dunnage.model.entry import Entry

NAMES = st.one_of(
    st.sampled_from([name + ("x" if name.endswith(" ") else "") for kind in KINDS for name in kind.names]),
    st.text(max_size=6),
    st.sampled_from(["env X" + UNSET, "file {workspace}/a", "absent"]),
)
VALUES = st.one_of(st.text(max_size=8), st.sampled_from(["a=1", "metadata=1", "{workspace}/a", "\udc80", ""]))
PARTS = st.lists(st.tuples(NAMES, VALUES), max_size=8).map(tuple)


@given(PARTS, PARTS)
def test_two_arbitrary_texts(one: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...]) -> None:
    found = differences(Entry(parts=one), Entry(parts=other))
    assert bool(found) == (one != other)
    assert all(difference.sentence for difference in found)


@given(PARTS, st.randoms())
def test_another_order_is_a_difference(parts: tuple[tuple[str, str], ...], random: object) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert bool(differences(Entry(parts=parts), Entry(parts=tuple(shuffled)))) == (tuple(shuffled) != parts)


def test_causes_come_before_what_follows_from_them() -> None:
    before = (
        ("codegen", "metadata=1"),
        ("output link", "a-1"),
        ("contents extern a rmeta", "1"),
        ("codegen", "opt-level=0"),
    )
    now = (
        ("codegen", "metadata=2"),
        ("output link", "a-2"),
        ("contents extern a rmeta", "2"),
        ("codegen", "opt-level=3"),
    )
    kinds = [item.kind for item in differences(Entry(parts=before), Entry(parts=now))]
    assert kinds == ["codegen", "crate", "hash", "output"]


def test_the_nearest_has_the_fewest_causes_and_of_equals_the_newest_wins() -> None:
    now = Entry(parts=(("edition", "2021"), ("cfg", "a"), ("output link", "1")))
    far = Entry(parts=(("edition", "2018"), ("cfg", "b"), ("output link", "1")))
    near = Entry(parts=(("edition", "2018"), ("cfg", "a"), ("output link", "2")))
    found = nearest(now, [far, near, near])
    assert found is not None
    assert found[0] == 1
    assert nearest(now, []) is None


def test_a_toolchain_of_the_same_version() -> None:
    one, other = (Entry(parts=(("toolchain", id_),), toolchain="rustc 1.95.0") for id_ in "ab")
    assert "rustc 1.95.0 still, but its files differ" in differences(one, other)[0].sentence


def test_parts_of_both_keys_once_and_long_values_by_their_digest() -> None:
    unit, action = KeyText("unit"), KeyText("action")
    unit.add("env A", None)
    for value in ("x", "y"):
        action.add("env B", "v" * limits.PART_CHARS_MAX + value)
    parts = entry_parts(unit, action)
    assert [name for name, _ in parts] == ["salt", "kind", "env A" + UNSET, "env B", "env B"]
    assert parts[-1][1] != parts[-2][1]
    assert len(parts[-1][1]) < limits.PART_CHARS_MAX + 80
