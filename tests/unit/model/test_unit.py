"""Units: how diagnostics look is one text, so that an option that is new changes it, too."""

from dunnage.model.unit import look_of
from support.units import unit_of


def test_a_look_names_every_display_option() -> None:
    assert look_of(unit_of("/ws")) == ""
    assert look_of(unit_of("/ws", display=(("diagnostic-width", "80"),))) == "diagnostic-width=80"
    both = (("color", "always"), ("diagnostic-width", "80"))
    assert look_of(unit_of("/ws", display=both)) == "color=always diagnostic-width=80"
