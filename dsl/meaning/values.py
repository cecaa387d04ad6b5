"""Values of events as they are sent, read by their type: exact, in range, or refused.

A reader never raises and never rounds. Source: docs/language.md, sections 1 and 2.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from dsl.meaning.types import Kind, Type
from dsl.text.nearest import nearest

Value = Decimal | str | bool | dt.date | dt.datetime | tuple[str, ...]

LONGEST_ID, LONGEST_TEXT = 200, 1000
MOST_TAGS = 1000
# Of what was sent, this many characters stand in a problem.
LONGEST_SHOWN = 60
# A scaled number has at most this many digits (docs/language.md, section 1).
DIGITS = 18
# What is sent is below 10**14 whatever its decimals, so that products have room.
WHOLE_DIGITS = 14
FIRST_YEAR, LAST_YEAR = 1900, 2199
# Longer integers are decimals: Python takes long to turn them into an int, or refuses to.
LONGEST_INT = 40
# Stands for exponents that no decimal has; more than any text has digits.
MOST_EXPONENT = 10**9
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?", re.ASCII)
_OFFSET = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a value is refused: a code of messages/events.en.toml, and what it speaks of."""

    code: str
    arguments: Mapping[str, str] = field(default_factory=dict)


def json_integer(text: str) -> int | Decimal:
    """An integer as JSON writes it, of any length."""
    return int(text) if len(text) <= LONGEST_INT else Decimal(text)


def json_decimal(text: str) -> Decimal:
    """A number as JSON writes it; one beyond all decimals stays far too large or too small."""
    try:
        return Decimal(text)
    except InvalidOperation:
        digits, _, exponent = text.lower().partition("e")
        sign = "-" if exponent.startswith("-") else ""
        return Decimal(f"{digits}e{sign}{MOST_EXPONENT}")


def _shown(value: object) -> str:
    """What was sent, short and printable."""
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    if isinstance(value, int) and abs(value) >= 10**LONGEST_SHOWN:
        return "…"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)


def _end(type_: Type) -> int:
    """What a number's absolute value is below: 18 digits hold it at its scale."""
    return int(10 ** min(WHOLE_DIGITS, DIGITS - type_.decimals))


def read_number(value: object, type_: Type) -> Decimal | Wrong:
    """A number or an amount of money: int, Decimal or decimal text, never float."""
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        number = Decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        # Held against the end first: a very large int is slow to turn into a Decimal.
        if abs(value) >= _end(type_):
            return Wrong("too-large", {"limit": f"{_end(type_):,}"})
        number = Decimal(value)
    elif isinstance(value, float):
        return Wrong("not-exact", {"found": _shown(value)})
    else:
        return Wrong("not-a-number", {"found": _shown(value)})
    if not number.is_finite():
        return Wrong("not-a-number", {"found": _shown(value)})
    if not number:
        return Decimal(0)
    if number.adjusted() >= WHOLE_DIGITS or abs(number) >= _end(type_):
        return Wrong("too-large", {"limit": f"{_end(type_):,}"})
    return _at_scale(number, type_.decimals)


def _at_scale(number: Decimal, decimals: int) -> Decimal | Wrong:
    """The number with at most so many decimals, none of its digits lost."""
    sign, digits, exponent = number.as_tuple()
    surplus = -decimals - int(exponent)
    if surplus <= 0:
        return number
    if any(digits[-surplus:]):
        return Wrong("too-many-decimals", {"limit": str(decimals)})
    return Decimal((sign, digits[:-surplus], -decimals))


def _stored(text: str) -> bool:
    """True where databases and JSON can hold the text: no NUL, no half of a character."""
    if text.isprintable():
        return True
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def read_text(value: object, type_: Type) -> str | Wrong:
    """A text as it is; of `one of` only its choices."""
    if not isinstance(value, str):
        return Wrong("not-a-text", {"found": _shown(value)})
    if len(value) > LONGEST_TEXT:
        return Wrong("too-long", {"limit": str(LONGEST_TEXT)})
    if not _stored(value):
        return Wrong("control-character")
    if type_.choices and value not in type_.choices:
        near = nearest(value, type_.choices)
        suggestion = {} if near is None else {"suggestion": near}
        choices = ", ".join(f"`{choice}`" for choice in type_.choices)
        return Wrong("not-a-choice", {"found": _shown(value), "choices": choices, **suggestion})
    return value


def read_id(value: object, _type: Type) -> str | Wrong:
    """An id: 1 to 200 printable characters."""
    if not isinstance(value, str):
        return Wrong("not-a-text", {"found": _shown(value)})
    if not value:
        return Wrong("empty")
    if len(value) > LONGEST_ID:
        return Wrong("too-long", {"limit": str(LONGEST_ID)})
    return value if value.isprintable() else Wrong("control-character")


def read_tags(value: object, type_: Type) -> tuple[str, ...] | Wrong:
    """A customer's tags: a list of texts, each once, in code-point order."""
    if not isinstance(value, list | tuple):
        return Wrong("not-tags", {"found": _shown(value)})
    if len(value) > MOST_TAGS:
        return Wrong("too-many-tags", {"limit": str(MOST_TAGS)})
    tags: set[str] = set()
    for one in value:
        tag = read_text(one, type_)
        if isinstance(tag, Wrong):
            return tag
        tags.add(tag)
    return tuple(sorted(tags))


def read_flag(value: object, _type: Type) -> bool | Wrong:
    """True or false, also as a text."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    return Wrong("not-a-flag", {"found": _shown(value)})


def read_date(value: object, _type: Type) -> dt.date | Wrong:
    """A calendar date, such as 2026-11-22."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    return Wrong("not-a-date", {"found": _shown(value)})


def read_moment(value: object, _type: Type) -> dt.datetime | Wrong:
    """An ISO 8601 time with its offset, in UTC to the microsecond."""
    if isinstance(value, dt.datetime):
        moment = value
    elif isinstance(value, str) and (local := _LOCAL.match(value)):
        offset = value[local.end() :]
        if offset and not _OFFSET.fullmatch(offset):
            return Wrong("not-a-time", {"found": _shown(value)})
        try:
            moment = dt.datetime.fromisoformat(value.upper())
        except ValueError:
            return Wrong("not-a-time", {"found": _shown(value)})
    elif isinstance(value, dt.date) or not isinstance(read_date(value, _type), Wrong):
        return Wrong("no-time-of-day", {"found": _shown(value)})
    else:
        return Wrong("not-a-time", {"found": _shown(value)})
    if moment.utcoffset() is None:
        return Wrong("no-offset", {"found": _shown(value)})
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        return Wrong("not-a-time", {"found": _shown(value)})


def read_at(value: object, type_: Type) -> dt.datetime | Wrong:
    """When an event happened: a time that every calendar can reckon with."""
    read = read_moment(value, type_)
    if isinstance(read, Wrong) or FIRST_YEAR <= read.year <= LAST_YEAR:
        return read
    return Wrong("out-of-range", {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)})


def read_time(value: object) -> dt.datetime | None:
    """When an event happened, None where that cannot be read."""
    read = read_at(value, Type(Kind.DATETIME))
    return None if isinstance(read, Wrong) else read


READERS: dict[Kind, Callable[[object, Type], Value | Wrong]] = {
    Kind.NUMBER: read_number,
    Kind.MONEY: read_number,
    Kind.TEXT: read_text,
    Kind.CUSTOMER: read_id,
    Kind.FLAG: read_flag,
    Kind.DATE: read_date,
    Kind.DATETIME: read_moment,
    Kind.TAGS: read_tags,
}
