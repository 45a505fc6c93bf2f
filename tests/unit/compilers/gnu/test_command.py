"""What a command remembers."""

from dunnage.compilers.gnu.command import Command
from dunnage.model.unit import Word


def test_the_first_refusal_counts() -> None:
    command = Command()
    command.refuse("option", "-a")
    command.refuse("modules", "-b")
    assert command.refusal == ("option", "-a")


def test_paths_are_paths_where_they_are_absolute() -> None:
    command = Command()
    command.keep("-D", "/x")
    command.keep_path("-I", "/x")
    command.keep_path("-I", "x")
    assert command.words == [Word("-D", "/x"), Word("-I", "/x", is_path=True), Word("-I", "x")]
