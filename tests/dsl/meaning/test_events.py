"""Events as they are sent, read once and for all."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dsl.meaning import catalogue
from dsl.meaning.checked import Program
from dsl.meaning.events import (
    Event,
    FieldProblem,
    canonical_content,
    content_hash,
    read_event,
    read_recorded,
    read_time,
    render_field,
)
from dsl.meaning.types import AttributeInfo, EventType, Type

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = "2026-11-22T10:00:00+08:00"
DINNER = EventType(
    "dinner",
    {
        info.name: info
        for info in (
            AttributeInfo("room", Type(catalogue.TEXT.kind, choices=("north", "south"))),
            AttributeInfo("day", catalogue.DECLARED_TYPES["date"]),
            AttributeInfo("seated", catalogue.DECLARED_TYPES["datetime"]),
            AttributeInfo("birthday", catalogue.DECLARED_TYPES["flag"]),
            AttributeInfo("friend", catalogue.DECLARED_TYPES["customer"]),
            AttributeInfo("dishes", catalogue.DECLARED_TYPES["list"]),
        )
    },
)
PROGRAM = Program(
    name="Test",
    timezone="Asia/Shanghai",
    currency="CNY",
    events={
        **catalogue.BUILT_IN_EVENTS,
        "dinner": DINNER,
        "profile": EventType("profile", catalogue.CUSTOMER_ATTRIBUTES),
    },
    customer_attributes=catalogue.CUSTOMER_ATTRIBUTES,
    item_attributes=catalogue.ITEM_ATTRIBUTES,
    units={"points": catalogue.POINTS},
    tiers=(),
    rules=(),
    allowances=(),
)


def given(**raw: Any) -> dict[str, Any]:  # noqa: ANN401 - as JSON has it
    return {"id": "e1", "type": "purchase", "at": AT, "customer": "c1", **raw}


def read(**raw: Any) -> Event:  # noqa: ANN401 - as JSON has it
    event = read_event(given(**raw), PROGRAM)
    assert isinstance(event, Event), event
    return event


def problems(**raw: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - as JSON has it
    found = read_event(given(**raw), PROGRAM)
    assert isinstance(found, tuple), found
    assert all(render_field(problem) for problem in found)
    return [(problem.field, problem.code) for problem in found]


def test_an_event_is_typed_exact_and_in_utc() -> None:
    assert read(amount="250.00", channel="web", items=[{"sku": "A", "quantity": 2}]) == Event(
        id="e1",
        type="purchase",
        at=dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC),
        customer="c1",
        attributes={"amount": Decimal(250), "channel": "web"},
        items=({"sku": "A", "quantity": Decimal(2)},),
    )


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (250, "250"),
        ("250", "250"),
        ("-0.5", "-0.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1.2300000"), "1.23"),
        (Decimal("-0"), "0"),
        (Decimal("0E+999999"), "0"),
        ("99999999999999.9999", "99999999999999.9999"),
    ],
)
def test_numbers_are_exact(value: object, number: str) -> None:
    event = read(amount=value)
    assert event.attributes == {"amount": Decimal(number)}
    assert json.loads(canonical_content(event))["amount"] == number


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (2.5, "not-exact"),
        (float("nan"), "not-exact"),
        (Decimal("NaN"), "not-a-number"),
        (Decimal("Infinity"), "not-a-number"),
        (True, "not-a-number"),
        ("", "not-a-number"),
        ("1e3", "not-a-number"),
        ("\N{FULLWIDTH DIGIT ONE}", "not-a-number"),
        ([], "not-a-number"),
        ({"a": 1}, "not-a-number"),
        (Decimal("0.00001"), "too-many-decimals"),
        ("1.00001", "too-many-decimals"),
        (Decimal("1E-999999"), "too-many-decimals"),
        (10**14, "too-large"),
        (Decimal("1E+999999"), "too-large"),
        (Decimal(10) ** 14, "too-large"),
    ],
)
def test_a_number_that_is_not_exact_and_in_range_is_refused(value: object, code: str) -> None:
    assert problems(amount=value) == [("amount", code)]


def test_a_number_too_long_to_be_shown_is_refused() -> None:
    assert problems(amount=10**5000, id=10**5000) == [("id", "not-a-text"), ("amount", "too-large")]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (None, "missing"),
        ("2026-11-22", "no-time-of-day"),
        (dt.date(2026, 11, 22), "no-time-of-day"),
        ("2026-11-22T10:00:00", "no-offset"),
        (dt.datetime(2026, 11, 22, 10), "no-offset"),  # noqa: DTZ001 - what is refused
        ("2026-02-30T10:00:00Z", "not-a-time"),
        ("2026-11-22T25:00:00Z", "not-a-time"),
        ("2026-11-22T10:00:00Zulu", "not-a-time"),
        ("2026-11-22T10:00:00+99:00", "not-a-time"),
        ("2026-W47-7T10:00:00Z", "not-a-time"),
        ("yesterday", "not-a-time"),
        (1763777777, "not-a-time"),
        ("0001-01-01T00:00:00+08:00", "not-a-time"),
        ("1899-12-31T23:59:59Z", "out-of-range"),
        ("9999-12-31T23:59:59Z", "out-of-range"),
    ],
)
def test_a_time_needs_its_offset(at: object, code: str) -> None:
    assert problems(at=at) == [("at", code)]


@pytest.mark.parametrize(
    ("at", "utc"),
    [
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00"),
        ("2026-11-22 10:00+0530", "2026-11-22T04:30:00"),
        ("2026-11-22t10:00:00.25z", "2026-11-22T10:00:00.250000"),
        (dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), "2026-11-22T10:00:00"),
    ],
)
def test_times_are_in_utc(at: object, utc: str) -> None:
    assert read_time(at) == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert read_time("2026-11-22T10:00:00") is None


@pytest.mark.parametrize("name", ["id", "customer"])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "missing"),
        ("", "empty"),
        (1, "not-a-text"),
        ("x" * 201, "too-long"),
        ("a\nb", "control-character"),
        ("a\0b", "control-character"),
        ("\ud800", "control-character"),
    ],
)
def test_an_id_has_1_to_200_printable_characters(name: str, value: object, code: str) -> None:
    assert problems(**{name: value}) == [(name, code)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"amout": 1}, FieldProblem("amout", "unknown-field", {"suggestion": "amount"})),
        ({"colour": "red"}, FieldProblem("colour", "unknown-field", {})),
        ({"items": "A"}, FieldProblem("items", "not-a-list", {})),
        ({"items": ["A"]}, FieldProblem("items[0]", "not-an-object", {})),
        (
            {"items": [{}, {"prise": 1}]},
            FieldProblem("items[1].prise", "unknown-field", {"suggestion": "price"}),
        ),
        (
            {"items": [{}, {}, {"price": "cheap"}]},
            FieldProblem("items[2].price", "not-a-number", {"found": "cheap"}),
        ),
        (
            {"items": [{}] * 10_001},
            FieldProblem("items", "too-many-lines", {"limit": "10000"}),
        ),
        (
            {"items": [{"price": "99999999", "quantity": 101}]},
            FieldProblem("items", "too-large", {"limit": "10,000,000,000"}),
        ),
        ({"channel": 7}, FieldProblem("channel", "not-a-text", {"found": "7"})),
        ({"channel": "x" * 1001}, FieldProblem("channel", "too-long", {"limit": "1000"})),
        ({"channel": "\0"}, FieldProblem("channel", "control-character", {})),
        ({"channel": "\udfff"}, FieldProblem("channel", "control-character", {})),
        (
            {"type": "purchse"},
            FieldProblem("type", "unknown-event", {"found": "purchse", "suggestion": "purchase"}),
        ),
        (
            {"type": "dinner", "room": "nort"},
            FieldProblem(
                "room",
                "not-a-choice",
                {"found": "nort", "choices": "`north`, `south`", "suggestion": "north"},
            ),
        ),
        (
            {"type": "dinner", "day": "2026-02-30"},
            FieldProblem("day", "not-a-date", {"found": "2026-02-30"}),
        ),
        (
            {"type": "dinner", "birthday": "yes"},
            FieldProblem("birthday", "not-a-flag", {"found": "yes"}),
        ),
        ({"type": "dinner", "friend": ""}, FieldProblem("friend", "empty", {})),
    ],
)
def test_a_wrong_field_is_named_by_its_path(
    raw: Mapping[str, object], expected: FieldProblem
) -> None:
    assert read_event(given(**raw), PROGRAM) == (expected,)


def test_all_problems_of_an_event_are_told_at_once() -> None:
    assert problems(id="", at="now", amount="x", items=[{"price": "y"}], colour=1) == [
        ("id", "empty"),
        ("at", "not-a-time"),
        ("amount", "not-a-number"),
        ("items[0].price", "not-a-number"),
        ("colour", "unknown-field"),
    ]
    assert read_event([], PROGRAM) == (FieldProblem("", "not-an-object", {}),)


def test_every_type_an_event_may_declare_is_read() -> None:
    event = read(
        type="dinner",
        room="north",
        day="2026-11-22",
        seated="2026-11-22T19:00:00+08:00",
        birthday=True,
        friend="c2",
        dishes=[{"sku": "soup", "amount": "0.12345678"}],
    )
    assert dict(event.attributes) == {
        "room": "north",
        "day": dt.date(2026, 11, 22),
        "seated": dt.datetime(2026, 11, 22, 11, tzinfo=dt.UTC),
        "birthday": True,
        "friend": "c2",
    }
    assert event.lists == {"dishes": ({"sku": "soup", "amount": Decimal("0.12345678")},)}
    assert read_recorded(json.loads(canonical_content(event)), PROGRAM) == event


def test_null_is_absent() -> None:
    assert read(amount=None, gross="12.50").attributes == {"gross": Decimal("12.5")}
    assert read(amount=0, gross="12.50").attributes["amount"] == 0
    assert read(items=None).items is None
    assert read(items=[]).items == ()


def test_tags_are_texts_each_once_in_order() -> None:
    found = read(type="profile", tags=["vip", "new", "vip"])
    assert found.attributes["tags"] == ("new", "vip")
    again = read_recorded(json.loads(canonical_content(found)), PROGRAM)
    assert again.attributes["tags"] == ("new", "vip")
    assert problems(type="profile", tags="vip") == [("tags", "not-tags")]
    assert problems(type="profile", tags=[5]) == [("tags", "not-a-text")]
    assert problems(type="profile", tags=["a"] * 1001) == [("tags", "too-many-tags")]


def test_the_one_list_of_an_event_is_its_items_under_its_own_name() -> None:
    found = read(type="dinner", dishes=[{"sku": "A"}])
    assert found.items == found.lists["dishes"] == ({"sku": "A"},)
    content = json.loads(canonical_content(found))
    assert content["dishes"] == [{"sku": "A"}]
    assert "items" not in content
    assert read_recorded(content, PROGRAM) == found


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"amount": 250}, {"amount": "250.00"}),
        ({"amount": 250}, {"amount": Decimal("2.5E+2")}),
        ({"at": "2026-11-22T10:00:00+08:00"}, {"at": "2026-11-22T02:00:00.000Z"}),
        ({"items": [{"sku": "a", "price": 1}]}, {"items": [{"price": "1.0", "sku": "a"}]}),
        ({"channel": None}, {}),
    ],
)
def test_equal_content_has_one_form(left: dict[str, object], right: dict[str, object]) -> None:
    one, other = canonical_content(read(**left)), canonical_content(read(**right))
    assert one == other
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"amount": 250}, {"amount": 251}),
        ({"channel": "250"}, {"channel": "250.00"}),
        ({"items": []}, {}),
        ({"items": [{"sku": "a"}, {"sku": "b"}]}, {"items": [{"sku": "b"}, {"sku": "a"}]}),
    ],
)
def test_other_content_has_another_form(left: dict[str, object], right: dict[str, object]) -> None:
    assert canonical_content(read(**left)) != canonical_content(read(**right))


def test_what_cannot_be_read_is_left_out_and_told_where_that_is_asked() -> None:
    left_out: list[FieldProblem] = []
    raw = given(amount=1, colour="red", items=[{"price": "x", "sku": "a"}])
    event = read_event(raw, PROGRAM, left_out=left_out)
    assert isinstance(event, Event)
    assert (event.attributes, event.items) == ({"amount": Decimal(1)}, ({"sku": "a"},))
    assert [problem.field for problem in left_out] == ["colour", "items[0].price"]
    assert read_event({**raw, "at": "now"}, PROGRAM, left_out=[]) == (
        FieldProblem("at", "not-a-time", {"found": "now"}),
    )


def test_what_a_program_no_longer_knows_is_left_out_of_a_recorded_event() -> None:
    event = read(type="dinner", room="north", friend="c2")
    before = json.loads(canonical_content(event))
    assert read_recorded({**before, "room": "west"}, PROGRAM).attributes == {"friend": "c2"}
    assert read_recorded({**before, "type": "lunch"}, PROGRAM).attributes == {}
    with pytest.raises(ValueError, match="not a recorded event"):
        read_recorded({}, PROGRAM)


def test_a_problem_is_told_in_words() -> None:
    assert render_field(FieldProblem("amout", "unknown-field", {"suggestion": "amount"})) == (
        "`amout` is not known here: did you mean `amount`?"
    )
    assert render_field(FieldProblem("amount", "too-many-decimals", {"limit": "4"})) == (
        "has more than 4 decimals"
    )
