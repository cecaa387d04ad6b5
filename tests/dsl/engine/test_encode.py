"""The rows of events and of their lines, cell by cell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dsl.engine import encode
from dsl.engine.calendar import before, from_local, instant, period_index, to_local
from dsl.engine.calendar_cells import local_part
from dsl.engine.cells import DAY_US, E_AT, E_LINES, E_TYPE, NA
from dsl.engine.clock import Clock, first_day
from dsl.engine.encode import Codes, Encoder, encoder_of, item_value
from dsl.engine.layout import Layout
from dsl.meaning import catalogue
from dsl.meaning.checked import Program
from dsl.meaning.events import Event

if TYPE_CHECKING:
    from dsl.engine.layout import Key

NEW_YORK = "America/New_York"
PROGRAM = Program(
    name="Test",
    timezone=NEW_YORK,
    currency="USD",
    events=catalogue.BUILT_IN_EVENTS,
    customer_attributes=catalogue.CUSTOMER_ATTRIBUTES,
    item_attributes=catalogue.ITEM_ATTRIBUTES,
    units={"points": catalogue.POINTS},
    tiers=(),
    rules=(),
    allowances=(),
)
CALENDAR: list[Key] = [
    *(("local", part) for part in ("date", "time", "hour", "day", "month")),
    *(("period", period) for period in ("day", "week", "month", "quarter", "year")),
    *(("start", period, back) for period in ("day", "week", "month") for back in (0, 1)),
    *(("ago", unit, count) for unit in ("hour", "day", "month", "year") for count in (1, 12)),
]
INSTANTS = st.one_of(
    st.integers(instant(dt.datetime(1900, 1, 2, tzinfo=dt.UTC)), 4_000_000_000_000_000),
    # Round the ends of summer time in New York.
    st.integers(-2 * DAY_US, 2 * DAY_US).map((1_793_512_800_000_000).__add__),
)
NUMBERS = st.decimals(places=4, min_value=-(10**5), max_value=10**5) | st.integers(0, 9).map(
    Decimal
)
TEXTS = st.text("abc", max_size=3)
LINES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["price", "quantity", "amount"], NUMBERS),
            **dict.fromkeys(["sku", "brand"], TEXTS),
        },
    ),
    max_size=4,
)


def calendar_cell(key: Any, at: int) -> int:  # noqa: ANN401 - a key of the calendar
    """What the calendar says of an instant, as it is defined."""
    zone = ZoneInfo(NEW_YORK)
    match key:
        case ("local", part):
            return local_part(part, to_local(at, zone))
        case ("period", period):
            return period_index(to_local(at, zone), period)
        case ("start", period, back):
            first = first_day(period, period_index(to_local(at, zone), period) - back)
            return from_local(first * DAY_US, zone)
        case (_, unit, count):
            return before(at, count, unit, zone)
    raise AssertionError(key)


@given(st.lists(INSTANTS, min_size=1, max_size=6))
def test_the_calendar_is_in_each_row(points: list[int]) -> None:
    layout = Layout(PROGRAM)
    places = [layout.event.place(key) for key in CALENDAR]
    encoder = Encoder(layout, Clock(NEW_YORK), Codes({}))
    for at in points:
        row = encoder.tick(at, "c1")
        assert row[:3] == [0, at, 0]
        assert [row[place] for place in places] == [calendar_cell(key, at) for key in CALENDAR]


@given(
    st.lists(
        st.fixed_dictionaries({}, optional={"amount": NUMBERS, "channel": TEXTS, "score": NUMBERS}),
        min_size=1,
        max_size=3,
    ),
    LINES,
)
def test_known_values_are_whole_numbers_in_their_places(
    given_values: list[dict[str, Any]], items: list[dict[str, Any]]
) -> None:
    layout, codes = Layout(PROGRAM, types={"purchase": 1}), Codes({"web": 1})
    amount, channel = (layout.event.place(("attribute", name)) for name in ("amount", "channel"))
    # Of another type of event.
    score, customer = layout.event.place(("attribute", "score")), layout.event.place(("customer",))
    test = layout.event.place(("test", "contains", "channel", "a"))
    keys: list[Key] = [("attribute", "brand"), ("test", "starts with", "sku", "a")]
    keys += [("attribute", name) for name in ("amount", "quantity", "price")]
    for key in keys:
        known = catalogue.ITEM_ATTRIBUTES.get(str(key[1]))
        layout.line.place(key, None if known is None else known.type)
    encoder = Encoder(layout, Clock("UTC"), codes)
    counted = [item for item in items if item_value(item, "quantity")]
    for number, values in enumerate(given_values):
        at = dt.datetime.fromtimestamp(number, tz=dt.UTC)
        event = Event("e1", "purchase", at, "c1", values, tuple(items))
        row = encoder.row(event, instant(at))
        assert (row[E_TYPE], row[E_AT], row[E_LINES]) == (1, number * 1_000_000, len(counted))
        assert row[amount] == (int(values["amount"] * 10**4) if "amount" in values else NA)
        assert row[channel] == (codes.code(values["channel"]) if "channel" in values else NA)
        assert (row[score], codes.text(row[customer])) == (NA, "c1")
        assert row[test] == encode.tested("contains", values.get("channel"), "a")
    assert encoder.lines(tuple(items)) == [
        line_cell(layout, codes, key, item) for item in counted for key in keys
    ]
    assert encoder.lines(None) == []


def line_cell(layout: Layout, codes: Codes, key: Any, item: dict[str, Any]) -> int:  # noqa: ANN401 - a key
    """What is asked of a line, as it is defined."""
    if key[0] == "test":
        return encode.tested(key[1], item.get(key[2]), key[3])
    value, type_ = item_value(item, key[1]), layout.line.types[key]
    if value is None:
        return NA
    if type_.is_numeric:
        return int(value * 10**type_.decimals)
    return encoder_of(type_, codes)(value)


def test_a_text_keeps_its_code() -> None:
    codes = Codes({"web": 1})
    assert [codes.code(text) for text in ("app", "web", "store", "app")] == [2, 1, 3, 2]
    assert [codes.text(code) for code in (1, 2, 3)] == ["web", "app", "store"]
