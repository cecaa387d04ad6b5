"""Contents of events become tables of texts, quickly or row by row, all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.history.tables import joined, load_exact, tables_of, tables_of_contents

HEAD = {"id": "e1", "at": "2026-01-01T00:00:00+00:00", "customer": "c", "type": "purchase"}
Event = dict[str, Any]


def both(*events: Event) -> list[tuple[list[Event], list[Event]]]:
    contents = [json.dumps({**HEAD, **event}, ensure_ascii=False) for event in events]
    ways = tables_of_contents(contents), tables_of([load_exact(text) for text in contents])
    return [(rows.to_pylist(), _ordered(items.to_pylist())) for rows, items in ways]


def _ordered(rows: list[Event]) -> list[Event]:
    return [dict(sorted(row.items())) for row in rows]


@pytest.mark.parametrize(
    "events",
    [
        [{}],
        [{"amount": "250"}, {"id": "e2", "store": "漢字 “x”\n\t\\"}],
        [
            {"day": "2026-01-01"},
            {"day": "2026-01-01 10:00:00", "when": "2026-01-01T10:00:00+00:00"},
        ],
        [{"flag": True}, {"flag": False}, {}],
        [{"mixed": True}, {"mixed": "yes"}],
        [{"items": [{"sku": "a", "amount": "1.5"}, {"sku": "2026-01-01"}]}, {"id": "e2"}],
        [{"items": []}, {"items": [{}]}],
        [{"items": [{"sku": "a", "fresh": True}]}, {"id": "e2", "items": [{"brand": "b"}]}],
        [{"items": [{"sku": True}, {"sku": "a"}]}],
        [{"dishes": [{"sku": "a"}]}, {"dishes": []}, {}],
        [{"dishes": [{"sku": "a"}]}, {"dishes": "soup"}, {}],
    ],
)
def test_both_ways_are_the_same(events: list[Event]) -> None:
    quick, slow = both(*events)
    assert quick == slow


def test_a_number_keeps_its_digits() -> None:
    rows, _ = both({"amount": "12345678901234.5678"}, {"amount": "0.0001"})[0]
    assert [row["amount"] for row in rows] == ["12345678901234.5678", "0.0001"]


def test_a_name_of_lists_and_of_texts_keeps_its_texts() -> None:
    listed, told = {**HEAD, "dishes": [{"sku": "a"}]}, {**HEAD, "dishes": "soup"}
    together = tables_of([listed, told])[0]
    apart = joined(tables_of([one])[0] for one in (listed, told))
    assert together["dishes"].to_pylist() == apart["dishes"].to_pylist() == [None, "soup"]


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "{", ""])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no number|Expecting"):
        load_exact(text)
