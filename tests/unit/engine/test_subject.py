"""Path sets at today's places."""

from dunnage.engine.subject import Located
from dunnage.keys.roots import Roots
from dunnage.model.path_set import PathSet


def test_a_path_set_is_located_with_todays_roots() -> None:
    paths = PathSet(
        ("/etc/x", "{workspace}/a.rs"),
        ("{workspace}/a/mod.rs",),
        ("A",),
        ("{workspace}/t",),
        ("{workspace}/p",),
    )
    located = Located.at(Roots.of([("workspace", "/today")]), paths)
    assert list(located.files) == ["/etc/x", "/today/a.rs"]
    assert list(located.absent) == ["/today/a/mod.rs"]
    assert (list(located.listed), list(located.places)) == (["/today/t"], ["/today/p"])
    assert located.all == ["/etc/x", "/today/a.rs", "/today/a/mod.rs", "/today/t", "/today/p"]
    assert located.paths is paths
