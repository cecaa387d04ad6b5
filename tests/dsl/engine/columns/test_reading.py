"""Tables become a history; what cannot be taken is counted, and named by its first rows."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dsl.engine.columns import MissingColumnError, read_history
from tests.programs import HEAD, compiled


def test_nothing_is_left_out_without_being_counted() -> None:
    program = compiled(HEAD + 'rule "r": on purchase award 1 point')
    table = pa.table(
        {
            "event_id": ["a", "a", "b", "c", None, "d"],
            "type": ["purchase", "purchase", "purchase", "dance", "purchase", "purchase"],
            "ts": ["2026-01-01T00:00:00Z"] * 5 + ["2026-01-01"],
            "customer_id": ["c1"] * 6,
            "amount": ["1", "1", "many", "1", "1", "1"],
            "items": [1, 2, 3, 4, 5, 6],
            "mood": ["good"] * 6,
        }
    )
    lines = pa.table({"event_id": ["a", "z"], "sku": ["x", "y"], "weight": [1, 2]})
    history, left_out = read_history(program.program, table, lines)
    assert len(history) == 2
    assert left_out.to_json() == {
        "event_types": {"dance": 1},
        "columns": {"items": 1, "items.weight": 1, "mood": 1},
        "values": {"amount": 1},
        "rows": {
            "event_id seen before": 1,
            "lines without event": 1,
            "no event_id": 1,
            "ts is no time with offset": 1,
        },
        "where": {
            "event_types": {"dance": [4]},
            "values": {"amount": [3]},
            "rows": {
                "event_id seen before": [2],
                "lines without event": [2],
                "no event_id": [5],
                "ts is no time with offset": [6],
            },
        },
    }


def test_the_first_rows_of_what_is_left_out_are_named() -> None:
    program = compiled(HEAD + 'rule "r": on purchase award 1 point')
    count = 40
    table = pa.table(
        {
            "event_id": [f"e{n:02}" for n in range(count)],
            "type": ["purchase", "dance"] * (count // 2),
            "ts": ["2026-01-01T00:00:00Z"] * count,
            "customer_id": ["c"] * count,
            "amount": [None if n % 3 else "10000000000000000" for n in range(count)],
        }
    )
    _, left_out = read_history(program.program, table)
    # A column no value of which can be taken is left out whole.
    assert left_out.to_json() == {
        "event_types": {"dance": 20},
        "columns": {"amount": 1},
        "where": {"event_types": {"dance": [2, 4, 6]}},
    }


def test_a_history_without_times_is_refused_by_the_column() -> None:
    program = compiled(HEAD + 'rule "r": on purchase award 1 point')
    table = pa.table({"event_id": ["a"], "type": ["purchase"], "customer_id": ["c"]})
    with pytest.raises(MissingColumnError, match="ts or at"):
        read_history(program.program, table)
