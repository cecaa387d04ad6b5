"""Rows as records of bytes, each cell as wide as its column has to be, one after the other.

Machine code widens the record of one event, or line, at a time (`unpack` in
native/primitives.py), so that no row of a history stands in memory in 64 bits a cell. Records hold
the codes of the history's own columns; what a program makes of them, as the codes of its texts, is
looked up as they are read: programs that read the same columns read the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import NA
from dsl.engine.columns.narrow import WORDS, Narrow, blocks, narrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dsl.engine.columns.narrow import Codes, Ints
    from dsl.engine.columns.order import Rows

# A cell is read as a word of which the bytes behind it are left out; so many stand behind the last.
WORD = 8
# So many numbers say how a cell is read.
FORM = 6
EVERY = slice(None)
NO_TABLE: Ints = np.empty(0, np.int64)


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
class Packed:
    """The codes of some columns as records of bytes, of so many rows in a certain order.

    They are the codes of a history: no program is in them. `places` are the first byte of each
    column, and how many bytes it has, by its identity; `sources` are the columns.
    """

    data: np.ndarray[tuple[int], np.dtype[np.uint8]]
    stride: int
    places: Mapping[int, tuple[int, int]]
    sources: Sequence[Narrow]
    count: int

    def has(self, sources: Sequence[Narrow]) -> bool:
        """True where all of these columns are among them."""
        return all(id(one) in self.places for one in sources)

    def read(self, cells: Sequence[Cell]) -> Records:
        """Rows of cells, whose columns are among them."""
        first = np.full(len(cells), NA, np.int64)
        form: list[int] = []
        tables: list[Ints] = []
        for place, cell in enumerate(cells):
            if cell.is_constant:
                first[place] = cell.first
                continue
            byte, width = self.places[id(cell.source)]
            # A cell of a whole word has no bits that are not its own.
            bits = -1 if width == WORD else (1 << 8 * width) - 1
            table = NO_TABLE if cell.table is None else cell.table.values
            tables.append(table)
            known = cell.source.base, cell.source.scale
            form += [place, byte, bits, *map(_signed, known), _address(table)]
        spans = [(cell.form.least, cell.form.largest) for cell in cells]
        read = np.array([len(tables), self.stride, *form], np.int64)
        return Records(self, read, first, spans, tables)


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of cells as records of bytes, and how they are read.

    `form` is how many cells are read and the length of a record in bytes, then for each its place
    in a row, its first byte, the bits that are its own, what its codes count from and by, and where
    in memory the table begins that has their values instead, 0 where there is none. `first` is a
    row with what is the same in all.
    """

    packed: Packed
    form: Ints
    first: Ints
    # The least and the largest value there may be of each cell.
    spans: Sequence[tuple[int, int]]
    # Of each cell that is read the values of its codes, empty where they are worked out.
    tables: Sequence[Ints]

    @property
    def data(self) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        """The bytes."""
        return self.packed.data

    def column(self, place: int, rows: Ints | slice = EVERY) -> Ints:
        """One cell of some rows, in 64 bits each."""
        count, stride = self.form[:2].tolist()
        forms = self.form[2:].reshape(count, FORM).tolist()
        for (own, byte, bits, base, scale, _), table in zip(forms, self.tables, strict=True):
            if own == place:
                words = np.ndarray(self.packed.count, "<u8", self.data, byte, (stride,))[rows]
                words = words & np.uint64(bits % WORDS)
                if len(table):
                    return np.asarray(table[words])
                found = (words * np.uint64(scale % WORDS) + np.uint64(base % WORDS)).view(np.int64)
                found[words == 0] = NA
                return found
        alike = np.broadcast_to(self.first[place], (self.packed.count,))
        return np.array(alike[rows])

    def rows(self, rows: Ints | slice) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """Some rows, in 64 bits a cell."""
        cells = [self.column(place, rows) for place in range(len(self.first))]
        return np.stack(cells, axis=1)


def sources(cells: Iterable[Cell]) -> list[Narrow]:
    """The columns that cells are read from, each once."""
    return list({id(one.source): one.source for one in cells if not one.is_constant}.values())


def pack(columns: Sequence[Narrow], count: int, order: Iterable[Ints | Rows]) -> Packed:
    """Records of columns; `order` are the rows they are of, in blocks, `count` how many in all."""
    places: dict[int, tuple[int, int]] = {}
    stride = 0
    for column in columns:
        width = -(-column.most.bit_length() // 8)
        places[id(column)] = stride, width
        stride += width
    data = np.zeros(count * stride + WORD, np.uint8)
    at = 0
    for rows in order:
        for column in columns:
            offset, width = places[id(column)]
            _write(data[at * stride + offset :], stride, column.codes[rows], width)
        at += len(rows)
    return Packed(data, stride, places, columns, count)


def records(cells: Sequence[Cell], count: int, order: Iterable[Ints | Rows]) -> Records:
    """Rows of cells, packed for these alone."""
    return pack(sources(cells), count, order).read(cells)


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


def _address(table: Ints) -> int:
    """Where in memory a table begins, 0 where there is none."""
    return table.ctypes.data if len(table) else 0


def _signed(number: int) -> int:
    """The same in 64 bits with a sign; what wraps around comes back where it is added."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)
