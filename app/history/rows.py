"""Files of events and customers row by row, each row with its place, as the service takes them.

Cells of Parquet and CSV files go by the names of columns; lines of JSON are taken as they are.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from app.history.files import CSV, JSON_LINES, PARQUET, UnreadableFile, named_once
from dsl.meaning.checked import Program
from dsl.meaning.types import Kind, Type
from dsl.meaning.values import json_decimal, json_integer

# Other names of what every row has.
EVENT_NAMES = {"event_id": "id", "ts": "at", "customer_id": "customer"}
CUSTOMER_NAMES = {"customer_id": "customer", "joined_on": "joined"}
EVENT_ESSENTIALS = frozenset({"id", "type", "at", "customer"})
CUSTOMER_ESSENTIALS = frozenset({"customer", "joined"})
TEXTS = frozenset({Kind.TEXT, Kind.CUSTOMER})
BATCH = 20_000

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row and its place: the line it starts in, of Parquet its number; both from 1.

    Where it cannot be read at all, `raw` is None and `why` says so.
    """

    number: int
    raw: Raw | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A file's rows, and the columns that a program has no use for."""

    rows: Sequence[FileRow]
    left_out: tuple[str, ...]


def event_rows(path: Path, program: Program, items: Path | None = None) -> Rows:
    """Events with their line items, which may stand in a file of their own, by event_id.

    Raises UnreadableFile.
    """
    types: dict[str, Type] = {}
    for event in program.events.values():
        types.update((info.name, info.type) for info in event.attributes.values())
    types.update((info.name, info.type) for info in program.customer_attributes.values())
    found = _rows(path, EVENT_NAMES, EVENT_ESSENTIALS, types)
    if items is None:
        return found
    lines, left_out = _lines(items, program)
    for row in found.rows:
        own = lines.get(str(row.raw.get("id"))) if row.raw is not None else None
        if row.raw is not None and own is not None:
            row.raw["items"] = own
    return Rows(found.rows, (*found.left_out, *left_out))


def customer_rows(path: Path, program: Program) -> Rows:
    """Customers with their attributes; raises UnreadableFile."""
    types = {info.name: info.type for info in program.customer_attributes.values()}
    return _rows(path, CUSTOMER_NAMES, CUSTOMER_ESSENTIALS, types)


def _lines(path: Path, program: Program) -> tuple[dict[str, list[Raw]], tuple[str, ...]]:
    types = {info.name: info.type for info in program.item_attributes.values()}
    found = _rows(path, {}, frozenset({"event_id"}), types)
    lines: dict[str, list[Raw]] = {}
    for row in found.rows:
        if row.raw is None:
            raise UnreadableFile(path, f"{row.number}: {row.why}")
        event_id = str(row.raw.pop("event_id", ""))
        lines.setdefault(event_id, []).append(row.raw)
    return lines, tuple(f"items.{name}" for name in found.left_out)


def _rows(
    path: Path, names: Mapping[str, str], essentials: frozenset[str], types: Mapping[str, Type]
) -> Rows:
    kind = path.suffix.lower()
    try:
        if kind in JSON_LINES:
            return Rows([_renamed(row, names) for row in _json_rows(path)], ())
        if kind in CSV:
            cells = _csv_rows(path)
        elif kind in PARQUET:
            cells = _parquet_rows(path)
        else:
            raise UnreadableFile(path, "not a .parquet, .csv, .tsv, .jsonl or .ndjson file")
        return _tabular([_renamed(row, names) for row in cells], essentials, types)
    except OSError as error:
        raise UnreadableFile(path, error.strerror or str(error)) from error
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(path, str(error)) from error


def _json_rows(path: Path) -> Iterator[FileRow]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line, parse_float=json_decimal, parse_int=json_integer)
            except (ValueError, RecursionError) as error:
                yield FileRow(number, None, f"not JSON: {error}")
                continue
            if isinstance(value, dict):
                yield FileRow(number, value)
            else:
                yield FileRow(number, None, "not a JSON object")


def _csv_rows(path: Path) -> Iterator[FileRow]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        header = next(reader, [])
        named_once(path, header)
        before = reader.line_num
        for cells in reader:
            number, before = before + 1, reader.line_num
            if not cells:
                continue
            if len(cells) != len(header):
                yield FileRow(number, None, f"{len(cells)} cells, where {len(header)} are named")
                continue
            yield FileRow(number, dict(zip(header, cells, strict=True)))


def _parquet_rows(path: Path) -> Iterator[FileRow]:
    number = 0
    with pyarrow.parquet.ParquetFile(path) as file:
        named_once(path, file.schema_arrow.names)
        for batch in file.iter_batches(BATCH):
            for raw in batch.to_pylist():
                number += 1
                yield FileRow(number, {name: _exact(value) for name, value in raw.items()})


def _exact(value: object) -> object:
    """A binary fraction as the shortest decimal that means it."""
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    return value


def _renamed(row: FileRow, names: Mapping[str, str]) -> FileRow:
    raw = row.raw
    if raw is None or not any(name in raw for name in names):
        return row
    # What goes by its own name already is not overwritten by another.
    named = {
        names[name] if name in names and names[name] not in raw else name: value
        for name, value in raw.items()
    }
    return FileRow(row.number, named)


def _tabular(
    rows: Sequence[FileRow], essentials: frozenset[str], types: Mapping[str, Type]
) -> Rows:
    """Rows with only the columns somebody knows, empty cells absent, numbers of ids as texts."""
    left_out: dict[str, None] = {}
    for row in rows:
        if row.raw is None:
            continue
        for name, value in list(row.raw.items()):
            type_ = types.get(name)
            if name not in essentials and (type_ is None or type_.kind is Kind.LIST):
                left_out[name] = None
                del row.raw[name]
            elif value is None or value == "":
                del row.raw[name]
            elif _is_whole(value) and (name in essentials or (type_ and type_.kind in TEXTS)):
                row.raw[name] = str(value)
            elif name == "joined" and isinstance(value, dt.date):
                row.raw[name] = value.isoformat()
    return Rows(rows, tuple(left_out))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
