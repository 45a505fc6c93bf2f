"""The C header says what the Python modules say, and the one in the tree is today's."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dunnage import __version__, limits
from dunnage.wire import header
from dunnage.wire.messages import CLIENT_MESSAGES, DAEMON_MESSAGES, FileSource
from dunnage.wire.seen import SEEN_NOTE, SEEN_VERSION, SeenKind
from dunnage.wire.version import MAGIC, WIRE_VERSION, Capability

ROOT = Path(__file__).resolve().parents[3]


def defines() -> dict[str, str]:
    return dict(re.findall(r"^#define WIRE_(\w+) (.+)$", header.text(), re.MULTILINE))


def test_the_header_in_the_tree_is_up_to_date() -> None:
    assert (ROOT / header.FILE).read_text(encoding="utf-8") == header.text()


def test_every_number_is_that_of_python() -> None:
    said = defines()
    for message in (*CLIENT_MESSAGES, *DAEMON_MESSAGES):
        assert int(said[f"TYPE_{message.__name__.upper()}"], 0) == message.TYPE
    assert said["CLIENT_VERSION"] == f'"{__version__}"'
    assert said["VERSION"] == str(WIRE_VERSION)
    assert int(said["MAGIC"].removesuffix("ULL"), 0).to_bytes(8, "little") == MAGIC
    assert said["CAPABILITY_DESCRIPTORS"] == f"{Capability.DESCRIPTORS.value}u"
    assert said["SOURCE_INLINE"] == f"{FileSource.INLINE.value}u"
    assert said["STAT_CTIME_NS_AT"] == "40"
    assert said["SEEN_VERSION"] == f"{SEEN_VERSION}u"
    assert said["SEEN_NOTE_BYTES"] == str(SEEN_NOTE.size)
    assert said["NOTE_LIBRARY"] == f"{SeenKind.LIBRARY.value}u"
    assert said["UNSEEN_NETWORK"] == '"network"'
    assert said["PATHS_PER_FRAME_MAX"] == f"{limits.PATHS_PER_FRAME_MAX}u"


def test_every_limit_of_the_tables_is_in_the_header() -> None:
    named = {field.limit for message in (*CLIENT_MESSAGES, *DAEMON_MESSAGES) for field in message.FIELDS}
    assert named - {""} <= set(defines())


def test_without_a_file_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert header.main([]) == 0
    assert capsys.readouterr().out == header.text()


def test_check_fails_until_the_file_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "native").mkdir()
    assert header.main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    (tmp_path / header.FILE).write_text("old", encoding="utf-8")
    assert header.main(["--check"]) == 1
    assert header.main([header.FILE]) == 0
    assert header.main(["--check"]) == 0


def test_what_it_does_not_understand_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert header.main(["--chekc"]) == 2
    assert "--check" in capsys.readouterr().err


def test_a_c_compiler_takes_it(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler called cc")
    source = tmp_path / "use.c"
    source.write_text(
        f'#include "{ROOT / header.FILE}"\n'
        '_Static_assert(WIRE_STAT_CTIME_NS_AT + 8 == WIRE_STAT_RECORD_BYTES, "");\n'
        '_Static_assert(sizeof(WIRE_CLIENT_VERSION) > 1 && (WIRE_MAGIC >> 56) == 0, "");\n',
        encoding="utf-8",
    )
    done = subprocess.run(
        [compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
