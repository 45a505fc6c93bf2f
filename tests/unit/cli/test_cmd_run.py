"""`dunnage run`: the command gets the cache, and the exit code is the command's, come what may."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.config.clients import WRAPPER_NAME, client_dir, host_arch
from dunnage.config.cmake import LAUNCHER
from dunnage.config.places import Places

SHOW = 'printf "%s|%s" "$RUSTC_WRAPPER" "$DUNNAGE_SOCKET"'


def test_the_command_is_switched_on_and_a_daemon_runs(dunnage: Callable, dunnage_dir: Path) -> None:
    done = dunnage("run", "--", "sh", "-c", f"{SHOW}; exit 7")
    wrapper = client_dir(host_arch()) / WRAPPER_NAME
    assert done.stdout == f"{wrapper}|{Places(dunnage_dir).host_socket}"
    assert (done.returncode, done.stderr) == (7, "")
    assert json.loads(dunnage("status", "--json").stdout)["running"] is True


def test_options_of_the_command_are_its_own(dunnage: Callable) -> None:
    done = dunnage("run", "printf", "%s ", "--help", "-h", "--", "--version")
    assert done.stdout == "--help -h -- --version "


def test_it_dies_with_the_commands_signal(dunnage: Callable) -> None:
    assert dunnage("run", "sh", "-c", "kill -KILL $$").returncode == -signal.SIGKILL


def test_a_command_that_is_not_there(dunnage: Callable) -> None:
    done = dunnage("run", "no-such-command")
    assert (done.returncode, done.stderr) == (127, "dunnage: There is no command no-such-command.\n")


def test_disabled_means_as_if_dunnage_were_not_there(
    dunnage: Callable, monkeypatch: pytest.MonkeyPatch, dunnage_dir: Path
) -> None:
    monkeypatch.setenv("DUNNAGE_DISABLE", "1")
    monkeypatch.setenv("RUSTC_WRAPPER", "/usr/bin/sccache")
    done = dunnage("run", "sh", "-c", SHOW)
    assert (done.stdout, done.stderr) == ("/usr/bin/sccache|", "")
    assert not dunnage_dir.exists()


def test_another_wrapper_is_replaced_with_a_sentence(
    dunnage: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapper = str(client_dir(host_arch()) / WRAPPER_NAME)
    monkeypatch.setenv("RUSTC_WRAPPER", "/usr/bin/sccache")
    done = dunnage("run", "sh", "-c", SHOW)
    assert done.stdout.startswith(f"{wrapper}|")
    assert done.stderr == "dunnage: RUSTC_WRAPPER=/usr/bin/sccache is replaced for this command.\n"


def test_cmake_is_given_a_launcher_and_keeps_the_users(
    dunnage: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMAKE_C_COMPILER_LAUNCHER", "")
    monkeypatch.delenv("CMAKE_CXX_COMPILER_LAUNCHER", raising=False)
    show = 'printf "%s|%s" "$CMAKE_C_COMPILER_LAUNCHER" "$CMAKE_CXX_COMPILER_LAUNCHER"'
    assert dunnage("run", "sh", "-c", show).stdout == f"|{LAUNCHER}"


@pytest.mark.parametrize("value", ["", "itself"])
def test_no_wrapper_and_our_own_are_not_worth_a_word(
    dunnage: Callable, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("RUSTC_WRAPPER", value and str(client_dir(host_arch()) / WRAPPER_NAME))
    assert dunnage("run", "true").stderr == ""


def test_a_daemon_that_cannot_start_does_not_stop_a_build(dunnage: Callable, dunnage_dir: Path) -> None:
    dunnage_dir.write_text("a file in the way")
    done = dunnage("run", "sh", "-c", f"{SHOW}; exit 5")
    assert (done.returncode, done.stdout) == (5, "|")
    assert done.stderr.startswith("dunnage: This command runs without the cache. ")
    assert done.stderr.count("\n") == 1


def test_a_wrong_setting_does_not_stop_a_build(dunnage: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNNAGE_SIZE_MAX", "big")
    done = dunnage("run", "sh", "-c", "exit 5")
    assert done.returncode == 5
    assert "`big` is not a size" in done.stderr


def test_nothing_to_run_is_a_usage_error(dunnage: Callable) -> None:
    assert dunnage("run").returncode == 2
    assert dunnage("run", "--").returncode == 2


def test_verify_mode_as_a_setting_reaches_the_command(dunnage: Callable, dunnage_dir: Path) -> None:
    show = ("run", "sh", "-c", 'printf "%s" "$DUNNAGE_VERIFY"')
    assert dunnage(*show).stdout == ""
    dunnage_dir.with_suffix(".toml").write_text("verify = true\n")
    assert dunnage(*show).stdout == "1"
