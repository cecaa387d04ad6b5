"""The English words of the language, beside the clauses in grammar/en.lark."""

from __future__ import annotations

from typing import get_args

from dsl.text.ast import FUNCTIONS, PERIODS, AttributeKind, DurationUnit
from dsl.text.spoken import Spoken

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
DURATION_UNITS: tuple[DurationUnit, ...] = get_args(DurationUnit)

# The built-in events that are counted: only theirs are plurals; `optin` and `profile` are not.
COUNTED_EVENTS = (
    "purchase",
    "refund",
    "signup",
    "referral",
    "review",
    "share",
    "survey",
    "checkin",
    "visit",
    "redeem",
    "cancel",
)

ENGLISH = Spoken(
    grammar="en.lark",
    values={
        "WEEKDAY": {word: number for number, word in enumerate(WEEKDAYS)},
        "MONTH": {word: number for number, word in enumerate(MONTHS, start=1)},
        "DURATION_UNIT": {word: unit for unit in DURATION_UNITS for word in (unit, f"{unit}s")},
        "PERIOD": {period: period for period in PERIODS},
        "FLAG": {"true": True, "false": False},
        "TYPE": {kind: kind for kind in get_args(AttributeKind) if kind != "one of"},
        "FUNCTION": {function: function for function in FUNCTIONS},
    },
    units={"point": "points", "time": "times"},
    events={f"{event}s": event for event in COUNTED_EVENTS},
    rare=frozenset({"EXPIRING", "EARNED"}),
    names=frozenset({"at", "birthday"}),
    expected={
        "NUMBER": "a number",
        "NAME": "a name",
        "STRING": 'a text in quotes such as `"gold"`',
        "COMPARATOR": "a comparison such as `>=`",
        "DATE": "a date such as `2026-11-30`",
        "DATETIME": "a date and time such as `2026-11-30 18:00`",
        "TIME": "a time such as `09:00`",
        "FACTOR": "a multiplier such as `2x`",
        "PERCENT": "a percentage such as `5%`",
        "ORDINAL": "an ordinal such as `3rd`",
        "WEEKDAY": "a day such as `monday`",
        "CURRENCY": "a currency such as `EUR`",
        "DURATION_UNIT": "a unit of time such as `days`",
        "TYPE": "a type such as `text` or `number`",
        "PERIOD": "`day`, `week`, `month`, `quarter` or `year`",
        "$END": "the end of the text",
    },
    parts={
        "reward": "a reward such as `10 points`",
        "trigger": "an event such as `purchase`",
        "_target": "a tier such as `gold`",
        "window": "a window such as `in last 30 days`",
        "_clause": "a clause such as `limit 3 times per customer`",
    },
    mistyped={
        "==": "=",
        "===": "=",
        "<>": "!=",
        "=<": "<=",
        "=>": ">=",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "×": "*",
        "÷": "/",
        "−": "-",
        "–": "-",
        "&&": "and",
        "&": "and",
        "||": "or",
        "|": "or",
        "!": "not",
        "when": "where",
        "if": "where",
        "give": "award",
        "gives": "award",
        "and": ",",
    },
    value="a value",
    constant="a value such as `200`",
    condition="a condition such as `amount >= 200`",
    operator="an operator such as `+`",
    statement="a statement such as `on purchase …`",
    closing_quote='a closing `"`',
    closing_brace="a closing `}`",
    before_rewards="the condition before `award`",
)
