"""How diagnostics look; and that the options about that change nothing else, asked of real compilers."""

from pathlib import Path

import pytest

from support.gnu_args import compile_in, refusal_of, sources, unit_of

TERM = {"TERM": "xterm"}


def color(*words: str, terminal: bool = True, **env: str) -> tuple[str, bool]:
    """The colour, and whether a word is added."""
    unit = unit_of(*words, terminal=terminal, env=env)
    assert unit.added in ((), ("-fdiagnostics-color=always",))
    return dict(unit.display)["color"], bool(unit.added)


def test_a_terminal_gets_colors() -> None:
    assert color(TERM="xterm") == ("always", True)
    assert color("-fdiagnostics-color=auto", TERM="xterm") == ("always", True)


def test_what_gets_none() -> None:
    assert color(TERM="dumb") == color() == color(TERM="xterm", NO_COLOR="1") == ("never", False)
    assert color(TERM="xterm", terminal=False) == ("never", False)


def test_the_command_line_decides_before_the_terminal() -> None:
    assert color("-fdiagnostics-color=never", TERM="xterm") == ("never", False)
    assert color("-fdiagnostics-color", terminal=False) == ("always", False)


def test_locale_and_colors_and_options() -> None:
    unit = unit_of(env={"LANG": "de", "LC_MESSAGES": "fr", "GCC_COLORS": "error=1", "GCC_URLS": "st"})
    assert unit.display == [
        ("color", "never"), ("locale", "fr"), ("charset", "de"), ("colors", "error=1"), ("urls", "st"),
    ]  # fmt: skip
    assert dict(unit_of(env={"LC_ALL": "C", "LANG": "de"}).display)["locale"] == "C"
    assert dict(unit_of(env={"LC_ALL": "", "LANG": "de"}).display)["locale"] == "de"
    assert dict(unit_of().display)["locale"] == ""
    assert dict(unit_of(env={"LC_CTYPE": "C.UTF-8"}).display)["charset"] == "C.UTF-8"
    assert dict(unit_of(env={"LANGUAGE": "de:fr", "LANG": "de"}).display)["languages"] == "de:fr"


def test_where_the_command_line_is_recorded_nothing_is_added() -> None:
    assert refusal_of("-frecord-gcc-switches", terminal=True, env=TERM)[0] == "terminal"
    words = [word.value for word in unit_of("-frecord-gcc-switches", "-fdiagnostics-color=never").words]
    assert "-fdiagnostics-color=never" in words


COLORS = {
    "gcc": "-fdiagnostics-color=always -fdiagnostics-color=never -fdiagnostics-color -fno-diagnostics-color",
    "clang": "-fdiagnostics-color=always -fcolor-diagnostics -fno-color-diagnostics -fdiagnostics-color=never",
}


@pytest.mark.parametrize(
    ("program", "word"), [(program, word) for program, line in COLORS.items() for word in line.split()]
)
def test_colors_do_not_show_in_objects(program: str, word: str, tmp_path: Path) -> None:
    assert word not in [word.value for word in unit_of(word, program=program).words]
    folder = sources(tmp_path)
    base = ["-c", "a.c", "-g", "-O1", "-o"]
    assert compile_in(folder, program, [*base, "out/plain.o"]).returncode == 0
    done = compile_in(folder, program, [*base, "out/looks.o", word])
    assert done.returncode == 0, done.stderr
    assert (folder / "out/plain.o").read_bytes() == (folder / "out/looks.o").read_bytes()


@pytest.mark.parametrize(
    "word", ["-fmessage-length=40", "-fdiagnostics-urls=never", "-fdiagnostics-parseable-fixits"]
)
def test_all_else_about_diagnostics_counts_because_gcc_writes_it_down(word: str, tmp_path: Path) -> None:
    assert word in [found.value for found in unit_of(word).words]
    folder = sources(tmp_path)
    assert compile_in(folder, "gcc", ["-c", "a.c", "-g", word]).returncode == 0
    assert word.encode() in (folder / "a.o").read_bytes()
