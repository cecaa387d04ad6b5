"""Writes conditions, expressions and history."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dsl.text import ast
from dsl.text.comments import Comments
from dsl.text.english import ENGLISH
from dsl.text.grammar import load
from dsl.text.layout import Break, Group, Indent, Layout, Line, Suffix
from dsl.text.names import written
from dsl.text.writing.literals import constant, duration, moment, number, ordinal, quoted

# How tightly a node holds its operands together, by rising binding.
OR, AND, NOT, COMPARED, SUM, PRODUCT, SIGN, ATOM = range(8)
_SIGNS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}
_ONE_OF = {plural: singular for singular, plural in ENGLISH.units.items()}
_MANY_OF = {singular: plural for plural, singular in ENGLISH.events.items()}
_UNITS = frozenset(ENGLISH.units)
_EVENTS = frozenset(ENGLISH.events)
# A place where any name is read as one.
ANYWHERE = "tier"
_START = "segment x:"

# What stands above a part of a list, on lines of its own, and the part.
Part = tuple[Layout, Layout]


def binding(node: ast.Condition) -> int:
    """How tightly a node binds."""
    match node:
        case ast.Or():
            return OR
        case ast.And():
            return AND
        case ast.Not():
            return NOT
        case (
            ast.Comparison()
            | ast.Between()
            | ast.In()
            | ast.InList()
            | ast.InSegment()
            | ast.TextTest()
            | ast.HasTag()
            | ast.Holds()
            | ast.Known()
            | ast.IsBirthday()
            | ast.BirthdayMonth()
            | ast.ItemTest()
            | ast.EventTest()
            | ast.Nth()
        ):
            return COMPARED
        case ast.Arithmetic():
            return _SIGNS[node.op]
        case ast.Negation():
            return SIGN
        case _:
            return ATOM


def listed(parts: Sequence[Part]) -> Layout:
    """Parts with a comma after each but the last."""
    last = len(parts) - 1
    return [
        [above, part, [",", Line()] if at < last else ""] for at, (above, part) in enumerate(parts)
    ]


def joined(parts: Sequence[Part], word: str) -> Layout:
    """Parts with a word before each but the first."""
    return [
        [[Line(), above, word] if at else above, part] for at, (above, part) in enumerate(parts)
    ]


def enclosed(parts: Sequence[Part]) -> Layout:
    """Parts in parentheses, on lines of their own where they do not fit on one."""
    return ["(", Group([Indent([Line(""), listed(parts)]), Line("")]), ")"]


class Expressions:
    """Writes expressions with the comments that belong to their parts."""

    def __init__(self, comments: Comments) -> None:
        self._comments = comments
        self._grammar = load(ENGLISH)

    # --- comments ------------------------------------------------------------------------------

    def _above(self, node: ast.Node) -> Layout:
        """The comments that have lines of their own before a node."""
        before = self._comments.before.get(id(node), ())
        return [[f"# {comment}".rstrip(), Break()] for comment in before]

    def _ended(self, node: ast.Node, layout: Layout) -> Layout:
        """A node with the comments that follow it on its line."""
        return [layout, self._suffixes(self._comments.after.get(id(node), ()))]

    def _part(self, node: ast.Node, layout: Layout) -> Part:
        return self._above(node), self._ended(node, layout)

    def _head(self, node: ast.Node) -> Layout:
        return self._suffixes(self._comments.heads.get(id(node), ()))

    @staticmethod
    def _suffixes(comments: Sequence[str]) -> Layout:
        return [Suffix(comment) for comment in comments]

    # --- names ---------------------------------------------------------------------------------

    def _name(self, name: ast.Name, before: str = ANYWHERE) -> str:
        """A name as it is written after `before`, a beginning of a sentence."""
        return written(name, before, self._grammar)

    def _unit(self, unit: ast.Name, before: str) -> str:
        return written(unit, before, self._grammar, _UNITS)

    def _amount(self, amount: Decimal, unit: ast.Name, before: str) -> str:
        """`1 point`, `2 points`, after a text that ends in a number."""
        name = self._unit(unit, before)
        return f"{number(amount)} {_ONE_OF.get(name, name) if amount == 1 else name}"

    def _event(self, event: ast.Name, before: str, *, many: bool = False) -> str:
        name = written(event, before, self._grammar, _EVENTS)
        return _MANY_OF.get(name, name) if many else name

    # --- conditions ----------------------------------------------------------------------------

    def _anchored(self, node: ast.Condition) -> Layout:
        return self._ended(node, self.condition(node))

    def _operand(self, node: ast.Condition, least: int = SUM) -> Layout:
        """An operand, in parentheses where it binds more loosely than `least`."""
        inner = self._anchored(node)
        return inner if binding(node) >= least else self._grouped(inner)

    @staticmethod
    def _grouped(inner: Layout) -> Layout:
        return Group(["(", Indent(inner), ")"])

    def _operands(self, nodes: Sequence[ast.Condition], least: int = SUM) -> list[Part]:
        return [(self._above(node), self._operand(node, least)) for node in nodes]

    def condition(self, node: ast.Condition) -> Layout:
        """A condition or an expression."""
        match node:
            case ast.Or():
                return Group(joined(self._operands(node.parts, AND), "or "))
            case ast.And():
                return Group(joined(self._operands(node.parts, NOT), "and "))
            case ast.Not():
                return ["not ", self._operand(node.operand, NOT)]
            case ast.ItemTest():
                return [f"{node.quantifier} item", self._restriction(node.where)]
            case ast.EventTest() | ast.Nth():
                return self._event_test(node)
            case ast.InSegment() | ast.Holds() | ast.IsBirthday() | ast.BirthdayMonth():
                return self._of_customer(node)
            case (
                ast.Comparison()
                | ast.Between()
                | ast.In()
                | ast.InList()
                | ast.TextTest()
                | ast.HasTag()
                | ast.Known()
            ):
                return self._comparison(node)
            case _:
                return self._expression(node)

    def _comparison(
        self,
        node: ast.Comparison
        | ast.Between
        | ast.In
        | ast.InList
        | ast.TextTest
        | ast.HasTag
        | ast.Known,
    ) -> Layout:
        """A value and what is asked of it."""
        asked: Layout
        match node:
            case ast.Comparison():
                return [self._operand(node.left), f" {node.op} ", self._operand(node.right)]
            case ast.Between():
                low, high = self._operand(node.low), self._operand(node.high)
                asked = [" between ", low, " and ", high]
            case ast.In():
                sign = " not in " if node.negated else " in "
                asked = [sign, enclosed(self._operands(node.choices))]
            case ast.InList():
                sign = " not in " if node.negated else " in "
                asked = [sign, f"list {self._name(node.list)}"]
            case ast.TextTest():
                asked = [f" {node.op} ", self._operand(node.text)]
            case ast.HasTag():
                asked = [" has ", self._operand(node.tag)]
            case ast.Known():
                asked = " is unknown" if node.negated else " is known"
        return [self._operand(node.value), asked]

    def _of_customer(
        self, node: ast.InSegment | ast.Holds | ast.IsBirthday | ast.BirthdayMonth
    ) -> Layout:
        match node:
            case ast.InSegment():
                return f"in segment {self._name(node.segment)}"
            case ast.Holds():
                return f"has {node.kind} {quoted(node.name)}"
            case ast.IsBirthday():
                return "is birthday"
            case ast.BirthdayMonth():
                return "birthday month"

    def _event_test(self, node: ast.EventTest | ast.Nth) -> Layout:
        if isinstance(node, ast.Nth):
            if node.every:
                words = f"every {ordinal(node.number)}"
            else:
                words = "first" if node.number == 1 else ordinal(node.number)
            return [f"{words} ", self._past(node.past, f"{_START} first")]
        if node.quantity == "no":
            return ["no ", self._past(node.past, f"{_START} no")]
        words = f"{node.quantity} {node.count}"
        past = self._past(node.past, f"{_START} at least 2", many=node.count != 1)
        return [f"{words} ", past]

    def _restriction(self, where: ast.Condition | None) -> Layout:
        return "" if where is None else Group([" (", Indent(self._anchored(where)), ")"])

    # --- expressions ---------------------------------------------------------------------------

    def _expression(self, node: ast.Expr) -> Layout:
        match node:
            case ast.Name():
                return self._name(node, _START)
            case ast.Arithmetic():
                level = _SIGNS[node.op]
                left, right = self._operand(node.left, level), self._operand(node.right, level + 1)
                return [left, f" {node.op} ", right]
            case ast.Negation():
                return ["-", self._operand(node.operand, SIGN)]
            case ast.Call():
                return [node.function, enclosed(self._operands(node.arguments))]
            case ast.ItemCount() | ast.ItemTotal() | ast.ItemDistinct():
                return self._items(node)
            case (
                ast.EventCount()
                | ast.EventFigure()
                | ast.EventDistinct()
                | ast.PastItemCount()
                | ast.PastItemTotal()
                | ast.Streak()
            ):
                return self._history(node)
            case (
                ast.Lifetime()
                | ast.Earned()
                | ast.LeftTo()
                | ast.DaysSinceJoined()
                | ast.DaysSincePrevious()
                | ast.Distance()
            ):
                return self._figure(node)
            case _:
                return constant(node)

    def _figure(
        self,
        node: ast.Lifetime
        | ast.Earned
        | ast.LeftTo
        | ast.DaysSinceJoined
        | ast.DaysSincePrevious
        | ast.Distance,
    ) -> str:
        """A figure of the customer, without another expression in it."""
        match node:
            case ast.Lifetime():
                return f"lifetime {self._unit(node.unit, ANYWHERE)}"
            case ast.Earned():
                return f"{self._unit(node.unit, _START)} earned {self._window(node.window)}"
            case ast.LeftTo():
                return f"left to {self._name(node.tier)}"
            case ast.DaysSinceJoined():
                return "days since joined"
            case ast.DaysSincePrevious():
                return f"days since previous {self._event(node.event, ANYWHERE)}"
            case ast.Distance():
                return f"distance to ({number(node.lat)}, {number(node.lon)})"

    def _items(self, node: ast.ItemCount | ast.ItemTotal | ast.ItemDistinct) -> Layout:
        match node:
            case ast.ItemCount():
                return ["number of items", self._restriction(node.where)]
            case ast.ItemTotal():
                return ["total of items", self._restriction(node.where)]
            case ast.ItemDistinct():
                attribute = self._name(node.attribute)
                return [f"number of distinct {attribute} of items", self._restriction(node.where)]

    # --- history -------------------------------------------------------------------------------

    def _history(
        self,
        node: ast.EventCount
        | ast.EventFigure
        | ast.EventDistinct
        | ast.PastItemCount
        | ast.PastItemTotal
        | ast.Streak,
    ) -> Layout:
        # The events of `total amount of …` stand where any other figure's do.
        of = f"{_START} total amount of"
        match node:
            case ast.EventCount():
                return ["number of ", self._past(node.past, f"{_START} number of", many=True)]
            case ast.EventFigure():
                attribute = self._name(node.attribute, f"{_START} {node.figure}")
                return [f"{node.figure} {attribute} of ", self._past(node.past, of)]
            case ast.EventDistinct():
                attribute = self._name(node.attribute)
                before = f"{_START} number of distinct store of"
                return [f"number of distinct {attribute} of ", self._past(node.past, before)]
            case ast.PastItemCount():
                return ["number of items", self._restriction(node.items), *self._of(node.past)]
            case ast.PastItemTotal():
                return ["total of items", self._restriction(node.items), *self._of(node.past)]
            case ast.Streak():
                event = self._event(node.event, ANYWHERE)
                return [f"streak of {event}", self._where(node.where), f" in {node.period}s"]

    def _of(self, past: ast.Past) -> tuple[Layout, Layout]:
        return " of ", self._past(past, f"{_START} total of items of")

    def _where(self, where: ast.Condition | None) -> Layout:
        return "" if where is None else [" where", self._restriction(where)]

    def _past(self, past: ast.Past, before: str, *, many: bool = False) -> Layout:
        """The events that are counted, after a text that ends where they begin."""
        if past.previous:
            event = f"previous {self._event(past.event, ANYWHERE, many=many)}"
        else:
            event = self._event(past.event, before, many=many)
        role = "" if past.role is None else f" as {self._name(past.role)}"
        anyone = " by anyone" if past.anyone else ""
        same = "".join(f" with same {self._name(name)}" for name in past.same)
        window = "" if past.window is None else f" {self._window(past.window)}"
        return [event, self._where(past.where), f"{role}{anyone}{same}{window}"]

    @staticmethod
    def _window(window: ast.Window) -> str:
        match window:
            case ast.Last():
                return f"in last {duration(window.duration)}"
            case ast.This():
                return f"in this {window.period}"
            case ast.Previous():
                return f"in previous {window.period}"
            case ast.Since():
                return f"since {moment(window.date.value)}"
            case ast.Ever():
                return "ever"
