import json

import pytest
from rich.console import Console

from benchmarks.tables import Figure, Table

TABLE = Table(
    "match",
    "Events a second",
    ("rules", "rate", "target"),
    [(1_000, Figure(456_789.1, "/s"), "500,000/s"), (10, Figure(3.14159, "x"), None)],
    ("One core.",),
)


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (Figure(1_234_567, "/s"), "1,230,000/s"),
        (Figure(99.96, "/s"), "100/s"),
        (Figure(14.62, "/s"), "14.6/s"),
        (Figure(0.000_087_4, "µs"), "87.4 µs"),
        (Figure(0.004_321, "ms"), "4.32 ms"),
        (Figure(1.5, "s"), "1.50 s"),
        (Figure(6.05, "x"), "6.05×"),
        (Figure(0.2412, ""), "0.24"),
    ],
)
def test_a_figure_has_three_digits_that_mean_something(figure: Figure, shown: str) -> None:
    assert str(figure) == shown


def test_markdown_has_a_line_for_each_row_and_the_notes_below() -> None:
    assert TABLE.markdown() == (
        "**Events a second**\n\n"
        "| rules | rate | target |\n"
        "| ---: | ---: | --- |\n"
        "| 1,000 | 457,000/s | 500,000/s |\n"
        "| 10 | 3.14× | – |\n\n"
        "One core."
    )


def test_data_is_unrounded_json() -> None:
    assert json.loads(json.dumps(TABLE.data()))["rows"] == [
        {"rules": 1_000, "rate": 456_789.1, "target": "500,000/s"},
        {"rules": 10, "rate": 3.14159, "target": None},
    ]


def test_a_terminal_shows_every_cell() -> None:
    console = Console(width=80, record=True, quiet=False, file=None, force_terminal=False)
    with console.capture() as shown:
        console.print(TABLE.rich())
    assert all(cell in shown.get() for cell in ("Events a second", "457,000/s", "–", "One core."))
