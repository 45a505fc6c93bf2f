"""Key texts: no two lists of parts look alike, and the readable text says what was hashed."""

from dunnage.keys.text import KeyText


def digest(*parts: tuple[str, str | None]) -> bytes:
    text = KeyText("test")
    for name, value in parts:
        text.add(name, value)
    return text.digest()


def test_where_a_part_ends_counts() -> None:
    assert digest(("a", "bc")) != digest(("ab", "c"))
    assert digest(("a", "b"), ("c", "d")) != digest(("a", "bc"), ("", "d"))
    assert digest(("a", "1"), ("a", "2")) != digest(("a", "12"))


def test_unset_is_not_empty() -> None:
    assert digest(("env X", None)) != digest(("env X", ""))


def test_order_counts() -> None:
    assert digest(("a", "1"), ("b", "2")) != digest(("b", "2"), ("a", "1"))


def test_the_kind_counts() -> None:
    assert KeyText("unit").digest() != KeyText("action").digest()


def test_rendered_text_names_every_part_on_a_line_of_its_own() -> None:
    text = KeyText("unit")
    text.add("edition", "2021")
    text.add("env X", None)
    text.add_digest("digest", bytes(range(32)))
    text.add("odd", "two\nlines")
    lines = text.render().splitlines()
    assert "edition: 2021" in lines
    assert "env X (unset): " in lines
    assert f"digest: {bytes(range(32)).hex()}" in lines
    assert "odd: two\\nlines" in lines


def test_undecodable_text_is_kept() -> None:
    text = KeyText("unit")
    text.add("path", "/a/\udcff")
    assert text.digest() != KeyText("unit").digest()
    assert "/a/\\udcff" in text.render()
