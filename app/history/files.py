"""Histories in files: Parquet, CSV and JSON lines as Arrow tables.

Source of the columns: docs/operations.md, "Files".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from app.history.tables import NESTED, Row, joined, load_exact, tables_of

PARQUET = (".parquet", ".pq")
CSV = (".csv", ".tsv")
JSON_LINES = (".jsonl", ".ndjson", ".json")
BATCH = 20_000
IDS = ("event_id", "id")
# How lines of JSON write half of a character, which no table holds.
ESCAPE = b"\\u"


class UnreadableFile(ValueError):
    """A file is none of the kinds that are read, or not what its name says; `why` is for people."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path, self.why = path, why


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its rows, the line items inside them, and what of it could not be taken.

    `bad_lines` are no rows, `bad_places` say which lines those are, from 0; `bad_values` have parts
    of their own where others of their name have none, counted by name.
    """

    rows: pa.Table
    items: pa.Table | None = None
    bad_lines: int = 0
    bad_places: Sequence[int] = ()
    bad_values: Mapping[str, int] = field(default_factory=dict)


def read_table(path: Path) -> Table:
    """The rows of a file, by the ending of its name; raises UnreadableFile."""
    kind = path.suffix.lower()
    try:
        if kind in PARQUET:
            return Table(_read_parquet(path))
        if kind in CSV:
            return Table(_read_csv(path))
        if kind in JSON_LINES:
            return _read_json_lines(path)
    except OSError as error:
        raise UnreadableFile(path, error.strerror or str(error)) from error
    except pa.ArrowException as error:
        raise UnreadableFile(path, str(error)) from error
    raise UnreadableFile(path, "not a .parquet, .csv, .tsv, .jsonl or .ndjson file")


def _read_parquet(path: Path) -> pa.Table:
    """Texts as codes, as the file has them, but for ids, of which there is one an event."""
    schema = pyarrow.parquet.read_schema(path)
    named_once(path, schema.names)
    coded = [one.name for one in schema if pa.types.is_string(one.type) and one.name not in IDS]
    return pyarrow.parquet.read_table(path, read_dictionary=coded)


def named_once(path: Path, names: Sequence[str]) -> None:
    """Raises UnreadableFile where two columns go by one name: which is meant cannot be known."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnreadableFile(path, f"more than one column is named {', '.join(twice)}")


def _read_csv(path: Path) -> pa.Table:
    """All columns as texts: an id keeps its leading zeros, an amount its decimals."""
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    parse = pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    with pyarrow.csv.open_csv(path, parse_options=parse) as reader:
        names = reader.schema.names
    named_once(path, names)
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    return pyarrow.csv.read_csv(path, parse_options=parse, convert_options=convert)


def _read_json_lines(path: Path) -> Table:
    parts: list[tuple[pa.Table, pa.Table]] = []
    rows: list[Row] = []
    bad: list[int] = []
    nested: Counter[str] = Counter()
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if not line.strip():
                continue
            try:
                row = load_exact(line)
                if ESCAPE in line:
                    # Raises where half of a character is written as an escape.
                    json.dumps(row, ensure_ascii=False).encode()
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                bad.append(number)
                continue
            rows.append(row)
            nested.update(name for name, value in row.items() if isinstance(value, list | dict))
            if len(rows) == BATCH:
                parts.append(tables_of(rows))
                rows = []
    parts.append(tables_of(rows))
    events = joined(part[0] for part in parts)
    items = joined(part[1] for part in parts)
    bad_values = {
        name: count
        for name, count in nested.items()
        if name in events.column_names and events.schema.field(name).type != NESTED
    }
    return Table(events, items if len(items) else None, len(bad), bad, bad_values)
