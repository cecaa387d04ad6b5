"""Rows of a history are those of its events, one by one."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

import dsl
from app.history.tables import load_exact, tables_of, tables_of_contents
from dsl.engine.calendar import instant
from dsl.engine.columns import read_history
from dsl.engine.columns.encode import HistoryEncoder
from dsl.engine.encode import Encoder
from tests.programs import compiled

if TYPE_CHECKING:
    from dsl.meaning.events import Event

# Something of every kind of cell of E and I.
PROGRAM = compiled(
    """
    program "Test" timezone "America/New_York" currency USD
    attributes of purchase: note text, urgent flag, due date, sent datetime, weight number
    attributes of review: weight text
    event dinner: city text, room one of ("north", "south"), friend customer, dishes list
    rule "calendar": on purchase where hour > 3 and day = friday and month = march and time > 10:00
      and date > 2026-01-01 and number of purchases in last 2 months > 1
      and total amount of purchase in this week > 1 and number of purchases in previous quarter > 0
      and streak of purchase in weeks > 1 award 1 point
    rule "texts": on purchase where note starts with "a" and note contains "b"
      and customer ends with "1" and urgent and due = 2026-03-04 and sent > 2026-03-04
      and weight > 1.5 award 1 point
    rule "near": on checkin where distance to (40.7, -74) < 100 award 1 point
    rule "other": on review where weight contains "x" award 1 point
    rule "lines": on purchase where any item (sku starts with "s" and category = "c")
      award 1 point per item (brand = "b")
    rule "tables": on dinner where any item (sku = "soup") and room = "north" and friend is known
      award (total of items) points
    """
)
TEXTS = st.sampled_from(["", "a", "ab", "xab", "soup", "é漢"])
IDS = st.sampled_from(["c1", "c2", "k"])
NUMBERS = st.decimals(-1000, 1000, places=2)
TIMES = st.datetimes(
    dt.datetime(2025, 10, 1),  # noqa: DTZ001 - Hypothesis takes bounds without a zone
    dt.datetime(2026, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.just(dt.UTC),
)
LINES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "sku": TEXTS,
            "category": st.just("c"),
            "brand": TEXTS,
            "price": NUMBERS,
            "quantity": st.integers(0, 3).map(Decimal),
            "amount": NUMBERS,
        },
    ),
    max_size=3,
)
OWN: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "purchase": {
        "amount": NUMBERS,
        "gross": NUMBERS,
        "note": TEXTS,
        "urgent": st.booleans(),
        "due": st.dates(dt.date(1999, 1, 1), dt.date(2030, 1, 1)).map(str),
        "sent": TIMES.map(dt.datetime.isoformat),
        "weight": NUMBERS,
        "items": LINES,
    },
    "review": {"weight": TEXTS, "rating": NUMBERS},
    "checkin": {"lat": st.decimals(-90, 90, places=5), "lon": st.decimals(-180, 180, places=5)},
    "dinner": {
        "city": TEXTS,
        "room": st.sampled_from(["north", "south"]),
        "friend": IDS,
        "dishes": LINES,
    },
    "profile": {
        "city": TEXTS,
        "tags": st.lists(TEXTS, max_size=3),
        "birthday": st.just("2000-02-29"),
    },
}


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Events of every kind, each of its own id."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        type_ = draw(st.sampled_from(sorted(OWN)))
        raw = draw(st.fixed_dictionaries({}, optional=OWN[type_]))
        raw |= {"id": f"e{number}", "type": type_, "at": draw(TIMES).isoformat()}
        read = dsl.read_event({**raw, "customer": draw(IDS)}, PROGRAM.program)
        assert not isinstance(read, tuple), read
        found.append(read)
    return sorted(found, key=lambda event: (event.at, event.id))


@given(events(), st.booleans())
def test_rows_of_a_history_are_those_of_single_events(given: list[Event], quickly: bool) -> None:  # noqa: FBT001 - drawn
    contents = [dsl.canonical_content(event) for event in given]
    tables = (
        tables_of_contents(contents)
        if quickly
        else tables_of([load_exact(content) for content in contents])
    )
    history, left_out = read_history(PROGRAM.program, *tables)
    assert not left_out.values
    one = Encoder(PROGRAM.layout, PROGRAM.clock, PROGRAM.codes)
    all_ = HistoryEncoder(PROGRAM.layout, PROGRAM.clock, PROGRAM.codes, history)
    for row, event in enumerate(given):
        assert all_.matrix[row].tolist() == one.row(event, instant(event.at)), event
        assert all_.lines_of(row) == one.lines(event.items), event


def test_a_column_that_hangs_on_no_text_is_kept_for_the_next_program() -> None:
    content = {
        "id": "e1",
        "type": "purchase",
        "at": "2026-03-01T10:00:00+00:00",
        "customer": "c1",
    }
    history, _ = read_history(PROGRAM.program, *tables_of_contents([json.dumps(content)]))
    for _ in range(2):
        encoder = HistoryEncoder(PROGRAM.layout, PROGRAM.clock, PROGRAM.codes, history)
        kept = dict(history.cells)
        assert len(encoder.matrix) == 1
    assert kept
    assert all(history.cells[key] is cells for key, cells in kept.items())
