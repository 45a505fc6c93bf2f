"""Fuzzes the daemon's reader: whatever a client sends, the codec gives messages or one ProtocolError, nothing else.

    python tests/fuzz/fuzz_decoder.py --seconds 60 --seed 1 [--engine atheris|own] [--corpus DIR]

With atheris (it has wheels for some Pythons only) coverage guides it; without, frames of the golden transcripts are
mutated at random. Both check the same (`check`). A finding ends it with an exit code other than 0 and names the
input, which `--replay FILE` plays again.
"""

import argparse
import importlib.util
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

if TYPE_CHECKING:
    from dunnage.wire.codec import Decoder
    from dunnage.wire.messages import Message

CORPUS = ROOT / ".cache" / "fuzz" / "decoder"
INPUT_BYTES_MAX = 64 * 1024
INTERESTING = (0, 1, 4, 48, 64, 65, 127, 128, 255, 4096, 4097, 65535, 65536, 65537, 0x7FFF_FFFF, 0xFFFF_FFFF)


class Checker:
    """What must hold for any input. The first byte of an input says how the rest is cut into chunks."""

    def __init__(self) -> None:
        from dunnage import errors, limits
        from dunnage.wire import codec, messages, version

        self._failure = errors.ProtocolError
        self._encode = codec.encode
        self._frame_bytes_max = limits.CLIENT_FRAME_BYTES_MAX
        self._make = lambda: codec.Decoder(messages.CLIENT_MESSAGES, limits.CLIENT_FRAME_BYTES_MAX)
        self._version = version.WIRE_VERSION
        self.runs = self.messages = self.refusals = 0

    def check(self, data: bytes) -> None:
        """Raises AssertionError, or whatever the codec should not have raised."""
        self.runs += 1
        if not data:
            return
        decoder, step, data = self._make(), 1 + data[0], data[1:]
        taken = 0
        try:
            for at in range(0, len(data), step):
                decoder.feed(data[at : at + step])
                taken = self._drain(decoder, data, taken)
                assert decoder.buffered <= self._frame_bytes_max + 4
        except self._failure as error:
            self.refusals += 1
            self._dead(decoder, error.message)

    def _drain(self, decoder: "Decoder", data: bytes, taken: int) -> int:
        """Takes the messages that are there; each says the very bytes again. Returns where the last one ends."""
        while (message := decoder.next()) is not None:
            self.messages += 1
            end = taken + 4 + int.from_bytes(data[taken : taken + 4], "little")
            assert self._of_another_version(message) or self._encode(message) == data[taken:end]
            taken = end
        return taken

    def _of_another_version(self, message: "Message") -> bool:
        return getattr(message, "wire_version", self._version) != self._version

    def _dead(self, decoder: "Decoder", said: str) -> None:
        assert said.endswith(".")
        assert decoder.buffered == 0
        decoder.feed(b"more")
        try:
            again = f"{decoder.next()} instead"
        except self._failure as error:
            again = error.message
        assert again == said


def seeds() -> list[bytes]:
    """What the clients of the golden transcripts send: whole sessions, and each frame."""
    from support.transcripts import transcripts

    found = []
    for transcript in transcripts():
        frames = [frame.example for frame in transcript.frames if frame.sender == "C"]
        found += [b"".join(frames), *frames]
    return sorted({b"\x00" + data for data in found})


def mutate(data: bytes, corpus: list[bytes], chance: random.Random) -> bytes:
    """A few random changes, of the kinds that a parser of lengths and counts dislikes."""
    changed = bytearray(data)
    for _ in range(1 + chance.getrandbits(2)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(7):
            case 0 if changed:
                changed[at % len(changed)] ^= 1 << chance.randrange(8)
            case 1:
                changed[at : at + 4] = chance.choice(INTERESTING).to_bytes(4, "little")
            case 2:
                del changed[at : at + 1 + chance.randrange(16)]
            case 3:
                changed[at:at] = chance.randbytes(1 + chance.randrange(16))
            case 4:
                changed[at:] = chance.choice(corpus)[chance.randrange(64) :]
            case 5:
                changed[at:at] = changed[at : at + chance.randrange(256)]
            case _:
                _mend_length(changed)
    return bytes(changed[:INPUT_BYTES_MAX])


def _mend_length(data: bytearray) -> None:
    """Makes the first frame as long as the input: so that its fields, not its length, are what is wrong."""
    if len(data) > 5:
        data[1:5] = (len(data) - 5).to_bytes(4, "little")


def run_own(check: Callable[[bytes], None], seconds: float, seed: int) -> bytes | None:
    """Mutates until the time is over; the input that broke something, or None."""
    chance = random.Random(seed)
    corpus = seeds()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(200):
            data = mutate(chance.choice(corpus), corpus, chance)
            try:
                check(data)
            except Exception:  # noqa: BLE001 - any other is what is looked for
                traceback.print_exc()
                return data
    return None


def run_atheris(seconds: float, seed: int, corpus: Path) -> NoReturn:
    """Lets libFuzzer look for inputs; it ends the process itself, with 77 after a finding."""
    import atheris

    with atheris.instrument_imports(include=["dunnage"]):
        check = Checker().check
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(data)
    bounds = (f"-max_total_time={int(seconds)}", f"-max_len={INPUT_BYTES_MAX}", "-rss_limit_mb=1024")
    words = (
        f"-seed={seed}",
        "-print_final_stats=1",
        "-verbosity=0",
        f"-artifact_prefix={corpus.parent}/decoder-",
    )
    atheris.Setup([sys.argv[0], *bounds, *words, str(corpus)], check)
    atheris.Fuzz()
    raise SystemExit(0)


def main() -> int:
    has_atheris = importlib.util.find_spec("atheris") is not None
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("atheris", "own"), default="atheris" if has_atheris else "own")
    parser.add_argument(
        "--corpus", type=Path, default=CORPUS, help="where atheris keeps what reaches new code"
    )
    parser.add_argument("--replay", type=Path, help="check this one input and end")
    given = parser.parse_args()
    if given.replay:
        Checker().check(given.replay.read_bytes())
        return 0
    if given.engine == "atheris":
        run_atheris(given.seconds, given.seed, given.corpus)
    checker = Checker()
    finding = run_own(checker.check, given.seconds, given.seed)
    print(
        f"{checker.runs} inputs, {checker.messages} messages, {checker.refusals} refusals, seed {given.seed}"
    )
    if finding is not None:
        file = Path(tempfile.mkstemp(prefix="fuzz-decoder-")[1])
        file.write_bytes(finding)
        print(f"A finding: {file}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
