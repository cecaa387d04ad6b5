"""Files row by row: places, names, values as the service takes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from app.history.files import UnreadableFile
from app.history.rows import customer_rows, event_rows
from tests.programs import checked

PROGRAM = checked("attributes of customer: size text, vip flag\nevent purchase: note text")


def test_csv_rows_have_the_line_they_start_in(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(
        "event_id,type,ts,customer_id,amount,note,week\n"
        'e1,purchase,2026-01-01T00:00:00Z,c1,2.50,"two\nlines",1\n'
        "\n"
        "e2,purchase,2026-01-01T00:00:00Z,c1\n"
        "e3,purchase,2026-01-01T00:00:00Z,c1,,,2\n",
        encoding="utf-8",
    )
    found = event_rows(path, PROGRAM)
    assert [(row.number, row.why) for row in found.rows] == [
        (2, ""),
        (5, "4 cells, where 7 are named"),
        (6, ""),
    ]
    assert found.rows[0].raw == {
        "id": "e1",
        "type": "purchase",
        "at": "2026-01-01T00:00:00Z",
        "customer": "c1",
        "amount": "2.50",
        "note": "two\nlines",
    }
    assert found.rows[2].raw is not None
    assert "amount" not in found.rows[2].raw
    assert found.left_out == ("week",)


def test_lines_of_json_are_taken_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text('{"event_id": "e1", "amount": 0.1, "week": 3}\n{"a"\n[]\n', encoding="utf-8")
    found = event_rows(path, PROGRAM)
    assert found.rows[0].raw == {"id": "e1", "amount": Decimal("0.1"), "week": 3}
    assert [row.raw is None for row in found.rows] == [False, True, True]
    assert found.rows[1].why.startswith("not JSON")
    assert found.left_out == ()


def test_a_number_beyond_every_measure_spoils_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(
        f'{{"id": "1", "amount": 1e{"9" * 30}}}\n{{"id": "2", "amount": {"9" * 5_000}}}\n'
        '{"id": "3", "amount": 1.50}\n',
        encoding="utf-8",
    )
    rows = event_rows(path, PROGRAM).rows
    assert [(row.number, row.why) for row in rows] == [(1, ""), (2, ""), (3, "")]
    assert rows[2].raw == {"id": "3", "amount": Decimal("1.50")}


def test_parquet_cells_become_exact_values(tmp_path: Path) -> None:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    path = tmp_path / "e.parquet"
    table = pa.table(
        {
            "event_id": pa.array([1]),
            "type": ["purchase"],
            "ts": pa.array([at], pa.timestamp("us", "UTC")),
            "customer_id": pa.array([7]),
            "amount": pa.array([0.1]),
            "gross": pa.array([float("nan")]),
            "items": pa.array([3]),
            "store": pa.array([12]),
        }
    )
    pa.parquet.write_table(table, path)
    found = event_rows(path, PROGRAM)
    assert found.rows[0].raw == {
        "id": "1",
        "type": "purchase",
        "at": at,
        "customer": "7",
        "amount": Decimal("0.1"),
        "store": "12",
    }
    assert found.left_out == ("items",)


def test_line_items_come_from_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("id,type\ne1,purchase\ne2,purchase\n", encoding="utf-8")
    (tmp_path / "i.csv").write_text(
        "event_id,sku,price,aisle\ne1,a,1.5,x\ne1,b,,x\n", encoding="utf-8"
    )
    found = event_rows(tmp_path / "e.csv", PROGRAM, tmp_path / "i.csv")
    assert [row.raw for row in found.rows] == [
        {"id": "e1", "type": "purchase", "items": [{"sku": "a", "price": "1.5"}, {"sku": "b"}]},
        {"id": "e2", "type": "purchase"},
    ]
    assert found.left_out == ("items.aisle",)


def test_customers_have_their_day_of_joining(tmp_path: Path) -> None:
    path = tmp_path / "c.parquet"
    table = pa.table(
        {
            "customer_id": ["c1", "c2"],
            "joined_on": pa.array([dt.date(2026, 1, 2), None]),
            "size": pa.array([3, None]),
            "vip": [True, False],
            "income": [1, 2],
        }
    )
    pa.parquet.write_table(table, path)
    found = customer_rows(path, PROGRAM)
    assert [row.raw for row in found.rows] == [
        {"customer": "c1", "joined": "2026-01-02", "size": "3", "vip": True},
        {"customer": "c2", "vip": False},
    ]
    assert found.left_out == ("income",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.csv", b"a\n\xff\n"),
        ("e.csv", b"id,amount,amount\n1,2,3\n"),
        ("e.parquet", b"x"),
        ("e.txt", b"x"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=name):
        event_rows(tmp_path / name, PROGRAM)
