"""The action's own files: what they repeat of dunnage is what dunnage says."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from dunnage.config.clients import ARCHES
from dunnage.remote.registry import FAMILIES
from support.action_runner import CHECKOUT, node

ACTION = yaml.safe_load((CHECKOUT / "action.yml").read_text())
SOURCE = (CHECKOUT / "action/main.js").read_text()


def test_the_extras_of_every_remote() -> None:
    table = re.search(r"const byScheme = (\{.*?\});", SOURCE, re.DOTALL)
    assert table is not None
    shown = subprocess.run(
        [node(), "-p", f"JSON.stringify({table[1]})"], capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(shown) == {
        "+".join(filter(None, key)): family.extra for key, family in FAMILIES.items()
    }


def test_every_architecture_has_a_client() -> None:
    table = re.search(r"return \{ x64: (.*?) \}\[process", SOURCE)
    assert table is not None
    assert set(re.findall(r'"(\w+)"', table[1])) == set(ARCHES)


def test_every_input_is_used_and_described() -> None:
    scripts = "".join(path.read_text() for path in (CHECKOUT / "action").glob("*.js"))
    page = (CHECKOUT / "docs/howto/github-actions.md").read_text()
    for name, told in ACTION["inputs"].items():
        assert f'"{name}"' in scripts
        assert f"| `{name}` |" in page
        assert told["description"]
    assert set(re.findall(r'input\("([\w-]+)"\)', scripts)) <= set(ACTION["inputs"])


@pytest.mark.parametrize("script", sorted((CHECKOUT / "action").glob("*.js")), ids=lambda path: path.name)
def test_nothing_but_node_is_needed(script: Path) -> None:
    subprocess.run([node(), "--check", script], check=True)
    for wanted in re.findall(r'require\("([^"]+)"\)', script.read_text()):
        assert wanted.startswith(("node:", "./"))


@pytest.mark.parametrize(
    "workflow", sorted((CHECKOUT / "examples/github").glob("*.yml")), ids=lambda path: path.name
)
def test_examples_are_understood(workflow: Path) -> None:
    told = yaml.safe_load(workflow.read_text())
    for job in told["jobs"].values():
        uses = [step["uses"] for step in job["steps"] if "uses" in step]
        assert any(name.endswith("/dunnage@v1") for name in uses)
        given = [
            step.get("with", {}) for step in job["steps"] if step.get("uses", "").endswith("/dunnage@v1")
        ]
        assert all(set(each) <= set(ACTION["inputs"]) for each in given)
