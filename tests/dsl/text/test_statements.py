"""Triggers of rules: read, written, refused."""

from __future__ import annotations

import datetime as dt

import pytest

from dsl.text import ast
from dsl.text.diagnostics import BadLiteral
from dsl.text.format import format_text
from dsl.text.parse import parse
from tests.dsl.text.reading import (
    GOLD,
    NAME,
    NUMBER,
    POINTS,
    PURCHASE,
    TEXT,
    TIME,
    TRIGGER,
    days,
    marked,
    name,
    rule_of,
    syntax,
)

NINE = ast.Time(dt.time(9))
LAPSED = name("lapsed")

TRIGGERS: dict[str, ast.Trigger] = {
    "purchase or review": ast.EventTrigger((PURCHASE, name("review"))),
    "`birthday`": ast.EventTrigger((name("birthday"),)),
    "birthday": ast.Birthday(),
    "anniversary": ast.Anniversary(),
    "7 days before birthday": ast.Around(days(7), "before", name("birthday")),
    "7 days after anniversary": ast.Around(days(7), "after", name("anniversary")),
    "7 days after signup": ast.Around(days(7), "after", name("signup")),
    "30 days before customer.renewal": ast.Around(days(30), "before", name("customer.renewal")),
    "60 days without purchase": ast.Without(days(60), PURCHASE),
    "3 months without review": ast.Without(ast.Duration(3, "month"), name("review")),
    "tier upgrade": ast.TierChange("upgrade"),
    "tier upgrade to gold": ast.TierChange("upgrade", GOLD),
    "tier downgrade": ast.TierChange("downgrade"),
    "entering segment lapsed": ast.SegmentChange("entering", LAPSED),
    "leaving segment lapsed": ast.SegmentChange("leaving", LAPSED),
    "every day": ast.EveryDay(),
    "every day at 09:00": ast.EveryDay(NINE),
    "every monday": ast.EveryWeekday(0),
    "every sunday at 09:00": ast.EveryWeekday(6, NINE),
    "day 1 of every month": ast.EveryMonth(1),
    "day 31 of every month at 09:00": ast.EveryMonth(31, NINE),
    "last day of every month": ast.EveryMonth(None),
    "last day of every month at 09:00": ast.EveryMonth(None, NINE),
    "points expiring in 30 days": ast.Expiring(POINTS, days(30)),
    "`every` expiring in 1 day": ast.Expiring(name("every"), days(1)),
    'challenge "Coffee week" completed': ast.ChallengeCompleted("Coffee week"),
}


@pytest.mark.parametrize("text", TRIGGERS)
def test_triggers_are_read_exactly_and_written_as_they_are(text: str) -> None:
    whole = f"on {text}\nwhere a = 1\naward 5 points"
    trigger = rule_of(whole).trigger
    assert trigger == TRIGGERS[text]
    assert whole[trigger.span.start : trigger.span.end] == text
    assert format_text(whole, rule=True) == whole
    assert rule_of(f"on {text} award 5 points").trigger == TRIGGERS[text]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1 days without purchases", "1 day without purchase"),
        ("7 day after `signup`", "7 days after signup"),
        ("7 days after `signups`", "7 days after `signups`"),
        ("point expiring in 1 days", "points expiring in 1 day"),
        ("`points` expiring in 1 days", "points expiring in 1 day"),
        ("EVERY Day AT 18:00:00", "every day at 18:00"),
        ("`day` or `tier`", "`day` or tier"),
    ],
)
def test_triggers_are_written_one_way(written: str, canonical: str) -> None:
    text = f"on {canonical}\naward 5 points"
    assert format_text(f"on {written} award 5 points", rule=True) == text


MISTAKES: dict[str, tuple[str, ...]] = {
    "⟦⟧": (TRIGGER,),
    "7 days⟦⟧": ("`after`", "`before`", "`without`"),
    "7 ⟦purchases⟧": ("a unit of time such as `days`",),
    "7 days before⟦⟧": (NAME,),
    "tier ⟦change⟧": ("`upgrade`", "`downgrade`"),
    "entering ⟦lapsed⟧": ("`segment`",),
    "every ⟦2nd⟧ day": ("`day`", "a day such as `monday`"),
    "every day at ⟦9⟧": (TIME,),
    "day 1 of ⟦month⟧": ("`every`",),
    "day ⟦first⟧ of every month": (NUMBER,),
    "last ⟦monday⟧ of every month": ("`day`",),
    "points expiring ⟦30⟧ days": ("`in`",),
    "challenge ⟦Week⟧ completed": (TEXT,),
    'challenge "Week"⟦⟧': ("`completed`",),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_a_trigger_says_what_could_stand_there(text: str) -> None:
    clean, (place,) = marked(f"on {text}" if text != "⟦⟧" else "on⟦⟧")
    (found,) = parse(clean).diagnostics[:1]
    assert found == syntax(clean, place, *MISTAKES[text])


MEANT = {
    "7 days ⟦befor⟧ birthday": "before",
    "60 days ⟦witout⟧ purchase": "without",
    "tier ⟦upgraded⟧": "upgrade",
    "⟦enterring⟧ segment lapsed": "entering",
    "every ⟦munday⟧": "monday",
    "last day of ⟦evry⟧ month": "every",
    'challenge "W" ⟦complete⟧': "completed",
}


@pytest.mark.parametrize("text", MEANT)
def test_a_mistyped_word_of_a_trigger_is_read_as_meant(text: str) -> None:
    clean, (place,) = marked(f"on {text} award 5 points")
    (found,) = parse(clean).diagnostics
    assert (found.span, found.suggestion) == (place, MEANT[text])


@pytest.mark.parametrize("day", ["0", "32", "1.5"])
def test_a_month_has_at_most_31_days(day: str) -> None:
    clean, (place,) = marked(f"on day ⟦{day}⟧ of every month award 5 points")
    assert parse(clean).diagnostics == (BadLiteral(span=place, kind="day", found=day),)


def test_a_time_has_all_its_digits() -> None:
    clean, (place,) = marked("on every day at ⟦9:00⟧ award 5 points")
    wrong = BadLiteral(span=place, kind="time", found="9:00", suggestion="09:00")
    assert parse(clean).diagnostics == (wrong,)
