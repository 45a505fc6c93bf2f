from hypothesis import given
from hypothesis import strategies as st

from dunnage.store.cache import Generations


def test_what_is_asked_for_stays() -> None:
    cache: Generations[int] = Generations(10)
    cache.put(b"wanted", 1)
    for number in range(1000):
        cache.put(str(number).encode(), number)
        assert cache.get(b"wanted") == 1
    assert cache.get(b"0") is None
    cache.clear()
    assert cache.get(b"wanted") is None


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=1))), st.integers(1, 9))
def test_never_more_than_allowed_and_never_wrong(steps: list[tuple[bool, bytes]], entries_max: int) -> None:
    cache: Generations[bytes] = Generations(entries_max)
    for is_put, key in steps:
        if is_put:
            cache.put(key, key)
            assert cache.get(key) == key
        else:
            assert cache.get(key) in (None, key)
        assert len(cache) <= max(2, entries_max)
