"""Tables: plain ones are stable, drawn ones fit their terminal."""

from dunnage.report.table import Column, Table, drawn, plain

TABLE = Table(
    (Column("unit"), Column("hits", right=True), Column("")),
    [("serde", "12", "well kept"), ("a-very-long-name", "3", "")],
)


def test_columns_are_aligned_and_nothing_trails() -> None:
    assert plain(TABLE) == (
        "unit              hits\n"
        "serde               12  well kept\n"
        "a-very-long-name     3\n"
    )  # fmt: skip


def test_without_a_heading() -> None:
    assert plain(TABLE, heading=False) == "serde             12  well kept\na-very-long-name   3\n"


def test_no_rows() -> None:
    assert plain(Table((Column("unit"),), ())) == "unit\n"
    assert plain(Table((Column("unit"),), ()), heading=False) == ""


def test_a_drawn_table_fits_and_loses_nothing() -> None:
    name = "x" * 60
    text = drawn(Table((Column("unit"), Column("hits", right=True)), [(name, "7")]), width=40, colour=False)
    assert max(map(len, text.splitlines())) <= 40
    assert text.count("x") == 60
    assert "7" in text
    assert "\x1b" not in text


def test_cells_are_text_and_never_markup() -> None:
    text = drawn(Table((Column("unit"),), [("[bold]odd[/bold] :smile:",)]), width=80, colour=False)
    assert "[bold]odd[/bold] :smile:" in text


def test_colour_is_for_those_who_want_it() -> None:
    assert "\x1b[1m" in drawn(TABLE, width=80, colour=True)
