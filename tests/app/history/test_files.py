"""Histories in files are read exactly, whatever the kind of file."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from app.history.files import UnreadableFile, read_table
from dsl.engine.columns import dry_run, read_history
from tests.programs import compiled

EVENTS = [
    {"event_id": "007", "ts": "2026-01-01T10:00:00Z", "customer_id": "01", "amount": "0.10"},
    {"event_id": "8", "ts": "2026-01-02T10:00:00+08:00", "customer_id": "01", "amount": "20"},
    {"event_id": "9", "ts": "2026-01-03T10:00:00Z", "customer_id": "02", "amount": ""},
]
PROGRAM = 'rule "r": on purchase award 100 points per 1 spent'


def written(folder: Path, kind: str) -> Path:
    """The same three events in a file."""
    path = folder / f"events.{kind}"
    rows = [{"type": "purchase", **event} for event in EVENTS]
    if kind == "parquet":
        amounts = [Decimal("0.10"), Decimal(20), None]
        table = pa.Table.from_pylist(rows).drop_columns("amount")
        pa.parquet.write_table(table.append_column("amount", pa.array(amounts)), path)
    elif kind in ("csv", "tsv"):
        mark = "," if kind == "csv" else "\t"
        lines = [mark.join(rows[0]), *(mark.join(row.values()) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        numbers = ["0.10", "20", "null"]
        lines = [
            json.dumps({**row, "amount": "?"}).replace('"?"', number)
            for row, number in zip(rows, numbers, strict=True)
        ]
        path.write_text("\n".join([*lines, "", "no json", "[1]", ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["parquet", "csv", "tsv", "jsonl", "ndjson"])
def test_every_kind_of_file_is_the_same_history(tmp_path: Path, kind: str) -> None:
    program = compiled(PROGRAM)
    table = read_table(written(tmp_path, kind))
    history, left_out = read_history(program.program, table.rows, table.items)
    assert left_out.to_json() == {}
    assert [history.event_id(row) for row in range(3)] == ["007", "8", "9"]
    run = dry_run(program, history)
    assert run.by_customer() == {"01": {"points": 2000 + 0}}
    assert table.bad_lines == (2 if kind in ("jsonl", "ndjson") else 0)


def test_an_amount_in_json_is_not_rounded(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    exact = "12345678901234.5678"
    path.write_text(
        '{"id": "1", "type": "purchase", "at": "2026-01-01T00:00:00Z", "customer": "c", '
        f'"amount": {exact}}}\n',
        encoding="utf-8",
    )
    assert read_table(path).rows["amount"].to_pylist() == [exact]


def test_line_items_inside_lines_become_a_table(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    events = [
        {"id": "1", "items": [{"sku": "a", "price": 1.50}, {"sku": "b", "fresh": True}]},
        {"id": "2"},
        {"id": "3", "items": [{"sku": "c"}], "nested": {"a": 1}},
    ]
    path.write_text("\n".join(json.dumps(event) for event in events), encoding="utf-8")
    table = read_table(path)
    assert table.items is not None
    assert table.items.to_pylist() == [
        {"event_id": "1", "sku": "a", "price": "1.5", "fresh": None},
        {"event_id": "1", "sku": "b", "price": None, "fresh": "true"},
        {"event_id": "3", "sku": "c", "price": None, "fresh": None},
    ]
    assert pa.types.is_nested(table.rows["nested"].type)


def test_one_value_with_parts_spoils_no_column(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text('{"id": "1", "amount": 5}\n{"id": "2", "amount": [6]}\n', encoding="utf-8")
    table = read_table(path)
    assert table.rows["amount"].to_pylist() == ["5", None]
    assert table.bad_values == {"amount": 1}


def test_lines_with_half_a_character_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(
        '{"id": "1", "note": "\\ud800"}\n{"id": "2", "note": "\\ud83d\\ude00"}\n', encoding="utf-8"
    )
    table = read_table(path)
    assert table.rows.to_pylist() == [{"id": "2", "note": "\N{GRINNING FACE}"}]
    assert table.bad_lines == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.parquet", b"not parquet"),
        ("e.csv", b"a,b\n1\n"),
        ("e.csv", b"a,b\n1,\xff\n"),
        ("e.csv", b""),
        ("e.csv", b"a,b,a\n1,2,3\n"),
        ("e.xlsx", b"x"),
        ("e", b"x"),
        ("missing.jsonl", None),
    ],
)
def test_what_cannot_be_read_is_told_with_the_file(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=name):
        read_table(path)
