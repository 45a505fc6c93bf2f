"""Becoming a command: real processes, because a test cannot replace itself."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ENV = {"PATH": "/usr/bin:/bin"}


def _execute(*argv: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    script = (
        "import sys; from dunnage.cli.execute import execute; "
        f"print('before', end=''); sys.exit(execute({argv!r}, {ENV | (env or {})!r}))"
    )
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def _script(path: Path, text: str, mode: int = 0o755) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_exit_code_and_the_environment_are_the_commands() -> None:
    done = _execute("sh", "-c", 'echo " $SO"; exit 7', env={"SO": "yes"})
    assert (done.returncode, done.stdout, done.stderr) == (7, "before yes\n", "")


def test_a_signal_is_the_commands() -> None:
    assert _execute("sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM


def test_the_process_stays_the_same_one() -> None:
    script = (
        "import os; from dunnage.cli.execute import execute; print(os.getpid()); "
        f"execute(('sh', '-c', 'echo $$'), {ENV!r})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    first, second = done.stdout.split()
    assert first == second


def test_no_signal_stays_ignored_because_of_python() -> None:
    done = _execute("sh", "-c", "grep SigIgn /proc/self/status")
    ignored = int(done.stdout.split()[-1], 16)
    # Others may be: whoever runs the tests in parallel ignores SIGINT in its workers.
    assert [n for n in (signal.SIGPIPE, signal.SIGXFSZ) if ignored & (1 << (n - 1))] == []


def test_inherited_descriptors_reach_the_command() -> None:
    ours, theirs = os.pipe()
    command = (sys.executable, "-c", f"import os; os.write({theirs}, b'jobserver')")
    script = f"from dunnage.cli.execute import execute; execute({command!r}, {ENV!r})"
    subprocess.run([sys.executable, "-c", script], check=True, pass_fds=(theirs,))
    os.close(theirs)
    with open(ours) as pipe:
        assert pipe.read() == "jobserver"


def test_a_command_that_is_not_there_is_127() -> None:
    done = _execute("no-such-command")
    assert (done.returncode, done.stderr) == (127, "dunnage: There is no command no-such-command.\n")


def test_a_path_through_a_file_is_127(tmp_path: Path) -> None:
    path = _script(tmp_path / "file", "")
    assert _execute(f"{path}/command").returncode == 127


def test_a_file_that_may_not_be_executed_is_126(tmp_path: Path) -> None:
    path = _script(tmp_path / "plain", "#!/bin/sh\n", mode=0o644)
    done = _execute(str(path))
    assert (done.returncode, done.stderr) == (126, f"dunnage: {path} cannot be run: Permission denied.\n")


def test_a_script_without_an_interpreter_runs_as_in_a_shell(tmp_path: Path) -> None:
    _script(tmp_path / "naked", "echo $1; exit 5\n")
    done = _execute("naked", "word", env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert (done.returncode, done.stdout) == (5, "beforeword\n")


@pytest.mark.parametrize("number", [signal.SIGPIPE, signal.SIGXFSZ])
def test_a_refusal_leaves_pythons_own_signals_alone(number: signal.Signals) -> None:
    script = (
        "import signal; from dunnage.cli.execute import execute; "
        f"execute(('no-such-command',), {ENV!r}); print(signal.getsignal({int(number)}).name)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "SIG_IGN\n"
