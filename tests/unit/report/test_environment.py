"""The environment in four languages, each read back by whoever speaks it."""

import json
import shlex
import subprocess

import pytest

from dunnage.errors import UsageError
from dunnage.report.environment import Format, render
from dunnage.report.switch import Mount, Switch

HOST = Switch({"RUSTC_WRAPPER": "/opt/it's here/$HOME/sccache", "DUNNAGE_SOCKET": "/run/`id`\nsock"})
CONTAINER = Switch(
    {"RUSTC_WRAPPER": "/dunnage/bin/sccache", "DUNNAGE_SOCKET": "/dunnage/run/sock"},
    (Mount("/opt/bin", "/dunnage/bin", read_only=True), Mount("/run/x", "/dunnage/run", read_only=False)),
    (
        "-v",
        "/opt/bin:/dunnage/bin:ro",
        "-v",
        "/run/my x:/dunnage/run",
        "-e",
        "RUSTC_WRAPPER=/dunnage/bin/sccache",
    ),
)
SHOW = 'printf "%s|%s" "$RUSTC_WRAPPER" "$DUNNAGE_SOCKET"'


def _in_shell(script: str) -> str:
    return subprocess.run(["/bin/sh", "-c", script], check=True, capture_output=True, text=True).stdout


def test_a_shell_gets_back_every_letter() -> None:
    text = render(HOST, Format.SH)
    assert _in_shell(text + SHOW) == "|".join(HOST.env.values())


def test_eval_without_quotes_works_too() -> None:
    text = render(CONTAINER, Format.SH)
    assert _in_shell(f"eval $(cat <<'END'\n{text}END\n)\n{SHOW}") == "|".join(CONTAINER.env.values())


def test_github_lines() -> None:
    assert render(CONTAINER, Format.GITHUB) == (
        "RUSTC_WRAPPER=/dunnage/bin/sccache\nDUNNAGE_SOCKET=/dunnage/run/sock\n"
    )


def test_a_value_of_several_lines_for_github() -> None:
    text = render(Switch({"A": "one\nDUNNAGE_END\ntwo"}), Format.GITHUB)
    assert text == "A<<DUNNAGE_END_\none\nDUNNAGE_END\ntwo\nDUNNAGE_END_\n"


def test_docker_options_survive_a_shell() -> None:
    text = render(CONTAINER, Format.DOCKER)
    assert shlex.split(text) == list(CONTAINER.docker_options)
    assert text.endswith("\n")
    assert text.count("\n") == 1


def test_docker_is_for_containers() -> None:
    with pytest.raises(UsageError) as caught:
        render(HOST, Format.DOCKER)
    assert caught.value.exit_code == 2
    assert "--container --format docker" in caught.value.advice


def test_json_has_the_mounts() -> None:
    document = json.loads(render(CONTAINER, Format.JSON))
    assert document == {
        "schema": 1,
        "env": CONTAINER.env,
        "mounts": [
            {"source": "/opt/bin", "target": "/dunnage/bin", "read_only": True},
            {"source": "/run/x", "target": "/dunnage/run", "read_only": False},
        ],
    }


def test_the_formats_are_those_of_the_command() -> None:
    from dunnage.cli.cmd_env import FORMATS

    assert tuple(Format) == FORMATS
