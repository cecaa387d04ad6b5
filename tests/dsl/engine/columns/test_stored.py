"""Histories as tables and back: nothing is lost, and nothing that runs writes into them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from dsl.engine.columns import History, LeftOut, Way, dry_run, read_history
from dsl.engine.columns.convert import Column
from dsl.engine.columns.stored import from_table, to_table
from tests.dsl.engine.columns.made_up import PROGRAMS, history_of
from tests.programs import HEAD, compiled

NOTHING: dict[str, Any] = {name: [] for name in ("event_id", "type", "ts", "customer_id")}
EVENTS: dict[str, Any] = {
    "event_id": ["b", "a", "c", "d", "e"],
    "type": ["purchase", "profile", "dinner", "dance", "review"],
    "ts": ["2026-01-01T00:00:00+08:00"] * 4 + ["yesterday"],
    "customer_id": ["ü", "v", "ü", "v", "v"],
    "amount": ["1.25", None, "many", None, None],
    "room": [None, None, "north", None, None],
    "tags": pa.array([None, ["a", "b"], None, None, None]),
    "weight": ["2", None, "heavy", None, None],
    "mood": ["good"] * 5,
}
LINES = {"event_id": ["b", "b", "z"], "brand": ["x", None, "y"], "price": ["1.5", "2", "3"]}
DECLARED = """
attributes of purchase: weight number
event dinner: weight text, room one of ("north", "south"), amount money
rule "r": on purchase award 1 point
"""


def told(history: History, left_out: LeftOut) -> list[object]:
    """All that a history says, to be compared."""

    def plain(column: Column) -> tuple[object, ...]:
        return column.values.tolist(), column.texts, column.tags

    arrays = (history.types, history.at, history.customers, history.lines.starts)
    return [
        history.type_names,
        history.customer_ids,
        history.ids.to_pylist(),
        *(array.tolist() for array in arrays),
        [(key, *plain(column)) for key, column in history.columns.items()],
        [(name, *plain(column)) for name, column in history.lines.columns.items()],
        left_out,
    ]


@pytest.mark.parametrize(
    ("events", "lines", "events_taken"), [(EVENTS, LINES, 3), (EVENTS, None, 3), (NOTHING, None, 0)]
)
def test_nothing_is_lost(
    events: dict[str, Any], lines: dict[str, Any] | None, events_taken: int
) -> None:
    program = compiled(HEAD + DECLARED).program
    items = None if lines is None else pa.table(lines)
    given = read_history(program, pa.table(events), items)
    found = from_table(to_table(*given))
    assert told(*found) == told(*given)
    assert len(found[0]) == events_taken


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_no_run_writes_into_a_history(text: str) -> None:
    program = compiled(HEAD + text)
    given = history_of(program), LeftOut()
    before = told(*given)
    history, left_out = from_table(to_table(*given))
    assert not any(
        array.codes.flags.writeable for array in (history.at, history.customers, history.types)
    )
    ways: tuple[Way, ...] = ("native", "book", "auto", "python")
    awards = [
        dry_run(program, one, way=way).by_customer() for way in ways for one in (history, given[0])
    ]
    assert all(one == awards[0] for one in awards)
    assert told(history, left_out) == before
