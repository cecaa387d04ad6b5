"""Conditions as clauses: `the amount is at least 200 and the customer is in tier gold`.

A negation is told at the smallest tests, which changes nothing: not of `and` is `or` of nots, and
a test that is neither true nor false stays so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.meaning import checked
from dsl.meaning.plain.expressions import Expressions
from dsl.meaning.types import Kind, Type

if TYPE_CHECKING:
    from dsl.meaning.plain.words import ListKind

Op = Literal["=", "!=", "<", "<=", ">", ">="]
_OPPOSITE: dict[Op, Op] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
# The same seen from the other side.
TURNED: dict[Op, Op] = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_TIMES = (Kind.DATE, Kind.DATETIME, Kind.TIME)
_TWO = 2


@dataclass(frozen=True, slots=True)
class Conditions(Expressions):
    """Tells conditions."""

    def condition(self, node: checked.Condition, *, last: bool = True) -> str:
        """A condition as a clause; `last` where nothing follows it."""
        return self.clause(node, is_true=True, last=last)

    def parts(self, node: checked.Condition) -> tuple[checked.Condition, ...]:
        """The parts that all have to hold."""
        return node.parts if isinstance(node, checked.Conjunction) else (node,)

    def is_single(self, node: checked.Condition) -> bool:
        """True of one plain test, which may follow an `and`."""
        inner = node.operand if isinstance(node, checked.Inversion) else node
        return not isinstance(inner, checked.Conjunction | checked.Disjunction | checked.Inversion)

    def clause(self, node: checked.Condition, *, is_true: bool, last: bool) -> str:
        """A condition that is true, or one that is false."""
        match node:
            case checked.Inversion():
                return self.clause(node.operand, is_true=not is_true, last=last)
            case checked.Conjunction():
                return self._joined(node.parts, "and" if is_true else "or", is_true, last=last)
            case checked.Disjunction():
                return self._joined(node.parts, "or" if is_true else "and", is_true, last=last)
            case checked.Comparison():
                op = node.op if is_true else _OPPOSITE[node.op]
                return self.comparison(node.left, op, node.right, last=last)
            case checked.ItemTest():
                return self._item_test(node, is_true=is_true, last=last)
            case _:
                return self._test(node, "yes" if is_true else "no", last=last)

    # --- and, or ---------------------------------------------------------------------------------

    def _joined(
        self,
        parts: tuple[checked.Condition, ...],
        kind: Literal["and", "or"],
        is_true: bool,  # noqa: FBT001 - passed on
        *,
        last: bool,
    ) -> str:
        """Parts side by side; a list inside a list stands in brackets where it must."""
        told: list[str] = []
        listed: ListKind = kind
        for number, part in enumerate(parts, start=1):
            inner = _list_kind(part, is_true=is_true)
            is_last = last and number == len(parts)
            if inner is None or inner == kind:
                told.append(self.clause(part, is_true=is_true, last=is_last))
                continue
            # `a and b, or c`: the only list in a list that nobody reads otherwise.
            if kind == "or" and len(parts) == _TWO and _size(part) == _TWO:
                listed = "either"
                told.append(self.clause(part, is_true=is_true, last=is_last))
            else:
                within = self.clause(part, is_true=is_true, last=True)
                told.append(self.words.brackets(within))
        return self.words.listed(told, listed)

    # --- comparisons -----------------------------------------------------------------------------

    def comparison(self, left: checked.Expr, op: Op, right: checked.Expr, *, last: bool) -> str:
        """Two values held against each other; a constant stands on the right."""
        if isinstance(left, checked.Const) and not isinstance(right, checked.Const):
            left, op, right = right, TURNED[op], left
        if isinstance(right, checked.Const) and isinstance(right.value, int):
            told = self._told_otherwise(left, op, right, right.value, last=last)
            if told is not None:
                return told
        table = "compare"
        if left.type.kind in _TIMES and op not in ("=", "!="):
            table = "compare-time"
        elif left.type.kind is Kind.TIER:
            table = "compare-tier"
        beside_left, beside_right = right.type, left.type
        return self.words.say(
            table,
            op,
            left=self.value(left, beside_left, last=False),
            right=self.value(right, beside_right, last=last),
        )

    def _told_otherwise(
        self, left: checked.Expr, op: Op, right: checked.Const, value: int, *, last: bool
    ) -> str | None:
        """How many there are, in which tier one is, how much was spent; None of other values."""
        words = self.words
        match left:
            case checked.TierNow():
                return words.say("compare-customer-tier", op, right=self.tier(value))
            case checked.EventCount(past) if _is_count(right):
                form, quantity = self._quantity(op, value // 10**right.type.decimals)
                what = self.past(past, form, last=last)
                return words.form("there", "past", form, quantity=quantity, what=what)
            case checked.ItemCount(where) if _is_count(right):
                form, quantity = self._quantity(op, value // 10**right.type.decimals)
                told = self.items_where(where, last=last)
                what = words.form("there", "item", form, where=told)
                return words.form("there", "items", form, quantity=quantity, what=what)
            case checked.EventFigure() if _is_spent(left):
                amount = self.value(right, Type(Kind.MONEY))
                told = words.say("amount", op, amount=amount)
                window = self.window(left.past.window)
                return words.say("there", "spent", amount=told, window=window)
            case _:
                return None

    def _quantity(self, op: Op, number: int) -> tuple[str, str]:
        """`at least 3`, and the form of the noun after it."""
        if (op, number) in (("=", 0), ("<", 1), ("<=", 0)):
            return self.words.plural("1"), self.words.say("quantity", "none")
        if (op, number) in ((">", 0), ("!=", 0)):
            op, number = ">=", 1
        return self.words.plural(str(number)), self.words.say("quantity", op, n=str(number))

    # --- other tests -----------------------------------------------------------------------------

    def _test(self, node: checked.Condition, form: str, *, last: bool) -> str:  # noqa: PLR0911 - one for each test
        words = self.words
        match node:
            case checked.Between():
                value = self.value(node.value, last=False)
                low = self.value(node.low, node.value.type, last=False)
                high = self.value(node.high, node.value.type, last=last)
                return words.form("condition", "between", form, value=value, low=low, high=high)
            case checked.Membership():
                is_in = (form == "yes") != node.negated
                beside = node.value.type
                choices = words.shortened(
                    [self.constant(choice, beside) for choice in node.choices],
                    "or" if is_in else "nor",
                )
                value = self.value(node.value, last=False)
                form = "yes" if is_in else "no"
                return words.form("condition", "among", form, value=value, choices=choices)
            case checked.InSegment():
                return words.form("condition", "segment", form, segment=words.name(node.segment))
            case checked.TextTest():
                value, text = self.value(node.value, last=False), self.constant(node.text)
                return words.form("condition", node.op, form, value=value, text=text)
            case checked.HasTag():
                value, tag = self.value(node.value, last=False), self.constant(node.tag)
                return words.form("condition", "tag", form, value=value, tag=tag)
            case checked.Holds():
                return words.form(
                    "condition", "holds", form, thing=self.thing(node.kind, node.name)
                )
            case checked.IsBirthday():
                return words.form("condition", "birthday", form)
            case checked.BirthdayMonth():
                return words.form("condition", "birthday-month", form)
            case checked.Nth():
                return self._nth(node, form, last=last)
            case checked.Known():
                form = "no" if (form == "yes") == node.negated else "yes"
                value = self.value(node.value, last=False)
                return words.form("condition", "known", form, value=value)
            case checked.Truth():
                value = self.value(node.value, last=False)
                return words.form("condition", "truth", form, value=value)
            case _:
                return self.clause(node, is_true=form == "yes", last=last)

    def thing(self, kind: str, name: str) -> str:
        """`badge "Explorer"`."""
        words = self.words
        return words.say("thing", "named", kind=words.say("thing", kind), name=words.quoted(name))

    def _nth(self, node: checked.Nth, form: str, *, last: bool) -> str:
        words = self.words
        key = "nth" if not node.every else "every" if node.number > 1 else "every-one"
        return words.form(
            "condition",
            key,
            form,
            ordinal=words.ordinal(node.number),
            past=self.past(node.past, "one", last=last, ever=False),
        )

    def _item_test(self, node: checked.ItemTest, *, is_true: bool, last: bool) -> str:
        where = self.items_where(node.where, last=last)
        if node.quantifier == "every":
            form = "yes" if is_true else "no"
            return self.words.form("condition", "every-item", form, where=where)
        form = "yes" if (node.quantifier == "any") == is_true else "no"
        return self.words.form("condition", "any", form, where=where)


def _list_kind(node: checked.Condition, *, is_true: bool) -> Literal["and", "or"] | None:
    """Which list a condition is told as; None of one that is no list."""
    match node:
        case checked.Inversion():
            return _list_kind(node.operand, is_true=not is_true)
        case checked.Conjunction():
            return "and" if is_true else "or"
        case checked.Disjunction():
            return "or" if is_true else "and"
        case _:
            return None


def _size(node: checked.Condition) -> int:
    """How many parts a list has; one whose parts are lists has too many."""
    match node:
        case checked.Inversion():
            return _size(node.operand)
        case checked.Conjunction(parts) | checked.Disjunction(parts):
            is_nested = any(_list_kind(part, is_true=True) for part in parts)
            return _TWO + 1 if is_nested else len(parts)
        case _:
            return 1


def _is_count(const: checked.Const) -> bool:
    """True of a whole number that something can be counted to."""
    value = const.value
    if not isinstance(value, int) or not const.type.is_numeric:
        return False
    return value >= 0 and value % 10**const.type.decimals == 0


def _is_spent(node: checked.EventFigure) -> bool:
    """True of what was paid in all purchases of a window."""
    past = node.past
    is_plain = past.where is None and past.role is None and not (past.anyone or past.same)
    is_total = node.figure == "total" and node.attribute.name == "amount"
    return is_total and is_plain and past.event == "purchase" and not past.previous
