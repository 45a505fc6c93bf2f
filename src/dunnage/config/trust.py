"""Who may write to remotes, by the context in which the daemon was started.

A cache is code that others run. So by default only CI writes, and only what it builds of the default branch; a pull
request, above all one from a fork, reads. Developers read. GitHub and GitLab say what they build in the environment of
each job; what else runs is unknown, and reads.
"""

import json
from collections.abc import Mapping
from typing import Final

_TRUSTED_EVENTS: Final = ("push", "schedule", "workflow_dispatch", "repository_dispatch")
"""GitHub's triggers that only people with write access have. Source: "Events that trigger workflows"; the same ones
keep cache tokens that write since 2026-06-26."""

_EVENT_BYTES_MAX: Final = 32 * 1024 * 1024

PASSED_ON: Final = (
    "GITHUB_ACTIONS",
    "GITHUB_EVENT_NAME",
    "GITHUB_EVENT_PATH",
    "GITHUB_REF",
    "GITLAB_CI",
    "CI_COMMIT_BRANCH",
    "CI_DEFAULT_BRANCH",
    "CI_PIPELINE_SOURCE",
)
"""What is looked at here."""


def may_write(environ: Mapping[str, str]) -> tuple[bool, str]:
    """Whether results may be sent from here, and why (not), as the end of a sentence."""
    if environ.get("GITHUB_ACTIONS") == "true":
        return _on_github(environ)
    if environ.get("GITLAB_CI") == "true":
        return _on_gitlab(environ)
    return False, "this is no CI job of a kind that is known"


def _on_github(environ: Mapping[str, str]) -> tuple[bool, str]:
    event = environ.get("GITHUB_EVENT_NAME", "")
    if event not in _TRUSTED_EVENTS:
        return False, f"the job was started by {event or 'nobody knows what'}"
    default = _default_branch(environ.get("GITHUB_EVENT_PATH", ""))
    if not default:
        return False, "the event does not say which branch is the default one"
    ref = environ.get("GITHUB_REF", "")
    if ref != f"refs/heads/{default}":
        return False, f"the job builds {ref or 'nobody knows what'}, not {default}"
    return True, f"the job builds {default}"


def _default_branch(event_path: str) -> str:
    try:
        with open(event_path, encoding="utf-8") as file:
            event = json.loads(file.read(_EVENT_BYTES_MAX))
        branch = event["repository"]["default_branch"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return branch if isinstance(branch, str) else ""


def _on_gitlab(environ: Mapping[str, str]) -> tuple[bool, str]:
    source, branch = environ.get("CI_PIPELINE_SOURCE", ""), environ.get("CI_COMMIT_BRANCH", "")
    if source in ("merge_request_event", "external_pull_request_event"):
        return False, "the job builds a merge request"
    if not branch or branch != environ.get("CI_DEFAULT_BRANCH"):
        return False, f"the job builds {branch or 'no branch'}, not the default one"
    return True, f"the job builds {branch}"
