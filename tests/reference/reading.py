"""Events as a program's declarations read them (docs/language.md, section 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from dsl.meaning import catalogue
from dsl.meaning.types import AttributeInfo
from dsl.text import ast
from tests.reference.values import Value

ANY_EVENT = "any event"
Line = Mapping[str, Value]


@dataclass(frozen=True)
class Event:
    """An event as declared; `values` holds what is known, `asked` the units a redeem names.

    A timer or a derived event has no type and no values. `turned` is the purchase of a negative
    amount that a refund without its original is.
    """

    id: str
    type: str
    at: dt.datetime
    customer: str
    values: Mapping[str, Value] = field(default_factory=dict)
    items: Sequence[Line] = ()
    asked: Mapping[str, Fraction] = field(default_factory=dict)
    turned: bool = False


class Kinds:
    """The kinds of the attributes of each event, of line items and of customers."""

    def __init__(self) -> None:
        self.events = {
            name: _kinds(event.attributes) for name, event in catalogue.BUILT_IN_EVENTS.items()
        }
        self.customer = _kinds(catalogue.CUSTOMER_ATTRIBUTES)
        self.item = _kinds(catalogue.ITEM_ATTRIBUTES)
        self._any: dict[str, str] = {}

    def declare(self, holder: str, attributes: Iterable[ast.Attribute]) -> None:
        """Add declared attributes to an event, to customers, to items or to every event."""
        named = {a.name.dotted: a.type.kind for a in attributes}
        match holder:
            case "customer":
                self.customer |= named
            case "item":
                self.item |= named
            case "any.event" | "any event" | "event":
                self._any |= named
            case _:
                common = _kinds(catalogue.COMMON_ATTRIBUTES)
                self.events.setdefault(holder, common).update(named)

    def complete(self) -> None:
        """Give what is of any event to all of them; a profile sets what customers have."""
        for kinds in self.events.values():
            kinds.update(self._any)
        self.events["profile"] |= self.customer

    def read(self, raw: Mapping[str, Any], units: Iterable[str]) -> Event:
        """A raw event by the declared types; what is not declared is not known."""
        kinds = self.events.get(raw["type"], {})
        values: dict[str, Value] = {}
        lines: Sequence[Line] = ()
        for name, kind in kinds.items():
            given = raw.get(name)
            if given is None:
                continue
            if kind == "list":
                lines = lines or [self.line(one) for one in given]
            else:
                values[name] = typed(given, kind)
        asked = {
            unit: Fraction(str(raw[unit]))
            for unit in units
            if raw["type"] == "redeem" and raw.get(unit) is not None
        }
        at = typed(raw["at"], "datetime")
        return Event(str(raw["id"]), raw["type"], at, str(raw["customer"]), values, lines, asked)

    def line(self, raw: Mapping[str, Any]) -> Line:
        """A line item: an absent quantity is 1, an absent amount price × quantity."""
        kinds = self.item
        line = {k: typed(v, kinds[k]) for k, v in raw.items() if v is not None and k in kinds}
        line["quantity"] = line.get("quantity", Fraction(1))
        if "amount" not in line and "price" in line:
            line["amount"] = line["price"] * line["quantity"]
        return line

    def attributes(self, given: Mapping[str, Any]) -> dict[str, Value]:
        """A customer's attributes by the declared types."""
        kinds = self.customer
        return {k: typed(v, kinds[k]) for k, v in given.items() if k in kinds and v is not None}


def _kinds(attributes: Mapping[str, AttributeInfo]) -> dict[str, str]:
    return {name: attribute.type.kind.value for name, attribute in attributes.items()}


def typed(raw: Any, kind: str) -> Value:  # noqa: ANN401 - as JSON has it
    """A raw value of a kind: numbers exact, instants in UTC, several texts as a tuple."""
    match kind:
        case "number" | "money":
            return Fraction(str(raw))
        case "date":
            return raw if isinstance(raw, dt.date) else dt.date.fromisoformat(raw)
        case "datetime":
            moment = raw if isinstance(raw, dt.datetime) else dt.datetime.fromisoformat(raw)
            return moment.astimezone(dt.UTC)
        case "flag":
            return raw
        case "tags":
            return tuple(str(one) for one in raw)
    return str(raw)
