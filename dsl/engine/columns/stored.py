"""A history as a table of one row, whose cells are its arrays, and back.

Such a table can be written and mapped: on the way back only texts are copied.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dsl.engine.columns.convert import Column
from dsl.engine.columns.history import History
from dsl.engine.columns.left_out import LeftOut
from dsl.engine.columns.lines import Lines
from dsl.engine.columns.narrow import Narrow, alike
from dsl.meaning.types import Kind, Type

if TYPE_CHECKING:
    from collections.abc import Iterator

# In the table's metadata: names and types, and what was left out.
ABOUT = b"about"
TEXTS, TAGS = pa.large_string(), pa.large_list(pa.large_string())
COUNTED = ("event_types", "columns", "values", "rows")


def to_table(history: History, left_out: LeftOut) -> pa.Table:
    """A history, and what of its files could not be taken."""
    columns, lines = history.columns, history.lines.columns
    about = {
        "types": history.type_names,
        "rows": [_parts(one) for one in _rows(history)],
        "columns": [
            (name, type_.kind.value, type_.decimals, type_.choices, *_told(column))
            for (name, type_), column in columns.items()
        ],
        "lines": [(name, *_told(column)) for name, column in lines.items()],
        "left out": {name: getattr(left_out, name) for name in (*COUNTED, "where")},
    }
    arrays = [
        pa.array(history.customer_ids, TEXTS),
        history.ids,
        *map(_codes, _rows(history)),
    ]
    for column in (*columns.values(), *lines.values()):
        arrays.append(_codes(column.narrow))
        if column.texts is not None:
            arrays.append(pa.array(column.texts, TEXTS))
        if column.tags is not None:
            arrays.append(pa.array(column.tags, TAGS))
    cells = [pa.LargeListArray.from_arrays([0, len(array)], array) for array in arrays]
    table = pa.table(cells, [str(place) for place in range(len(cells))])
    return table.replace_schema_metadata({ABOUT: json.dumps(about).encode()})


def from_table(table: pa.Table) -> tuple[History, LeftOut]:
    """What `to_table` made a table of; its arrays are those of the table, and not to be written."""
    about = json.loads(table.schema.metadata[ABOUT])
    arrays = (column.chunk(0).values for column in table.columns)
    customer_ids, ids = tuple(next(arrays).to_pylist()), next(arrays)
    types, at, customers, starts = (_narrow(arrays, *parts) for parts in about["rows"])
    columns = {
        (name, Type(Kind(kind), decimals, tuple(choices))): _column(arrays, *told)
        for name, kind, decimals, choices, *told in about["columns"]
    }
    lines = {name: _column(arrays, *told) for name, *told in about["lines"]}
    history = History(
        type_names=tuple(about["types"]),
        customer_ids=customer_ids,
        types=types,
        at=at,
        customers=customers,
        ids=ids,
        columns=columns,
        lines=Lines(starts, lines),
    )
    left = about["left out"]
    counts = {name: Counter(left[name]) for name in COUNTED}
    return history, LeftOut(**counts, where=left["where"])


def _rows(history: History) -> tuple[Narrow, ...]:
    """What there is of all rows."""
    return history.types, history.at, history.customers, history.lines.starts


def _codes(narrow: Narrow) -> pa.Array:
    return pa.array(narrow.codes[:1] if narrow.is_constant else narrow.codes)


def _parts(narrow: Narrow) -> tuple[int, ...]:
    """What codes mean, and how many there are."""
    return narrow.base, narrow.scale, narrow.most, len(narrow)


def _told(column: Column) -> tuple[tuple[int, ...], bool, bool]:
    """The same, and whether a column has texts, and tags."""
    return _parts(column.narrow), column.texts is not None, column.tags is not None


def _narrow(arrays: Iterator[Any], base: int, scale: int, most: int, count: int) -> Narrow:
    codes = next(arrays).to_numpy(zero_copy_only=True)
    return Narrow(codes if len(codes) == count else alike(codes, count), base, scale, most)


def _column(
    arrays: Iterator[Any],
    parts: tuple[int, int, int, int],
    has_texts: bool,  # noqa: FBT001
    has_tags: bool,  # noqa: FBT001
) -> Column:
    values = _narrow(arrays, *parts)
    texts = tuple(next(arrays).to_pylist()) if has_texts else None
    tags = tuple(map(tuple, next(arrays).to_pylist())) if has_tags else None
    return Column(values, texts, tags)
