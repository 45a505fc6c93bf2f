"""The tables of the engines' options."""

import re
import subprocess

import pytest

from dunnage.containers.engines import ENGINES, RUN_SWITCHES


def test_each_engine_is_found_by_its_name() -> None:
    assert {name: engine.name for name, engine in ENGINES.items()} == {name: name for name in ENGINES}


@pytest.mark.parametrize(
    "tool",
    [pytest.param("docker", marks=pytest.mark.docker), pytest.param("podman", marks=pytest.mark.podman)],
)
def test_the_table_of_switches_agrees_with_the_engines_own_help(tool: str) -> None:
    """nerdctl's are docker's; it is in no package of Debian's that could be asked."""
    done = subprocess.run([tool, "run", "--help"], capture_output=True, text=True, check=True)
    rows = re.findall(r"^ +(?:(-\w), )?(--[\w-]+)(?: (\S+))?(?:  +|$)", done.stdout, re.MULTILINE)
    assert len(rows) > 50
    for short, long, kind in rows:
        for name in filter(None, (short, long)):
            assert (name in RUN_SWITCHES) == (not kind), f"{name} of {tool} run: {kind or 'a switch'}"
