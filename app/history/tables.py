"""Events as JSON has them, as Arrow tables of texts: what they mean is for a program to say.

A table of events has a column per key; a table of line items has `event_id` and a column per key
of a line. Numbers stay the texts they are written as, so that nothing is rounded on the way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

ITEMS = "items"
EVENT_ID = "event_id"
# Of these, a column that every table has goes by its first name.
ID_NAMES = ("event_id", "id")

Row = Mapping[str, Any]


def load_exact(text: str | bytes) -> Any:  # noqa: ANN401 - as JSON has it
    """JSON with its numbers as the texts they are written as; raises ValueError."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=_not_a_number)


def _not_a_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def tables_of(rows: Sequence[Row]) -> tuple[pa.Table, pa.Table]:
    """The events and the line items of rows that `load_exact` read."""
    lines: list[tuple[Any, Row]] = []
    for row in rows:
        items = row.get(ITEMS)
        if isinstance(items, list):
            event_id = row.get("event_id", row.get("id"))
            lines += [(event_id, line) for line in items if type(line) is dict]
    events = {
        name: _column([row.get(name) for row in rows])
        for name in _names(rows)
        if name != ITEMS or not lines
    }
    own = [line for _, line in lines]
    items = {EVENT_ID: _column([event_id for event_id, _ in lines])}
    for name in _names(own):
        if name != EVENT_ID:
            items[name] = _column([line.get(name) for line in own])
    return pa.table(events), pa.table(items)


def joined(tables: Iterable[pa.Table]) -> pa.Table:
    """The rows of tables one after the other; a column that one lacks is absent there."""
    return pa.concat_tables(tables, promote_options="permissive")


def _names(rows: Iterable[Row]) -> list[str]:
    # Most rows have the same keys in the same order.
    shapes = {tuple(row): None for row in rows}
    return list(dict.fromkeys(name for shape in shapes for name in shape))


def _column(values: list[Any]) -> pa.Array:
    """Texts; where a value has parts of its own, a column of lists, which no attribute takes."""
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        pass
    if any(isinstance(value, list | dict) for value in values):
        return pa.nulls(len(values), pa.list_(pa.string()))
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return ("false", "true")[value] if isinstance(value, bool) else str(value)
