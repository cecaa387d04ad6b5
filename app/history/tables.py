"""Events as JSON has them, as Arrow tables of texts: what they mean is for a program to say.

A table of events has a column per key; a table of line items has `event_id`, a column per key of a
line and, where lists go by other names than `items`, the list's name. Lists of texts stand in a
column beside, as JSON. Numbers stay the texts they are written as, so that nothing is rounded.
"""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from dsl.engine.columns.lines import OF_LIST
from dsl.engine.columns.reading import LISTED

ITEMS = "items"
EVENT_ID = "event_id"

# What stands for values with parts of their own, which no attribute of a history takes.
NESTED = pa.list_(pa.string())

Row = Mapping[str, Any]


def load_exact(text: str | bytes) -> Any:  # noqa: ANN401 - as JSON has it
    """JSON with its numbers as the texts they are written as; raises ValueError."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=_not_a_number)


def _not_a_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def tables_of(rows: Sequence[Row]) -> tuple[pa.Table, pa.Table]:
    """The events and the line items of rows that `load_exact` read."""
    lines: list[tuple[Any, str, Row]] = []
    listed: dict[str, dict[int, str]] = {}
    for number, row in enumerate(rows):
        for name, value in row.items():
            if not isinstance(value, list):
                continue
            if all(isinstance(one, str) for one in value):
                listed.setdefault(name, {})[number] = json.dumps(value)
            event_id = row.get("event_id", row.get("id"))
            lines += [(event_id, name, line) for line in value if type(line) is dict]
    events = {name: _column([row.get(name) for row in rows]) for name in _names(rows)}
    if any(name == ITEMS for _, name, _ in lines):
        events.pop(ITEMS, None)
    for name, texts in listed.items():
        if name != ITEMS:
            events[f"{name}{LISTED}"] = _column([texts.get(n) for n in range(len(rows))])
    own = [line for _, _, line in lines]
    items = {EVENT_ID: _column([event_id for event_id, _, _ in lines])}
    if any(name != ITEMS for _, name, _ in lines):
        items[OF_LIST] = _column([name for _, name, _ in lines])
    for name in _names(own):
        if name not in (EVENT_ID, OF_LIST):
            items[name] = _column([line.get(name) for line in own])
    return pa.table(events), pa.table(items)


def tables_of_contents(contents: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """The same of canonical contents of events, in which all numbers are texts already."""
    try:
        return _read_whole("\n".join(contents).encode())
    except pa.ArrowException:
        # One name has values of several kinds: row by row each is taken as it is.
        return tables_of([load_exact(content) for content in contents])


def _read_whole(data: bytes) -> tuple[pa.Table, pa.Table]:
    """Arrow's own reading of JSON lines, an order of magnitude quicker than row by row."""
    options = pyarrow.json.ReadOptions(use_threads=False, block_size=len(data) + 1)
    at = pa.schema([("at", pa.string())])
    found = _parsed(data, options, at)
    untimed = pa.schema([(field.name, _untimed(field.type)) for field in found.schema])
    if untimed != found.schema:
        # Texts that look like times were taken for some.
        found = _parsed(data, options, untimed)
    found = found.combine_chunks()
    ids = found["id"].combine_chunks()
    parts: list[pa.Table] = [pa.table({EVENT_ID: pa.array([], pa.string())})]
    listed: dict[str, pa.Array] = {}
    for name in found.column_names:
        if not pa.types.is_list(found[name].type):
            continue
        lists = found[name].combine_chunks()
        if pa.types.is_struct(lists.type.value_type):
            lines = _as_texts(pa.Table.from_struct_array(pc.list_flatten(lists)))
            owners = ids.take(pc.list_parent_indices(lists))
            of = pa.array([name] * len(lines), pa.string())
            parts.append(lines.append_column(EVENT_ID, owners).append_column(OF_LIST, of))
        if name != ITEMS:
            listed[f"{name}{LISTED}"] = _lists_of_texts(lists)
    names = {name for part in parts[1:] for name in part[OF_LIST].unique().to_pylist()}
    items = joined(parts)
    if names <= {ITEMS} and OF_LIST in items.column_names:
        items = items.drop_columns(OF_LIST)
    if ITEMS in names:
        found = found.drop_columns(ITEMS)
    events = _as_texts(found)
    for name, texts in listed.items():
        if texts.null_count < len(texts):
            events = events.append_column(name, texts)
    return events, items


def _lists_of_texts(lists: pa.ListArray) -> pa.Array:
    """Lists of texts as JSON, others absent."""
    return pa.array(
        [
            json.dumps(value)
            if value is not None and all(isinstance(one, str) for one in value)
            else None
            for value in lists.to_pylist()
        ],
        pa.string(),
    )


def _parsed(data: bytes, options: pyarrow.json.ReadOptions, schema: pa.Schema) -> pa.Table:
    parse = pyarrow.json.ParseOptions(explicit_schema=schema)
    return pyarrow.json.read_json(io.BytesIO(data), read_options=options, parse_options=parse)


def _untimed(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_temporal(type_):
        return pa.string()
    if pa.types.is_list(type_):
        return pa.list_(_untimed(type_.value_type))
    if pa.types.is_struct(type_):
        return pa.struct([(field.name, _untimed(field.type)) for field in type_])
    return type_


def _as_texts(table: pa.Table) -> pa.Table:
    """Single values as texts; a column of values with parts as one of lists."""
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_nested(column.type):
            columns[name] = pa.nulls(len(column), NESTED)
        else:
            columns[name] = column.cast(pa.string())
    return pa.table(columns)


def joined(tables: Iterable[pa.Table]) -> pa.Table:
    """The rows of tables one after the other; a column that one lacks is absent there.

    So is one that in this table has values with parts of their own, and in others single ones.
    """
    parts = list(tables)
    single = {field.name for part in parts for field in part.schema if field.type == pa.string()}
    return pa.concat_tables(
        [_without_parts(part, single) for part in parts], promote_options="permissive"
    )


def _without_parts(table: pa.Table, single: Collection[str]) -> pa.Table:
    mixed = [field.name for field in table.schema if field.type == NESTED and field.name in single]
    return table.drop_columns(mixed) if mixed else table


def _names(rows: Iterable[Row]) -> list[str]:
    # Most rows have the same keys in the same order.
    shapes = {tuple(row): None for row in rows}
    return list(dict.fromkeys(name for shape in shapes for name in shape))


def _column(values: list[Any]) -> pa.Array:
    """Texts, a value with parts of its own being absent; of such alone, a column of lists.

    One name may be a list in one kind of event and a text in another.
    """
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        pass
    single = [None if isinstance(value, list | dict) else value for value in values]
    if single != values and not any(value is not None for value in single):
        return pa.nulls(len(values), NESTED)
    return pa.array([_text(value) for value in single], pa.string())


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return ("false", "true")[value] if isinstance(value, bool) else str(value)
