"""A place that the user's remap has rewritten is still a place."""

import pytest

from dunnage.keys.rewritten import rewritten_places
from dunnage.keys.roots import Roots

ROOTS = Roots.of([("workspace", "/home/me/ws"), ("target", "/home/me/ws/target"), ("cargo-home", "/cargo")])


@pytest.mark.parametrize(
    ("remap", "expected"),
    [
        ("/home/me=~", [("target", "~/ws/target"), ("workspace", "~/ws")]),
        ("/home/me/=~/", [("target", "~/ws/target"), ("workspace", "~/ws")]),
        ("/home/me=", [("target", "ws/target"), ("workspace", "ws")]),
        (
            "/=x",
            [("target", "x/home/me/ws/target"), ("workspace", "x/home/me/ws"), ("cargo-home", "x/cargo")],
        ),
        ("/home/me/ws=/x", [("target", "/x/target")]),
        ("/home/me/ws/src=/x", []),
        ("/home/m=/x", []),
        ("src=/x", []),
        ("=/x", []),
    ],
)
def test_what_a_remap_makes_of_the_places(remap: str, expected: list[tuple[str, str]]) -> None:
    assert rewritten_places(ROOTS, [remap]) == expected


def test_each_of_several_remaps() -> None:
    assert rewritten_places(ROOTS, ["/home=h", "/home/me=m"])[1::2] == [
        ("workspace", "h/me/ws"),
        ("workspace", "m/ws"),
    ]
