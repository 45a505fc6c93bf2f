"""Who may write to remotes: one row a context."""

import json
from pathlib import Path

import pytest

from dunnage.config.trust import PASSED_ON, may_write

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_COMMIT_BRANCH": "main",
    "CI_DEFAULT_BRANCH": "main",
    "CI_PIPELINE_SOURCE": "push",
}


@pytest.fixture
def event(tmp_path: Path) -> Path:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"repository": {"default_branch": "main"}}))
    return path


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"GITHUB_EVENT_NAME": "schedule"}, True),
        ({"GITHUB_EVENT_NAME": "workflow_dispatch"}, True),
        ({"GITHUB_EVENT_NAME": "pull_request"}, False),
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, False),
        ({"GITHUB_EVENT_NAME": "issue_comment"}, False),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, False),
        ({"GITHUB_EVENT_NAME": ""}, False),
        ({"GITHUB_REF": "refs/heads/main-evil"}, False),
        ({"GITHUB_REF": "refs/pull/1/merge"}, False),
        ({"GITHUB_REF": "refs/tags/main"}, False),
        ({"GITHUB_EVENT_PATH": "/none"}, False),
        ({"GITHUB_ACTIONS": ""}, False),
    ],
)
def test_on_github(event: Path, change: dict[str, str], expected: bool) -> None:
    may, why = may_write(GITHUB | {"GITHUB_EVENT_PATH": str(event)} | change)
    assert may is expected
    assert why


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"repository": 1}', '{"repository": {"default_branch": 1}}', "{"]
)
def test_an_event_that_says_nothing(event: Path, text: str) -> None:
    event.write_text(text)
    assert may_write(GITHUB | {"GITHUB_EVENT_PATH": str(event)})[0] is False


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"CI_PIPELINE_SOURCE": "merge_request_event"}, False),
        ({"CI_PIPELINE_SOURCE": "external_pull_request_event"}, False),
        ({"CI_COMMIT_BRANCH": "feature"}, False),
        ({"CI_COMMIT_BRANCH": ""}, False),
        ({"CI_COMMIT_BRANCH": "", "CI_DEFAULT_BRANCH": ""}, False),
    ],
)
def test_on_gitlab(change: dict[str, str], expected: bool) -> None:
    assert may_write(GITLAB | change)[0] is expected


def test_developers_and_unknown_machines_read() -> None:
    assert may_write({})[0] is False
    assert may_write({"CI": "true"})[0] is False


def test_everything_that_is_looked_at_is_passed_on(event: Path) -> None:
    for environ in (GITHUB | {"GITHUB_EVENT_PATH": str(event)}, GITLAB):
        assert may_write({name: value for name, value in environ.items() if name in PASSED_ON})[0]
