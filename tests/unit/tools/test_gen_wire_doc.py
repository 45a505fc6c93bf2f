"""The page of the wire is filled from the code, and only between its marks."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from dunnage.wire.messages import CLIENT_MESSAGES, DAEMON_MESSAGES

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(name="tool", scope="module")
def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_wire_doc", ROOT / "tools" / "gen_wire_doc.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_message_and_field_is_in_the_tables(tool: ModuleType) -> None:
    text = tool.all_messages()
    for message in (*CLIENT_MESSAGES, *DAEMON_MESSAGES):
        section = text.partition(f"#### {message.__name__.upper()} (0x{message.TYPE:02x})\n")[2].partition(
            "####"
        )[0]
        for field in message.FIELDS:
            assert f"| `{field.name}` | {field.kind} |" in section


def test_the_notes_under_fields_are_found(tool: ModuleType) -> None:
    assert (
        "| Empty: the command line of HELLO, untouched. With NOTES: more words, behind those. |"
        in tool.all_messages()
    )


def test_the_page_in_the_tree_is_up_to_date(tool: ModuleType) -> None:
    assert tool.main(["--check"]) == 0


def test_check_fails_until_the_page_is_written(tool: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "wire.md"
    marks = "".join(f"<!-- begin: {name} -->\nold\n<!-- end: {name} -->\n" for name in tool.PARTS)
    page.write_text(f"before\n{marks}after\n", encoding="utf-8")
    assert tool.main(["--check"], page) == 1
    assert tool.main([], page) == 0
    assert tool.main(["--check"], page) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "\nold\n" not in text


def test_a_page_without_its_marks_is_an_error(tool: ModuleType) -> None:
    with pytest.raises(ValueError, match="kinds"):
        tool.filled("nothing here")
