"""Verdicts on launchers' invocations."""

from typing import Any

import pytest
from blake3 import blake3

from dunnage.compilers.build_script import (
    LANGUAGE,
    NEVER,
    counts,
    is_of_jobs,
    name_of,
    never_counts,
    parse,
    reads_all,
    traces_of_jobs,
)
from dunnage.config.cmake import LAUNCHER, LAUNCHER_VARIABLES
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Cacheable, Uncacheable, Unit

ENV = {
    "OUT_DIR": "/t/debug/build/zlib-sys-1a2b/out",
    "CARGO_MANIFEST_DIR": "/c/zlib-sys",
    "CARGO_PKG_NAME": "zlib-sys",
    "CARGO_PKG_VERSION": "1.2.3",
}


def invocation(env: dict[str, str] | None = None, **changes: Any) -> Invocation:
    fields: dict[str, Any] = {"program": "/t/b", "argv": ["/t/b"], "cwd": "/c/zlib-sys", "payload": "00" * 32}
    return Invocation(env=ENV | (env or {}), **(fields | changes))


def unit(env: dict[str, str] | None = None, **changes: Any) -> Unit:
    verdict = parse(invocation(env, **changes))
    assert isinstance(verdict, Cacheable)
    return verdict.unit


def values(of: Unit, name: str) -> list[str]:
    return [word.value for word in of.words if word.name == name]


def test_a_run() -> None:
    run = unit(argv=["/t/b", "--word"])
    assert (run.language, run.name) == (LANGUAGE, "zlib-sys 1.2.3 (build script run)")
    assert (run.out_dir, run.cwd, run.package_dir) == (ENV["OUT_DIR"], "/c/zlib-sys", "/c/zlib-sys")
    assert values(run, "argument") == ["--word"]


def test_lists_of_paths_count_part_by_part() -> None:
    run = unit({"PATH": "/a:/b", "CC": "", "TZ": "{target}"})
    words = [word for word in run.words if word.name in ("env CC", "env PATH", "env TZ")]
    assert [(w.name, w.value, w.is_path) for w in words] == [
        ("env CC", "", False), ("env PATH", "/a", True), ("env PATH", "/b", True), ("env TZ", "{target}", True),
    ]  # fmt: skip


def test_what_is_not_known_counts() -> None:
    """`env::vars` tells nobody which variables were looked at."""
    assert counts("MY_WORD")
    assert not counts("TERM")
    assert not counts("HOSTNAME"), "docker gives each container another one"
    assert not never_counts("TERM")
    [hidden] = values(unit({"MY_WORD": "x"}), "env MY_WORD")
    assert hidden == blake3(b"x").hexdigest(), "what is not cargo's may be a password"
    assert values(unit({"MY_WORD": ""}), "env MY_WORD") != values(unit(), "env MY_WORD")


@pytest.mark.parametrize("name", [*NEVER, "DUNNAGE_SOCKET"])
def test_what_never_counts(name: str) -> None:
    assert never_counts(name)
    assert unit({name: "1"}) == unit({name: "2"})


@pytest.mark.parametrize("name", LAUNCHER_VARIABLES)
def test_our_launcher_for_cmake_does_not_count_and_the_users_does(name: str) -> None:
    assert unit({name: LAUNCHER}) == unit()
    assert unit({name: "distcc"}) != unit()
    assert unit({name: ""}) != unit()


@pytest.mark.parametrize(
    "env",
    [{"OUT_DIR": ""}, {"OUT_DIR": "relative"}, {"CARGO_MANIFEST_DIR": ""}, {"OUT_DIR": "/t/../x"}],
)
def test_not_run_by_cargo(env: dict[str, str]) -> None:
    verdict = parse(invocation(env))
    assert isinstance(verdict, Uncacheable)
    assert verdict.reason == "run-by-hand"


def test_a_name_without_a_package() -> None:
    assert name_of({}) == "a (build script run)"


@pytest.mark.parametrize(
    "name", ["GITHUB_SHA", "GITHUB_RUN_ID", "CI_JOB_ID", "BUILDKITE_JOB_ID", "BUILD_NUMBER"]
)
def test_what_each_job_has_anew_does_not_count_by_itself(name: str) -> None:
    assert is_of_jobs(name)
    assert not counts(name)
    assert not never_counts(name)
    assert unit({name: "1"}).words == unit({name: "2"}).words == unit().words


@pytest.mark.parametrize(
    "name", ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_WORKSPACE", "BUILDKITE", "TRAVIS"]
)
def test_which_system_it_is_counts(name: str) -> None:
    assert not is_of_jobs(name)
    assert counts(name)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("/bin/sh", True), ("/usr/bin/bash", True), ("dash", True), ("/usr/bin/gmake", True), ("python3.11", True),
        ("/usr/bin/env", True), ("cmake", True), ("ninja", True), ("/memfd:build-script", False), ("rustc", False),
        ("/usr/bin/gcc", False), ("cc1", False), ("git", False), ("ld", False), ("pkg-config", False),
    ],
)  # fmt: skip
def test_who_reads_the_whole_environment(program: str, expected: bool) -> None:
    assert reads_all(program) is expected


def test_traces_of_a_job() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    env = {
        "GITHUB_SHA": commit,
        "GITHUB_RUN_ID": "1234567890",
        "GITHUB_REF_NAME": "main",
        "HOME": "/home/runner",
    }
    assert traces_of_jobs(env) == {"GITHUB_SHA": "0123456", "GITHUB_RUN_ID": "1234567890"}
