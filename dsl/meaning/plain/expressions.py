"""Values in phrases: `the amount minus the shipping`, `the customer's city`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.plain.history import MANY, History
from dsl.meaning.types import Kind

if TYPE_CHECKING:
    from dsl.meaning.types import Type

_COMPUTED = (checked.Arithmetic, checked.Negation, checked.Call)
# Which operators need no brackets on a side of another one, whoever reads it.
_LEFT_OPEN = {"+": "+-", "-": "+-", "*": "*", "/": ""}
_RIGHT_OPEN = {"+": "+-", "-": "", "*": "*", "/": ""}
_TWO = 2


@dataclass(frozen=True, slots=True)
class Expressions(History):
    """Tells values; brackets stand only where the order of arithmetic needs them."""

    def value(  # noqa: PLR0911 - one for each kind
        self, node: checked.Expr, beside: Type | None = None, *, last: bool = True
    ) -> str:
        """A value; `beside` is the type of the one it is held against."""
        words = self.words
        match node:
            case checked.Const():
                return self.constant(node, beside)
            case checked.Calendar():
                return self._calendar(node)
            case checked.TierNow():
                return words.say("expression", "tier")
            case checked.Balance() | checked.Lifetime():
                key = "balance" if isinstance(node, checked.Balance) else "lifetime"
                return words.say("expression", key, unit=self.unit(node.unit, MANY))
            case checked.Earned():
                window = self.window(node.window)
                unit = self.unit(node.unit, MANY)
                return words.say("expression", "earned", unit=unit, window=window)
            case checked.LeftTo():
                return words.say("expression", "left", tier=self.tier(node.rank))
            case checked.DaysSinceJoined():
                return words.say("expression", "days-since-joined")
            case checked.DaysSincePrevious():
                event = self.events(node.event, "one")
                return words.say("expression", "days-since-previous", event=event)
            case checked.Distance():
                lat, lon = f"{node.lat:f}", f"{node.lon:f}"
                return words.say("expression", "distance", lat=lat, lon=lon)
            case checked.Arithmetic() | checked.Negation() | checked.Call():
                return self._computed(node, last=last)
            case checked.ItemCount() | checked.ItemTotal() | checked.ItemDistinct():
                return self._of_items(node, last=last)
            case (
                checked.EventCount()
                | checked.EventFigure()
                | checked.EventDistinct()
                | checked.PastItemCount()
                | checked.PastItemTotal()
                | checked.Streak()
            ):
                return self.figure(node, last=last)
            case _:
                return self.named(node)

    # --- names -----------------------------------------------------------------------------------

    def named(
        self,
        node: checked.EventField
        | checked.PastField
        | checked.CustomerField
        | checked.OtherField
        | checked.ItemField,
    ) -> str:
        """An attribute and whose it is; at its own place a bare name."""
        words, name = self.words, self.label(node.name)
        match node:
            case checked.EventField(name="customer"):
                return words.say("expression", "customer")
            case checked.CustomerField():
                return self._owned(words.say("expression", "customer"), name)
            case checked.OtherField():
                owner = self.named(node.root)
                for step in node.path:
                    owner = self._owned(owner, self.label(step))
                return self._owned(owner, name)
            case checked.EventField() if self.inside != "event":
                return words.say("expression", "of-event", name=name)
            case checked.PastField() if self.inside == "past-item":
                return words.say("expression", "of-past-event", name=name)
            case _:
                return words.say("expression", "attribute", name=name)

    def _owned(self, owner: str, name: str) -> str:
        return self.words.say("expression", "of", owner=owner, name=name)

    def _calendar(self, node: checked.Calendar) -> str:
        is_bare = node.past or self.inside in ("event", "item")
        return self.words.say("calendar" if is_bare else "calendar-of-event", node.part)

    # --- computed --------------------------------------------------------------------------------

    def _computed(
        self, node: checked.Arithmetic | checked.Negation | checked.Call, *, last: bool
    ) -> str:
        words = self.words
        match node:
            case checked.Negation():
                return words.say("expression", "negative", value=self._operand(node.operand))
            case checked.Call():
                return self._call(node)
            case checked.Arithmetic():
                return self._arithmetic(node, last=last)

    def _arithmetic(self, node: checked.Arithmetic, *, last: bool) -> str:
        """Two sides; a constant factor is told first, as people do."""
        left, right = node.left, node.right
        if node.op == "*" and isinstance(right, checked.Const):
            left, right = right, left
        is_sum = node.op in _LEFT_OPEN["+"]
        told_left = self._side(
            left, right.type if is_sum else None, _LEFT_OPEN[node.op], last=False
        )
        told_right = self._side(
            right, left.type if is_sum else None, _RIGHT_OPEN[node.op], last=last
        )
        return self.words.say("arithmetic", node.op, left=told_left, right=told_right)

    def _side(self, node: checked.Expr, beside: Type | None, is_open: str, *, last: bool) -> str:
        """A side of an operator, in brackets but for the operators that are `is_open` there."""
        is_closed = isinstance(node, _COMPUTED)
        if isinstance(node, checked.Arithmetic):
            is_closed = node.op not in is_open
        told = self.value(node, beside, last=last and not is_closed)
        return self.words.brackets(told) if is_closed else told

    def _operand(self, node: checked.Expr, beside: Type | None = None) -> str:
        """A value something is done to, in brackets where it is computed itself."""
        told = self.value(node, beside, last=False)
        return self.words.brackets(told) if isinstance(node, _COMPUTED) else told

    def _call(self, node: checked.Call) -> str:
        words = self.words
        if len(node.arguments) == 1:
            return words.say("function", node.function, values=self._operand(node.arguments[0]))
        beside = node.type if node.type.kind is Kind.MONEY else None
        values = words.listed([self._operand(argument, beside) for argument in node.arguments])
        key = f"{node.function}-two" if len(node.arguments) == _TWO else node.function
        key = key if words.has("function", key) else node.function
        return words.say("function", key, values=values)

    # --- lines -----------------------------------------------------------------------------------

    def _of_items(
        self, node: checked.ItemCount | checked.ItemTotal | checked.ItemDistinct, *, last: bool
    ) -> str:
        words, where = self.words, self.items_where(node.where, last=last)
        match node:
            case checked.ItemCount():
                return words.say("expression", "item-count", where=where)
            case checked.ItemTotal():
                return words.say("expression", "item-total", where=where)
            case checked.ItemDistinct():
                name = self.label(node.attribute.name)
                return words.say("expression", "item-distinct", attribute=name, where=where)

    def items_where(self, node: checked.Condition | None, *, last: bool) -> str:
        """` where …` of the event's lines, or in a past event's condition of that event's."""
        inside = "item" if self.inside in ("event", "item") else "past-item"
        return self.where(node, inside, last=last)  # type: ignore[arg-type]  # one of its values
