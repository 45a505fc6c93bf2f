"""Golden transcripts: sessions on the wire, byte by byte, each with what it means.

# a comment; the first one is the title
+ file src/lib.rs "pub fn f() {}"    before the session: a file in the client's directory
+ compiler "exit 3"                  and what the compiler (`./rustc`) does; unless set, it exits with 7
C  05000000 81 ; HELLO               the client sends these bytes: here the header of a frame
C  64756e6e ; magic: "dunn"          then its fields, each begun by its name
C  ........ ; pid: any               a byte that may be any (0 when the bytes are fed to a codec)
C? 01000000 41 ; cwd: "A"            a field that is another one each time; these bytes are an example
D  07000000 08 ; EXEC                the daemon sends
D& 6869 ; "hi"                       a descriptor of a file with these bytes travels with the frame that begins next
D.                                   this side closes the connection
! STAT.paths is cut off.             what the codec has to say of the bytes just sent
= exit 0                             afterwards: how the client ended (a code, or `signal 9`)
= file out.txt "hi"                  and what a file holds; `absent` when there must be none
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dunnage.wire.kinds import KINDS, limit_of
from dunnage.wire.messages import CLIENT_MESSAGES, DAEMON_MESSAGES, Message

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "wire"
TYPES: dict[int, type[Message]] = {message.TYPE: message for message in (*CLIENT_MESSAGES, *DAEMON_MESSAGES)}
NAMES = {message.__name__.upper() for message in TYPES.values()} | {"FRAME"}
"""With these words the comment of a frame's first line begins; FRAME stands for rubbish."""

HEADER_BYTES = 5


@dataclass
class Line:
    """Bytes with their comment; `None` stands for any byte."""

    data: list[int | None]
    comment: str
    varies: bool

    @property
    def example(self) -> bytes:
        return bytes(byte or 0 for byte in self.data)


@dataclass
class Frame:
    """One frame, or the rubbish that is sent in place of one."""

    sender: str
    lines: list[Line] = field(default_factory=list)
    descriptors: list[bytes] = field(default_factory=list)
    error: str | None = None
    """What the codec says of it, when it is rubbish."""

    @property
    def name(self) -> str:
        return self.lines[0].comment.split(" ")[0]

    @property
    def example(self) -> bytes:
        return b"".join(line.example for line in self.lines)

    def fields(self) -> dict[str, list[Line]]:
        """The lines of each field, by the name that begins the first of them."""
        found: dict[str, list[Line]] = {}
        names = [row.name for row in TYPES[self.lines[0].example[4]].FIELDS]
        current = ""
        for line in self.lines[1:]:
            name, colon, _ = line.comment.partition(": ")
            current = name if colon and name in names else current
            found.setdefault(current, []).append(line)
        return found


@dataclass
class Transcript:
    """A whole session."""

    name: str
    title: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    compiler: str = "exit 7"
    frames: list[Frame] = field(default_factory=list)
    daemon_closes: bool = False
    ending: str = ""
    afterwards: list[tuple[str, bytes | None]] = field(default_factory=list)

    @property
    def for_the_client(self) -> bool:
        """Whether the real client can play in it: then it is said how it ends."""
        return bool(self.ending)


def _text(quoted: str) -> bytes:
    return str(json.loads(quoted)).encode()


def _hex(words: str) -> list[int | None]:
    digits = words.replace(" ", "")
    pairs = [digits[i : i + 2] for i in range(0, len(digits), 2)]
    return [None if pair == ".." else int(pair, 16) for pair in pairs]


def _directive(transcript: Transcript, line: str) -> None:
    what, _, rest = line[2:].partition(" ")
    path, _, quoted = rest.partition(" ")
    if line.startswith("+ file"):
        transcript.files[path] = _text(quoted)
    elif line.startswith("+ compiler"):
        transcript.compiler = _text(rest).decode()
    elif line.startswith("= exit"):
        transcript.ending = rest
    elif line.startswith("= "):
        name = path if what == "file" else what
        quoted = quoted if what == "file" else rest
        transcript.afterwards.append((name, None if quoted == "absent" else _text(quoted)))
    else:
        raise ValueError(f"{transcript.name}: {line!r} is not understood")


def _bytes_line(transcript: Transcript, line: str, waiting: list[bytes]) -> None:
    """A line with bytes: the next of its frame, or the first of a new one (`NAMES`)."""
    words, _, comment = line[2:].partition(";")
    parsed = Line(_hex(words), comment.strip(), line[1] == "?")
    if line[1] == "&":
        waiting.append(parsed.example)
        return
    if parsed.comment.split(" ")[0] in NAMES:
        transcript.frames.append(Frame(line[0], descriptors=waiting.copy()))
        waiting.clear()
    transcript.frames[-1].lines.append(parsed)


def parse(path: Path) -> Transcript:
    """A transcript from its file. ValueError: a line is not understood."""
    transcript = Transcript(path.stem)
    waiting: list[bytes] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            transcript.title = transcript.title or line[2:]
        elif line == "D.":
            transcript.daemon_closes = True
        elif line.startswith("! "):
            transcript.frames[-1].error = line[2:]
        elif line[:2] in {"C ", "C?", "C&", "D ", "D&"}:
            _bytes_line(transcript, line, waiting)
        elif line:
            _directive(transcript, line)
    return transcript


def transcripts() -> list[Transcript]:
    """All of them, by name."""
    return [parse(path) for path in sorted(GOLDEN.glob("*.txt"))]


def fields_of(frame: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes of each field of a whole frame."""
    body, at = frame[HEADER_BYTES:], 0
    for name, kind, limit in TYPES[frame[4]].FIELDS:
        _, end = KINDS[kind].read(body, at, limit_of(limit))
        yield name, body[at:end]
        at = end


def difference(expected: Frame, actual: bytes) -> str:
    """The first field in which a frame from a client is not what the transcript says; empty when none is."""
    if actual[4] != expected.example[4]:
        return f"a {TYPES[actual[4]].__name__.upper()} instead of {expected.name}"
    lines = expected.fields()
    for name, data in fields_of(actual):
        if any(line.varies for line in lines[name]):
            continue
        wanted = [byte for line in lines[name] for byte in line.data]
        agree = len(wanted) == len(data) and all(w in {None, d} for w, d in zip(wanted, data, strict=True))
        if not agree:
            return f"{expected.name}.{name} is {data.hex()}"
    return ""
