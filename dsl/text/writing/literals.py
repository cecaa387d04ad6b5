"""How literals are written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from dsl.text import ast
from dsl.text.english import MONTHS, WEEKDAYS


def number(value: Decimal) -> str:
    """A decimal as written, without an exponent."""
    return f"{value:f}"


def quoted(text: str) -> str:
    """A text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def moment(value: dt.date | dt.datetime | dt.time) -> str:
    """A date, a time or both, to the minute where there are no seconds."""
    if isinstance(value, dt.datetime):
        return f"{moment(value.date())} {moment(value.time())}"
    if isinstance(value, dt.time):
        return value.isoformat("seconds" if value.second else "minutes")
    return value.isoformat()


def money(value: ast.Money) -> str:
    """`10 CNY`."""
    return f"{number(value.value)} {value.currency}"


def duration(value: ast.Duration) -> str:
    """`30 days`."""
    return f"{value.count} {value.unit}{'' if value.count == 1 else 's'}"


def ordinal(value: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    teens = value % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def constant(node: ast.Constant) -> str:
    """A literal."""
    match node:
        case ast.Number():
            return number(node.value)
        case ast.Percent():
            return f"{number(node.value)}%"
        case ast.Money():
            return money(node)
        case ast.Text():
            return quoted(node.value)
        case ast.Flag():
            return "true" if node.value else "false"
        case ast.Weekday():
            return WEEKDAYS[node.value]
        case ast.MonthName():
            return MONTHS[node.value - 1]
        case ast.Duration():
            return duration(node)
        case _:
            return moment(node.value)
