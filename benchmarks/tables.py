"""Tables of figures: for people on a terminal, for programs as JSON, for the README as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table as RichTable

# How many of a unit make a second.
_SECONDS = {"s": 1, "ms": 1_000, "µs": 1_000_000}


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number: a time, kept in seconds and shown as s, ms or µs; `/s`, `x`, or bare."""

    value: float
    unit: str

    def __str__(self) -> str:
        """The number in three digits that mean something, with its unit."""
        if self.unit in _SECONDS:
            return f"{_three_digits(self.value * _SECONDS[self.unit])} {self.unit}"
        sign = {"x": "×"}.get(self.unit, self.unit)
        return f"{_three_digits(self.value)}{sign}"


def _three_digits(value: float) -> str:
    whole = f"{value:.0f}"
    if len(whole) >= 3:  # noqa: PLR2004 - the three digits of the name
        return f"{round(value, 3 - len(whole)):,.0f}"
    return f"{value:.{3 - len(whole)}f}"


Cell = str | int | Figure | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures under columns; the notes say what was measured, and how."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    notes: tuple[str, ...] = ()

    def rich(self) -> RichTable:
        """The table as a terminal shows it."""
        shown = RichTable(title=self.title, caption="\n".join(self.notes), title_justify="left")
        shown.caption_justify = "left"
        for number, column in enumerate(self.columns):
            shown.add_column(column, justify="right" if self._is_of_numbers(number) else "left")
        for row in self.rows:
            shown.add_row(*map(_shown, row))
        return shown

    def markdown(self) -> str:
        """The table as the README has it, its notes below."""
        rules = ["---:" if self._is_of_numbers(n) else "---" for n in range(len(self.columns))]
        lines = [self.columns, rules, *([_shown(cell) for cell in row] for row in self.rows)]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n\n".join([f"**{self.title}**", table, *self.notes])

    def data(self) -> dict[str, object]:
        """The table for programs: times in seconds, rates a second, everything unrounded."""
        return {
            "name": self.name,
            "title": self.title,
            "notes": list(self.notes),
            "rows": [
                {
                    column: cell.value if isinstance(cell, Figure) else cell
                    for column, cell in zip(self.columns, row, strict=True)
                }
                for row in self.rows
            ],
        }

    def _is_of_numbers(self, column: int) -> bool:
        return any(isinstance(row[column], int | Figure) for row in self.rows)


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
