"""Kinds of value, and what of the catalogue has them: attributes, events, units."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal


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


@dataclass(frozen=True, slots=True)
class Unit:
    """What is awarded; amounts are integers of 10**-precision."""

    name: str
    precision: int = 0
    rounding: Literal["down", "up", "half up", "half even"] = "down"
