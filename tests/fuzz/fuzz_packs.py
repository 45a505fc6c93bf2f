"""Fuzzes the readers of packs and manifests: whatever GitHub's cache gives, they give what is in it or RemoteDamaged.

    python tests/fuzz/fuzz_packs.py --seconds 60 --seed 1

Whole packs and manifests are mutated at random; a manifest's plain text, too, with a checksum that is right. A finding
ends it with an exit code other than 0 and names the input, which `--replay FILE` plays again: its first byte says which
reader it is for.
"""

import argparse
import io
import random
import struct
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from blake3 import blake3  # noqa: E402

from dunnage.errors import RemoteDamaged  # noqa: E402
from dunnage.model.digest import Digest  # noqa: E402
from dunnage.remote import coding  # noqa: E402
from dunnage.remote.contract import BlobName, RecordName  # noqa: E402
from dunnage.remote.gha import manifest, packs  # noqa: E402
from dunnage.remote.gha.manifest import Kept, Manifest, Pack, Where  # noqa: E402
from dunnage.remote.gha.packs import Packed, Scanner  # noqa: E402
from support.remotes.pack_index import by_index  # noqa: E402

INTERESTING = (0, 1, 36, 48, 56, 64, 255, 65_535, 65_536, 0x184D2A50, 0x184D2A52, 0x7FFF_FFFF, 0xFFFF_FFFF)
PACK, MANIFEST, PLAIN = range(3)


def check(data: bytes) -> bool:
    """Whether it was taken. Raises AssertionError, or whatever a reader should not have raised."""
    reader, data = data[0] % 3, data[1:]
    try:
        if reader == PACK:
            _check_pack(data)
        else:
            body = data if reader == MANIFEST else _closed(data)
            decoded = manifest.decode(body)
            assert manifest.decode(manifest.encode(decoded)) == decoded
    except RemoteDamaged:
        return False
    return True


def _check_pack(data: bytes) -> None:
    """Cut into pieces or not, the same blobs; by the index the same, if there is one that is whole."""
    whole, cut = Scanner(), Scanner()
    step = 1 + len(data) % 61
    for scanner, size in ((whole, len(data) + 1), (cut, step)):
        try:
            for at in range(0, len(data), size):
                list(scanner.feed(data[at : at + size]))
        except RemoteDamaged:
            pass
    assert whole.objects == cut.objects
    assert all(each.end <= len(data) for each in whole.objects)
    whole.end()
    assert by_index(data) == whole.objects


def seeds() -> list[bytes]:
    """A pack and a manifest of some size each, and of none."""
    chance = random.Random(7)
    found = []
    for count in (0, 1, 5):
        file, objects = io.BytesIO(), []
        file.write(packs.head())
        names = [BlobName(Digest(chance.randbytes(32)), chance.randrange(1000)) for _ in range(count)]
        for name in names:
            objects.append(Packed(name, file.tell() + packs.HEADER_BYTES, 10 + name.size % 7))
            file.write(packs.header(name, objects[-1].length) + chance.randbytes(objects[-1].length))
        file.write(packs.ending(objects, file.tell()))
        found.append(bytes([PACK]) + file.getvalue())
        blobs = {each.name: Where("dunnage-p1/l/1", each.offset, each.length) for each in objects}
        records = {
            RecordName("unit" if number % 2 else "action", chance.randbytes(32)): Kept(
                b"body", tuple(names[:number])
            )
            for number in range(count)
        }
        listed = {"dunnage-p1/l/1": Pack("dunnage-p1/l/1", len(file.getvalue()), 1)} if count else {}
        body = manifest.encode(Manifest(listed, blobs, records))
        plain = io.BytesIO()
        coding.decompress([body[32:]], plain, struct.unpack_from("<8sQ", body)[1])
        found += [bytes([MANIFEST]) + body, bytes([PLAIN]) + plain.getvalue()]
    return found


def _closed(plain: bytes) -> bytes:
    file, _ = coding.compressed(io.BytesIO(plain), len(plain))
    with file:
        frame = file.read()
    return struct.pack("<8sQ16s", b"DNGMANI1", len(plain), blake3(frame).digest(16)) + frame


def mutate(data: bytes, corpus: list[bytes], chance: random.Random) -> bytes:
    """A few random changes, of the kinds that a reader of lengths and offsets dislikes."""
    changed = bytearray(data)
    for _ in range(1 + chance.getrandbits(2)):
        at = chance.randrange(1, len(changed) + 1)
        match chance.randrange(6):
            case 0 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                width = chance.choice((2, 4, 8))
                number = chance.choice(INTERESTING) & ((1 << 8 * width) - 1)
                changed[at : at + width] = number.to_bytes(width, "little")
            case 2:
                del changed[at : at + 1 + chance.randrange(64)]
            case 3:
                changed[at:at] = chance.randbytes(1 + chance.randrange(16))
            case 4:
                changed[at:] = chance.choice(corpus)[chance.randrange(1, 64) :]
            case _:
                changed[at:at] = changed[at : at + chance.randrange(256)]
    return bytes(changed)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replay", type=Path, help="check this one input and end")
    given = parser.parse_args()
    if given.replay:
        check(given.replay.read_bytes())
        return 0
    chance, corpus = random.Random(given.seed), seeds()
    assert all(check(data) for data in corpus)
    runs = taken = 0
    end = time.monotonic() + given.seconds
    while time.monotonic() < end:
        data = mutate(chance.choice(corpus), corpus, chance)
        runs += 1
        try:
            taken += check(data)
        except Exception:  # noqa: BLE001 - any other is what is looked for
            traceback.print_exc()
            file = Path(tempfile.mkstemp(prefix="fuzz-packs-")[1])
            file.write_bytes(data)
            print(f"A finding: {file}", file=sys.stderr)
            return 1
    print(f"{runs} packs and manifests, {taken} taken, seed {given.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
