"""Which of git's commands may say the time."""

import pytest

from dunnage.engine.git_words import is_idle_question, may_say_the_time
from dunnage.model.seen import Process, Seen

GIT = "/usr/bin/git"


@pytest.mark.parametrize(
    "line",
    [
        "describe --always --dirty=-modified",
        "rev-parse --short HEAD",
        "-C /w rev-parse HEAD",
        "--no-pager -c core.pager=cat rev-list --count HEAD",
        "--git-dir /w/.git symbolic-ref --short HEAD",
        "status --porcelain",
        "log -1 --format=%H",
        "log -1 --pretty=format:%h:%cI:%an:%s",
        "show -s --pretty=%ct",
        "--version",
    ],
)
def test_the_time_is_not_in_its_answer(line: str) -> None:
    assert not may_say_the_time(["git", *line.split(" ")])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "log -1",
        "log -1 --format=%ar",
        "log -1 --format=%H%x20%cd",
        "log -1 --format=%H --date=relative",
        "log -1 --pretty",
        "log -1 --pretty=fuller",
        "log --format=%H --since=yesterday",
        "rev-parse HEAD@{1.hour.ago}",
        "rev-list --count --before=now HEAD",
        "rev-list --format=%cr HEAD",
        "for-each-ref",
        "last-release",
        "-c alias.status=log status-of",
        "blame src/lib.rs",
        "-C",
    ],
)
def test_it_may_be(line: str) -> None:
    assert may_say_the_time(["git", *line.split(" ")])


def test_what_is_not_known_may_be() -> None:
    assert may_say_the_time(())
    assert may_say_the_time(["git"])


def seen(*processes: Process) -> Seen:
    unseen = {(process.program, word) for process in processes for word in process.unseen}
    return Seen(unseen=frozenset(unseen), by_pid={process.pid: process for process in processes})


def git(pid: int, line: str, program: str = GIT) -> Process:
    arguments = tuple(line.split(" ")) if line else ()
    return Process(pid=pid, parent=1, program=program, arguments=arguments, unseen=frozenset({"clock"}))


def test_a_question_that_cannot_be_in_the_answer() -> None:
    good = seen(git(2, "git describe"), git(3, "git rev-parse HEAD"))
    assert is_idle_question(good, GIT, "clock")
    assert not is_idle_question(good, "/usr/bin/date", "clock")
    assert not is_idle_question(good, GIT, "network")
    assert not is_idle_question(good, GIT, "cores")  # nobody asked


@pytest.mark.parametrize("other", [git(3, "git log"), git(3, ""), git(3, "git describe", "/usr/bin/less")])
def test_one_that_can_be_spoils_all(other: Process) -> None:
    found = seen(git(2, "git describe"), other)
    if other.program != GIT:  # it was git when it asked
        found = Seen(unseen=frozenset({(GIT, "clock")}), by_pid=found.by_pid)
    assert not is_idle_question(found, GIT, "clock")
