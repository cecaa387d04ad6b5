"""Events without a fault, read quickly.

What dsl/meaning/events.py defines, for values as they are mostly sent. Of an event that has a fault
or anything uncommon there is no reading here. Source: docs/language.md, section 2.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DecimalException, InvalidOperation, Rounded
from typing import TYPE_CHECKING, Any

from dsl.meaning.catalogue import ESSENTIALS
from dsl.meaning.event import LINE_TOTAL_END, MOST_LINES, Event, line_amount
from dsl.meaning.types import LINES, Kind, Type, lines_of
from dsl.meaning.values import (
    DIGITS,
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_ID,
    LONGEST_TEXT,
    READERS,
    WHOLE_DIGITS,
    Wrong,
)

if TYPE_CHECKING:
    from dsl.meaning.checked import Program
    from dsl.meaning.event import Item
    from dsl.meaning.types import AttributeInfo, EventType
    from dsl.meaning.values import Value

Read = Callable[[Any], Any]

ZERO, ONE = Decimal(0), Decimal(1)
# Counts and quantities are mostly these.
MANY = 1000
WHOLE = tuple(map(Decimal, range(MANY)))
# Numbers of so many decimals have room for all of WHOLE.
MOST_DECIMALS = DIGITS - 3
_OFFSET = re.compile(r"Z|[+-]\d\d:\d\d", re.ASCII).fullmatch
# The distances from UTC that were sent, by their texts.
_offsets: dict[str, dt.timedelta] = {}
# A line is below 10**6 where the exponents of its price and its quantity add up to this or less,
# and MOST_LINES of them are below LINE_TOTAL_END.
_SMALL = 4


class _Refused(Exception):
    """Here is something that is not read here."""


def read_faultless(raw: dict[str, Any], program: Program) -> Event | None:
    """The event of a dict as JSON has it; None where another reader must look at it."""
    type_ = raw.get("type")
    reader = program.readers.get(type_) if type(type_) is str else None
    if reader is None:
        known = program.events.get(type_) if type(type_) is str else None
        if known is None:
            return None
        reader = program.readers[known.name] = reader_of(known, program)
    try:
        return reader(raw)
    except (_Refused, KeyError, DecimalException):
        return None


def reader_of(type_: EventType, program: Program) -> Callable[[dict[str, Any]], Event]:
    """Reads the events of a type; raises where there is anything that is not read here."""
    lines = _lines(program.item_attributes)
    list_names = [n for n, info in type_.attributes.items() if info.type.kind is Kind.LIST]
    own = lines_of(type_)
    texts = _texts(type_.attributes) | {"id", "type", "customer"}
    readers: dict[str, Read] = {
        name: lines if info.type.kind is Kind.LIST else _value(info.type)
        for name, info in type_.attributes.items()
    }
    readers |= {"id": _id, "type": _any_text, "at": _moment, "customer": _id}

    def read(raw: dict[str, Any]) -> Event:
        values = raw.copy()
        for name, given in raw.items():
            if type(given) is str and name in texts:
                if len(given) > LONGEST_TEXT or not given.isprintable():
                    _any_text(given)
            elif given is None:
                del values[name]
            else:
                values[name] = readers[name](given)
        id_, type_name = values.pop("id"), values.pop("type")
        at, customer = values.pop("at"), values.pop("customer")
        if _is_no_id(id_) or _is_no_id(customer) or not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise _Refused
        items: tuple[Item, ...] | None = None
        lists: dict[str, tuple[Item, ...]] = {}
        for one in list_names if len(list_names) == 1 else [*values]:
            if one in list_names and one in values:
                lists[one] = values.pop(one)
        if lists:
            items = lists.pop(LINES, None)
            if items is None and len(own) == 1:
                items = lists.get(own[0])
        return Event(id_, type_name, at, customer, values, items, lists)

    return read


def _texts(known: Mapping[str, AttributeInfo]) -> frozenset[str]:
    """The attributes that any text may be, the most common ones: read without a call for each."""
    return frozenset(
        name
        for name, info in known.items()
        if info.type.kind is Kind.TEXT and not info.type.choices and name not in ESSENTIALS
    )


def _lines(known: Mapping[str, AttributeInfo]) -> Read:
    """Reads the lines of a list."""
    readers = {name: _value(info.type) for name, info in known.items()}
    texts = _texts(known)
    numeric = all(
        known[name].type.is_numeric for name in ("price", "quantity", "amount") if name in known
    )

    def read(value: object) -> tuple[Item, ...]:
        if type(value) is not list or len(value) > MOST_LINES:
            raise _Refused
        lines: list[Item] = []
        small = numeric
        for raw in value:
            if type(raw) is not dict:
                raise _Refused
            line = raw.copy()
            for name, given in raw.items():
                if type(given) is str and name in texts:
                    if len(given) > LONGEST_TEXT or not given.isprintable():
                        _any_text(given)
                elif given is None:
                    del line[name]
                else:
                    line[name] = readers[name](given)
            lines.append(line)
            if small:
                price = line.get("price", ZERO).adjusted()
                small = price + line.get("quantity", ONE).adjusted() <= _SMALL
                small = small and "amount" not in line
        if not small and sum(abs(line_amount(line)) for line in lines) >= LINE_TOTAL_END:
            raise _Refused
        return tuple(lines)

    return read


def _value(type_: Type) -> Read:
    """Reads a value of a type."""
    match type_.kind:
        case Kind.NUMBER | Kind.MONEY if type_.decimals <= MOST_DECIMALS:
            return _number(type_)
        case Kind.DATETIME:
            return _moment
        case Kind.FLAG:
            return _flag(type_)
        case _:
            return _any(type_)


def _any(type_: Type) -> Callable[[object], Value]:
    """Reads all values of a type, as values.py does."""
    general = READERS[type_.kind]

    def read(value: object) -> Value:
        found = general(value, type_)
        if isinstance(found, Wrong):
            raise _Refused
        return found

    return read


def _number(type_: Type) -> Callable[[object], Value]:
    general = _any(type_)
    quantum = Decimal(1).scaleb(-type_.decimals)
    # More digits than there is room for are invalid here, more decimals are rounded, be they zeros.
    digits = min(WHOLE_DIGITS + type_.decimals, DIGITS)
    quantize = Context(prec=digits, traps=[InvalidOperation, Rounded]).quantize

    def read(value: object) -> Value:
        if type(value) is Decimal and value.is_finite():
            if not value:
                return ZERO
            quantize(value, quantum)
            return value
        if type(value) is int and 0 <= value < MANY:
            return WHOLE[value]
        return general(value)

    return read


def _flag(type_: Type) -> Read:
    general = _any(type_)
    return lambda value: value if value is True or value is False else general(value)


_any_text, _id = _any(Type(Kind.TEXT)), _any(Type(Kind.CUSTOMER))
_any_moment = _any(Type(Kind.DATETIME))


def _is_no_id(text: str) -> bool:
    return not text or len(text) > LONGEST_ID or not text.isprintable()


def _moment(value: object) -> Value:
    """A time to the second with its offset; others are read by values.py."""
    if type(value) is not str:
        return _any_moment(value)
    offset = _offsets.get(value[19:])
    if offset is None:
        offset = _offset(value[19:])
    # All that fromisoformat reads in this form has digits between, and is of this form alone.
    if offset is None or not (
        value[4] == value[7] == "-" and value[10] == "T" and value[13] == value[16] == ":"
    ):
        return _any_moment(value)
    try:
        return dt.datetime.fromisoformat(f"{value[:19]}+00:00") - offset
    except (ValueError, OverflowError):
        raise _Refused from None


def _offset(text: str) -> dt.timedelta | None:
    """The distance from UTC that a text says; None where it is another."""
    if not _OFFSET(text):
        return None
    try:
        found = dt.datetime.fromisoformat(f"2000-01-01T00:00:00{text}").utcoffset()
    except ValueError:
        return None
    if found is not None:
        _offsets[text] = found
    return found
