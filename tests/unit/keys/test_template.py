"""Templates: places become marks and come back as today's; what is left literally is seen."""

import pytest

from dunnage.keys.roots import Roots
from dunnage.keys.template import NotKeepable, dep_info_template, fill, literal_roots, notice_template

HERE = Roots.of([("target", "/ws/target"), ("workspace", "/ws")])
THERE = Roots.of([("target", "/out"), ("workspace", "/my project")])

DEP_INFO = (
    b"/ws/target/debug/deps/a.d: src/lib.rs /ws/target/debug/build/a-1/out/gen.rs /ws/x.rs\n\n"
    b"src/lib.rs:\n/ws/target/debug/build/a-1/out/gen.rs:\n\n# env-dep:OUT_DIR=/ws/target/debug/build/a-1/out\n"
)


def test_dep_info_at_the_same_place_is_the_same_bytes() -> None:
    assert fill(dep_info_template(DEP_INFO, HERE), HERE) == DEP_INFO


def test_dep_info_at_another_place_has_its_paths_escaped_as_each_line_wants() -> None:
    assert fill(dep_info_template(DEP_INFO, HERE), THERE) == (
        b"/out/debug/deps/a.d: src/lib.rs /out/debug/build/a-1/out/gen.rs /my\\ project/x.rs\n\n"
        b"src/lib.rs:\n/out/debug/build/a-1/out/gen.rs:\n\n# env-dep:OUT_DIR=/out/debug/build/a-1/out\n"
    )


def test_a_place_with_a_blank_is_found_as_make_writes_it() -> None:
    roots = Roots.of([("workspace", "/my project")])
    template = dep_info_template(b"/my\\ project/a.d: /my\\ project/a.rs\n", roots)
    assert fill(template, HERE) == b"/ws/a.d: /ws/a.rs\n"
    assert not literal_roots(template, roots)


def test_a_longer_name_is_not_the_root() -> None:
    data = b"/wsx/a.d: /wsx/a.rs\n"
    assert dep_info_template(data, HERE) == data
    # It is a literal all the same: the cautious answer.
    assert literal_roots(data, HERE) == {"workspace"}


def test_a_place_in_the_middle_of_a_value_stays_and_is_seen() -> None:
    template = dep_info_template(b"a.d: b.rs\n# env-dep:FLAGS=-L/ws/lib\n", HERE)
    assert b"/ws/lib" in template
    assert literal_roots(template, HERE) == {"workspace"}


def test_a_nul_cannot_be_kept() -> None:
    with pytest.raises(NotKeepable):
        dep_info_template(b"a\0b", HERE)


def test_notices_are_json() -> None:
    line = b'{"$message_type":"artifact","artifact":"/ws/target/debug/deps/liba.rmeta","emit":"metadata"}\n'
    template = notice_template(line, HERE)
    assert not literal_roots(template, HERE)
    quoted = Roots.of([("target", '/a "b"')])
    assert b'"/a \\"b\\"/debug/deps/liba.rmeta"' in fill(template, quoted)
    assert fill(template, HERE) == line


def test_a_mark_of_a_root_that_is_not_there() -> None:
    template = notice_template(b'"/ws/target/x"', HERE)
    with pytest.raises(KeyError):
        fill(template, Roots.of([("workspace", "/ws")]))
