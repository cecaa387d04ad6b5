"""A history as a table of one row, whose cells are its arrays, and back.

Such a table can be written and mapped: on the way back only texts are copied.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dsl.engine.columns.convert import Column, Ints
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
        "columns": [
            (name, type_.kind.value, type_.decimals, type_.choices, _parts(column))
            for (name, type_), column in columns.items()
        ],
        "lines": [(name, _parts(column)) for name, column in lines.items()],
        "left out": {name: getattr(left_out, name) for name in (*COUNTED, "where")},
    }
    arrays = [
        pa.array(history.customer_ids, TEXTS),
        history.ids,
        *map(pa.array, (history.types, history.at, history.customers, history.lines.starts)),
    ]
    for column in (*columns.values(), *lines.values()):
        codes = column.narrow.codes
        arrays.append(pa.array(codes[:1] if column.narrow.is_constant else codes))
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
    types, at, customers, starts = (_ints(next(arrays)) for _ in range(4))
    columns = {
        (name, Type(Kind(kind), decimals, tuple(choices))): _column(arrays, *parts)
        for name, kind, decimals, choices, parts in about["columns"]
    }
    lines = {name: _column(arrays, *parts) for name, parts in about["lines"]}
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


def _parts(column: Column) -> tuple[int | bool, ...]:
    """What a column's codes mean, how many there are, whether it has texts, and tags."""
    own = column.narrow
    return (
        own.base,
        own.scale,
        own.most,
        len(own),
        column.texts is not None,
        column.tags is not None,
    )


def _column(
    arrays: Iterator[Any],
    base: int,
    scale: int,
    most: int,
    count: int,
    has_texts: bool,  # noqa: FBT001
    has_tags: bool,  # noqa: FBT001
) -> Column:
    codes = next(arrays).to_numpy(zero_copy_only=True)
    values = Narrow(codes if len(codes) == count else alike(codes, count), base, scale, most)
    texts = tuple(next(arrays).to_pylist()) if has_texts else None
    tags = tuple(map(tuple, next(arrays).to_pylist())) if has_tags else None
    return Column(values, texts, tags)


def _ints(array: pa.Array) -> Ints:
    found: Ints = array.to_numpy(zero_copy_only=True)
    return found
