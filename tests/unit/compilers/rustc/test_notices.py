"""stderr of rustc, made up and real."""

import subprocess
from pathlib import Path

import pytest

from dunnage.compilers.rustc.notices import artifact, has_diagnostics, split_notices, until_metadata
from support.rustc_args import installed_rustc

NEW = b'{"$message_type":"artifact","artifact":"/t/libx.rmeta","emit":"metadata"}\n'
OLD = b'{"artifact":"/t/libx.rlib","emit":"link"}\n'
WARNING = b'{"$message_type":"diagnostic","message":"unused","rendered":"\\u001b[0m..."}\n'
NO_FUTURE = b'{"$message_type":"future_incompat","future_incompat_report":[]}\n'
FUTURE = b'{"$message_type":"future_incompat","future_incompat_report":[{"diagnostic":{}}]}\n'
UNUSED = b'{"$message_type":"unused_extern_names","lint_level":"warn","unused_names":["a"]}\n'


def test_lines_keep_their_order_and_their_ends() -> None:
    data = WARNING + NEW + b"plain\r\n" + OLD + b"no end"
    lines = list(split_notices(data))
    assert b"".join(line for _, line in lines) == data
    assert [is_notice for is_notice, _ in lines] == [False, True, False, True, False]


def test_odd_line_ends_split_no_notice() -> None:
    # Python's idea of a line is wider than that of JSON: U+2028, form feeds, …
    data = '{"$message_type":"artifact","artifact":"/t/a\u2028b\x0c.rmeta","emit":"metadata"}\n'.encode()
    assert list(split_notices(data)) == [(True, data)]


@pytest.mark.parametrize("quiet", [b"", b"\n", NEW, OLD, NO_FUTURE, UNUSED, NEW + OLD + NO_FUTURE])
def test_without_diagnostics(quiet: bytes) -> None:
    assert not has_diagnostics(quiet)


@pytest.mark.parametrize("loud", [WARNING, FUTURE, b"warning: unused\n", NEW + WARNING + OLD])
def test_with_diagnostics(loud: bytes) -> None:
    assert has_diagnostics(loud)


def test_path_and_kind() -> None:
    assert artifact(NEW) == ("/t/libx.rmeta", "metadata")
    assert artifact(OLD) == ("/t/libx.rlib", "link")


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b"{}", b'{"artifact":1,"emit":"a"}', b'{"artifact":"a","emit":null}', WARNING]
)
def test_what_is_no_notice(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        artifact(line)


DEP_INFO = NEW.replace(b"metadata", b"dep-info")
MIR = NEW.replace(b"metadata", b"mir")


@pytest.mark.parametrize(
    ("early", "late"),
    [
        (NEW, b""),
        (NEW, WARNING + OLD),
        (WARNING + DEP_INFO + WARNING + NEW, OLD),
        (WARNING + b"plain\r\n" + DEP_INFO + NEW, WARNING),
        (b"", b""),
        (b"", WARNING + DEP_INFO),
        (b"", DEP_INFO + MIR + NEW + OLD),
        (b"", OLD + NEW),
        (b"", b'note: "emit":"metadata"}\n'),
    ],
)
def test_what_may_be_said_when_dep_info_and_metadata_are_there(early: bytes, late: bytes) -> None:
    assert until_metadata(early + late) == len(early)


@pytest.mark.parametrize(("source", "loud"), [("pub fn f() {}\n", False), ("fn unused() {}\n", True)])
def test_a_real_rustc(tmp_path: Path, source: str, loud: bool) -> None:
    (tmp_path / "x.rs").write_text(source)
    said = subprocess.run(
        [installed_rustc(), "x.rs", "--crate-type=lib", "--emit=dep-info,metadata,link", "--error-format=json",
         "--json=diagnostic-rendered-ansi,artifacts,future-incompat"],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    notices = [artifact(line) for is_notice, line in split_notices(said.stderr) if is_notice]
    assert notices == [("x.d", "dep-info"), ("libx.rmeta", "metadata"), ("libx.rlib", "link")]
    assert has_diagnostics(said.stderr) is loud
