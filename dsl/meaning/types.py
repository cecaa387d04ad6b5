"""Kinds of value, and what of the catalogue has them: attributes, events, units."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from dsl.text import ast


class Kind(Enum):
    """What a value is; a user is told `label`, never the implementation's type."""

    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"
    TIME = "time"
    FLAG = "flag"
    CUSTOMER = "customer"
    LIST = "list"
    WEEKDAY = "weekday"
    MONTH = "month"
    TIER = "tier"
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Type:
    """A kind with its scale (numbers and money) and its allowed texts (`one of`)."""

    kind: Kind
    decimals: int = 0
    choices: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """True of numbers and money, which may be compared and computed with each other."""
        return self.kind in (Kind.NUMBER, Kind.MONEY)


FLAG = Type(Kind.FLAG)


@dataclass(frozen=True, slots=True)
class AttributeInfo:
    """A named value of an event, of a line item or of a customer."""

    name: str
    type: Type
    doc: str = ""


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event and what it may carry beside id, type, at and customer."""

    name: str
    attributes: dict[str, AttributeInfo] = field(default_factory=dict)
    doc: str = ""


# Texts; a customer is known by the text of their id.
TEXTUAL = (Kind.TEXT, Kind.CUSTOMER)
# What quotients and averages are rounded to, half to even.
DIVISION_DECIMALS = 6
# The attribute whose lines are an event's items.
LINES = "items"


def lines_of(event: EventType) -> tuple[str, ...]:
    """The attribute whose lines are the event's items: `items`, else its list of another name.

    Several where none is called `items` and none is more than the others.
    """
    lists = [name for name, info in event.attributes.items() if info.type.kind is Kind.LIST]
    return (LINES,) if LINES in lists else tuple(lists)


@dataclass(frozen=True, slots=True)
class Exact:
    """An exact number: value / 10**decimals, without trailing zeros."""

    value: int
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """What is awarded; amounts are integers of 10**-precision.

    `worth` is the money one is worth, None where nothing is said. `pending` and `expiry` are those
    of its awards, `redeem_least` and `redeem_step` amounts of a redemption. Money (discount,
    cashback, donation) is a unit too, in the currency's precision.
    """

    name: str
    precision: int = 0
    rounding: Literal["down", "up", "half up", "half even"] = "down"
    worth: Exact | None = None
    pending: ast.Duration | None = None
    expiry: ast.ExpireAfter | ast.ExpireAtEnd | None = None
    redeem_least: int | None = None
    redeem_step: int | None = None
    never_below_zero: bool = False
    is_money: bool = False
