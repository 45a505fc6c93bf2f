"""LD_LIBRARY_PATH: directories of cargo's units do not count, and other variables are left alone."""

from dunnage.compilers.library_path import directories

UNIT = "/t/release/build/top/0123456789abcdef/out"


def test_a_units_directory_does_not_count() -> None:
    assert directories("LD_LIBRARY_PATH", f"{UNIT}:/t/release/deps:/opt/lib:") == [
        "/t/release/deps",
        "/opt/lib",
        "",
    ]
    assert directories("LD_LIBRARY_PATH", "") == [""]


def test_what_only_looks_like_one_counts() -> None:
    for place in (f"{UNIT}/lib", "/t/release/build/top/0123/out", "/t/release/build/out"):
        assert directories("LD_LIBRARY_PATH", place) == [place]


def test_other_variables_are_taken_whole() -> None:
    assert directories("LIBRARY_PATH", f"{UNIT}:/opt/lib") == [UNIT, "/opt/lib"]
