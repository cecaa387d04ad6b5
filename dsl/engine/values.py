"""Typed expressions as restricted Python: whole numbers over a known divisor, and presence.

An expression becomes a text, the divisor its number stands over, and the tests that hold where it
is there. A text never has to run where its tests do not hold. Whatever needs a loop is a function
of its own, which keeps what it found in X. Source: docs/language.md, sections 1, 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

from dsl.engine.cells import DAY_US, E_AT, NA, S_JOINED, S_TIER
from dsl.meaning import checked
from dsl.meaning.types import DIVISION_DECIMALS

if TYPE_CHECKING:
    from dsl.engine.emitter import Emitter

ARGUMENTS = "E, I, S, H, K, X"


@dataclass(frozen=True, slots=True)
class Value:
    """An expression: its text over `divisor`, and the texts that hold where it is present."""

    text: str
    divisor: int = 1
    present: tuple[str, ...] = ()

    def over(self, divisor: int) -> str:
        """The text over a multiple of its divisor."""
        factor = divisor // self.divisor
        return self.text if factor == 1 else f"({self.text}) * {factor}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: beside the event alone, at a line of it, at a past event.

    `line` is the text of the first cell of the line at hand, in `lines` (I or K). `row` is that of
    the past event's row in H; `recording` is true where that event is just being recorded, so that
    its values are still those of E.
    """

    lines: str = "I"
    line: str | None = None
    row: str | None = None
    recording: bool = False


HERE = Place()


def both(*values: Value) -> tuple[str, ...]:
    """The presence tests of several values, each once."""
    return tuple(dict.fromkeys(test for value in values for test in value.present))


def common(*values: Value) -> int:
    """A divisor that all values can stand over."""
    return lcm(*(value.divisor for value in values))


def cell(array: str, first: str | None, place: int) -> str:
    """The text of a cell of a row that starts at `first`."""
    if first is None or first == "0":
        return f"{array}[{place}]"
    return f"{array}[{first} + {place}]" if place else f"{array}[{first}]"


def value(e: Emitter, node: checked.Expr, at: Place = HERE) -> Value:  # noqa: C901, PLR0911, PLR0912 - one for each form
    """The text of an expression at a place."""
    match node:
        case checked.Const(value=number):
            code = e.layout.text_code(number) if isinstance(number, str) else number
            return Value(str(code), 10**node.type.decimals)
        case checked.EventField(name=name):
            key = ("customer",) if name == "customer" else ("attribute", name)
            return optional(cell("E", None, e.layout.event.place(key, node.type)), node)
        case checked.PastField(name=name):
            return optional(past_cell(e, ("attribute", name), node, at), node)
        case checked.ItemField(name=name):
            place = e.layout.line.place(("attribute", name), node.type)
            return optional(cell(at.lines, at.line, place), node)
        case checked.CustomerField(name="joined"):
            return optional(f"S[{S_JOINED}]", node)
        case checked.CustomerField(name=name):
            place = e.layout.customer.place(("attribute", name), node.type)
            return optional(f"S[{place}]", node)
        case checked.OtherField():
            return optional(cell("E", None, e.layout.event.place(other_key(e, node))), node)
        case checked.Calendar(part=part, past=past):
            key = ("local", part)
            text = (
                past_cell(e, key, None, at) if past else cell("E", None, e.layout.event.place(key))
            )
            return Value(text, 10**node.type.decimals)
        case checked.TierNow():
            return Value(f"S[{S_TIER}]")
        case checked.Balance(unit=unit) | checked.Lifetime(unit=unit):
            kind = "balance" if isinstance(node, checked.Balance) else "lifetime"
            place = e.layout.customer.place((kind, unit.name))
            return Value(f"S[{place}]", 10**unit.precision)
        case checked.Earned(unit=unit, window=window):
            place = e.layout.customer.place(("earned", unit.name, window))
            return Value(f"S[{place}]", 10**unit.precision)
        case checked.LeftTo(rank=rank):
            return e.left_to(rank)
        case checked.DaysSinceJoined():
            joined = f"S[{S_JOINED}]"
            return Value(f"(E[{E_AT}] - {joined})", DAY_US, (f"{joined} != {NA}",))
        case checked.DaysSincePrevious():
            call = e.past.days_since(node)
            return Value(call, DAY_US, (f"{call} != {NA}",))
        case checked.Distance(lat=lat, lon=lon):
            place = e.layout.event.place(("distance", lat, lon))
            return optional(f"E[{place}]", node)
        case checked.Negation(operand=operand):
            inner = value(e, operand, at)
            return Value(f"(-{inner.text})", inner.divisor, inner.present)
        case checked.Arithmetic():
            return arithmetic(e, node, at)
        case checked.Call():
            return called(e, node, at)
        case checked.ItemCount() | checked.ItemTotal() | checked.ItemDistinct():
            return e.items.value(node, at)
        case _:
            return e.past.value(node)


def optional(text: str, node: checked.Typed) -> Value:
    """A value that may be absent."""
    return Value(text, 10**node.type.decimals, (f"{text} != {NA}",))


def past_cell(e: Emitter, key: tuple[object, ...], node: checked.Typed | None, at: Place) -> str:
    """The cell of a past event's value, which is the event's own while it is being recorded."""
    place = e.layout.event.place(key, node.type if node else None)
    if at.recording or at.row is None:
        return cell("E", None, place)
    return cell("H", at.row, e.layout.past.place(("field", key)))


def other_key(e: Emitter, node: checked.OtherField, test: object = None) -> tuple[object, ...]:
    """The key of another customer's attribute, or of a test of it."""
    own = isinstance(node.root, checked.CustomerField)
    if own:
        e.layout.customer.place(("attribute", node.root.name), node.root.type)
    else:
        e.layout.event.place(("attribute", node.root.name), node.root.type)
    for name in (*node.path, node.name):
        info = e.layout.program.customer_attributes[name]
        if name != "joined":
            e.layout.customer.place(("attribute", name), info.type)
    return ("other", (own, node.root.name), node.path, node.name, test)


def arithmetic(e: Emitter, node: checked.Arithmetic, at: Place) -> Value:
    """Exact arithmetic; a quotient has 6 decimals, half to even, and none by zero."""
    left, right = value(e, node.left, at), value(e, node.right, at)
    present = both(left, right)
    if node.op == "*":
        return Value(f"({left.text} * {right.text})", left.divisor * right.divisor, present)
    if node.op == "/":
        upper = 10**DIVISION_DECIMALS * right.divisor
        over = left.divisor
        text = f"quotient({left.text} * {upper}, {right.text} * {over})"
        return Value(text, 10**DIVISION_DECIMALS, (*present, f"{right.text} != 0"))
    divisor = common(left, right)
    return Value(f"({left.over(divisor)} {node.op} {right.over(divisor)})", divisor, present)


def called(e: Emitter, node: checked.Call, at: Place) -> Value:
    """A function of numbers; floor, ceil and round (half up, away from zero) give whole ones."""
    values = [value(e, argument, at) for argument in node.arguments]
    present = both(*values)
    first = values[0]
    match node.function:
        case "min" | "max" as name:
            divisor = common(*values)
            text = first.over(divisor)
            for other in values[1:]:
                text = f"{'least' if name == 'min' else 'most'}({text}, {other.over(divisor)})"
            return Value(text, divisor, present)
        case "abs":
            return Value(f"magnitude({first.text})", first.divisor, present)
        case "floor":
            return Value(f"(({first.text}) // {first.divisor})", 1, present)
        case "ceil":
            return Value(f"(-((-({first.text})) // {first.divisor}))", 1, present)
        case _:
            return Value(f"half_up({first.text}, {first.divisor})", 1, present)
