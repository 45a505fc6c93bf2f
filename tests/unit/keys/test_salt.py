"""The salt stands at the head of every key."""

from dunnage.keys.salt import SALT
from dunnage.keys.text import KeyText


def test_every_key_begins_with_the_salt() -> None:
    assert KeyText("unit").render().splitlines()[0] == f"salt: {SALT}"
