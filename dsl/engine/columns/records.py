"""Rows as records of bytes, each cell as wide as its column has to be, one after the other.

Machine code widens the record of one event, or line, at a time (`unpack` in native/lower.py), so
that no row of a history stands in memory in 64 bits a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import NA
from dsl.engine.columns.narrow import WORDS, Narrow, blocks, narrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dsl.engine.columns.narrow import Codes, Ints
    from dsl.engine.columns.order import Rows

# A cell is read as a word of which the bytes behind it are left out; so many stand behind the last.
WORD = 8
EVERY = slice(None)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of all rows: values of a column, or what a table has for its codes."""

    source: Narrow
    table: Narrow | None = None

    @property
    def form(self) -> Narrow:
        """What its codes mean."""
        return self.source if self.table is None else self.table

    @property
    def is_constant(self) -> bool:
        """True where all rows are known to be alike."""
        return self.source.is_constant or self.form.is_constant

    @property
    def first(self) -> int:
        """What all rows have where it is constant."""
        if self.form.is_constant:
            return self.form.value(0) if len(self.form) else NA
        code = self.codes(slice(0, 1))
        return int(self.form.widened(code)[0]) if len(code) else NA

    def codes(self, rows: Ints | Rows | slice) -> Codes:
        """The codes of some rows."""
        own: Codes = self.source.codes[rows]
        if self.table is None:
            return own
        found: Codes = self.table.codes[own]
        return found

    @property
    def values(self) -> Ints:
        """The values in 64 bits each."""
        if self.table is None:
            return self.source.values
        found = np.empty(len(self.source), np.int64)
        for rows in blocks(len(found)):
            found[rows] = self.form.widened(self.codes(rows))
        return found


def looked_up(source: Narrow, values: Ints) -> Cell:
    """What a list has at the places that stand in a column; absent where they are."""
    every = source.all_of()
    known = np.append(values, NA)
    return Cell(source, narrow(known[np.where(every == NA, -1, every)]))


@dataclass(frozen=True, slots=True)
class Records:
    """So many rows of cells as records of bytes, and how they are read.

    `form` is how many cells are read and the length of a record in bytes, then for each its place
    in a row, its first byte, the bits that are its own, what its codes count from and by. `first`
    is a row with what is the same in all, `count` how many rows there are.
    """

    data: np.ndarray[tuple[int], np.dtype[np.uint8]]
    form: Ints
    first: Ints
    count: int
    # The least and the largest value there may be of each cell.
    spans: Sequence[tuple[int, int]]

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self.data)

    def column(self, place: int, rows: Ints | slice = EVERY) -> Ints:
        """One cell of some rows, in 64 bits each."""
        count, stride = self.form[:2].tolist()
        for own, byte, bits, base, scale in self.form[2:].reshape(count, 5).tolist():
            if own == place:
                words = np.ndarray(self.count, "<u8", self.data, byte, (stride,))[rows]
                words = words & np.uint64(bits % WORDS)
                found = (words * np.uint64(scale % WORDS) + np.uint64(base % WORDS)).view(np.int64)
                found[words == 0] = NA
                return found
        alike = np.broadcast_to(self.first[place], (self.count,))
        return np.array(alike[rows])

    def rows(self, rows: Ints | slice) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """Some rows, in 64 bits a cell."""
        cells = [self.column(place, rows) for place in range(len(self.first))]
        return np.stack(cells, axis=1)


def records(cells: Sequence[Cell], count: int, order: Iterable[Ints | Rows]) -> Records:
    """Rows of cells; `order` are the rows they are of, in blocks, `count` how many in all."""
    first = np.full(len(cells), NA, np.int64)
    packed: list[tuple[Cell, int, int]] = []
    form: list[int] = []
    stride = 0
    for place, cell in enumerate(cells):
        if cell.is_constant:
            first[place] = cell.first
            continue
        width = -(-cell.form.most.bit_length() // 8)
        # A cell of a whole word has no bits that are not its own.
        bits = -1 if width == WORD else (1 << 8 * width) - 1
        form += [place, stride, bits, _signed(cell.form.base), _signed(cell.form.scale)]
        packed.append((cell, stride, width))
        stride += width
    data = np.zeros(count * stride + WORD, np.uint8)
    at = 0
    for rows in order:
        for cell, offset, width in packed:
            _write(data[at * stride + offset :], stride, cell.codes(rows), width)
        at += len(rows)
    spans = [(cell.form.least, cell.form.largest) for cell in cells]
    read = np.array([len(packed), stride, *form], np.int64)
    return Records(data, read, first, count, spans)


def _write(
    data: np.ndarray[tuple[int], np.dtype[np.uint8]], stride: int, codes: Codes, width: int
) -> None:
    """Put so many bytes of each code at the beginning of each record."""
    codes = np.ascontiguousarray(codes)
    at = 0
    for piece in (8, 4, 2, 1):
        if width & piece:
            type_ = np.dtype(f"<u{piece}")
            target = np.ndarray(len(codes), type_, data, at, (stride,))
            target[:] = codes.view(type_)[at // piece :: codes.itemsize // piece]
            at += piece


def _signed(number: int) -> int:
    """The same in 64 bits with a sign; what wraps around comes back where it is added."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)
