"""Portable mode: with any nesting of places rustc, which takes the last remap that matches, picks the innermost one."""

from hypothesis import given
from hypothesis import strategies as st

from dunnage.keys.portable import STABLE, remap_words, stable_names
from dunnage.keys.roots import Roots
from dunnage.model.unit import Unit
from support.units import unit_of

parts = st.lists(st.sampled_from(["a", "b", "ab", "target"]), min_size=1, max_size=4)
places = parts.map(lambda names: "/" + "/".join(names))
roots_at = st.fixed_dictionaries(dict.fromkeys(("workspace", "target", "cargo-home"), places))
remaps = st.lists(st.tuples(places, st.just("/mine")).map("=".join), max_size=2)


def portable(own: list[str]) -> Unit:
    return unit_of("/w", portable=True, remaps=own)


def written(path: str, words: list[str]) -> str:
    """What rustc makes of a path: the last prefix that matches, by whole components."""
    for word in reversed(words):
        before, _, after = word.removeprefix("--remap-path-prefix=").rpartition("=")
        if path == before or path.startswith(f"{before}/"):
            return after + path[len(before) :]
    return path


@given(roots_at, places)
def test_the_innermost_place_names_a_path(at: dict[str, str], path: str) -> None:
    roots = Roots.of(list(at.items()))
    relative = roots.relative(path)
    name, brace, rest = relative[1:].partition("}")
    expected = f"{STABLE}/{name}{rest}" if brace else path
    assert written(path, remap_words(portable([]), roots, None)) == expected


@given(roots_at, places, remaps)
def test_the_users_own_remap_wins_wherever_it_matches(at: dict[str, str], path: str, own: list[str]) -> None:
    words = remap_words(portable(own), Roots.of(list(at.items())), None)
    mine = written(path, own)
    if mine != path:
        assert written(path, words) == mine


@given(roots_at)
def test_no_name_stands_inside_another_one(at: dict[str, str]) -> None:
    names = [name for _, name in stable_names(portable([]), Roots.of(list(at.items())), None)]
    assert not [(a, b) for a in names for b in names if a != b and f"{b}/".startswith(f"{a}/")]
