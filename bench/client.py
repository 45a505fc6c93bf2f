"""What the client costs: from exec to connected, its size, its memory; beside static programs that do less.

`spawn.c` starts and measures, because a Python that forks is large, and wakes up late.
"""

import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Series
from bench.programs import compile_c

HERE = Path(__file__).resolve().parent
NOTHING = "int main(void) { return 0; }\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCost:
    """Times in seconds, from the instruction before exec. The three are measured in turn, round by round."""

    connected: Series
    """Until accept() returned on the other side."""
    floor: Series
    """The same for a static program that only connects."""
    nothing: Series
    """Until the end of a static program that does nothing was seen."""
    size_bytes: int
    resident_kib: int
    """The most that it had while it waited for an answer."""

    @property
    def own(self) -> Series:
        """What the client takes longer than the program that only connects, round by round."""
        pairs = zip(self.connected.seconds, self.floor.seconds, strict=True)
        return Series(tuple(ours - least for ours, least in pairs))


def measure(client: Path, scratch: Path, runs: int) -> ClientCost:
    """All three programs in turn, `runs` times each."""
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "nothing.c").write_text(NOTHING)
    spawn = compile_c(HERE / "spawn.c", scratch / "spawn")
    connects = compile_c(HERE / "connects.c", scratch / "connects")
    nothing = compile_c(scratch / "nothing.c", scratch / "nothing")
    rustc = scratch / "rustc"
    rustc.symlink_to(nothing)
    argv = [client, rustc, "--crate-name", "x", "--crate-type", "lib", "--emit=link", "x.rs"]
    words = [str(word) for word in argv]
    done = subprocess.run(
        [spawn, str(runs), scratch / "sock", connects, nothing, *words],
        env=_environment(scratch / "sock"), stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True,
    )  # fmt: skip
    connected, floor, ended = parse(done.stdout)
    return ClientCost(
        connected=connected,
        floor=floor,
        nothing=ended,
        size_bytes=client.stat().st_size,
        resident_kib=_resident_kib(words, scratch / "waiting"),
    )


def parse(printed: str) -> tuple[Series, Series, Series]:
    """What `spawn` printed: three series, in seconds."""
    rounds = [[int(word) / 1e9 for word in line.split()] for line in printed.splitlines()]
    connected, floor, nothing = zip(*rounds, strict=True)
    return Series(connected), Series(floor), Series(nothing)


def _resident_kib(argv: list[str], path: Path) -> int:
    """The memory of a client that has said what it was called with, and waits."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        with subprocess.Popen(argv, env=_environment(path), stdin=subprocess.DEVNULL) as process:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                status = Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def _environment(path: Path) -> dict[str, str]:
    return {"DUNNAGE_SOCKET": str(path), "PATH": os.environ["PATH"]}
