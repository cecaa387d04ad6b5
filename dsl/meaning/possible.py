"""Conditions that can never be true: what one value must be, taken together.

Looks at the parts of one `and` that hold a value against constants, and at what hours, tiers and
counts can be at all; what it cannot judge it lets pass.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.diagnostics import ImpossibleCondition

if TYPE_CHECKING:
    from dsl.meaning.scope import Scope

MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(slots=True)
class _Range:
    """What is left for a value: between two bounds, among some, not any of others."""

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False
    among: AbstractSet[Fraction | str] | None = None
    never: set[Fraction | str] = field(default_factory=set)
    is_whole: bool = False

    def above(self, bound: Fraction, *, is_open: bool) -> None:
        if self.is_whole:
            bound, is_open = Fraction(floor(bound) + 1 if is_open else ceil(bound)), False
        if self.low is None or (bound, is_open) > (self.low, self.low_open):
            self.low, self.low_open = bound, is_open

    def below(self, bound: Fraction, *, is_open: bool) -> None:
        if self.is_whole:
            bound, is_open = Fraction(ceil(bound) - 1 if is_open else floor(bound)), False
        if self.high is None or (bound, not is_open) < (self.high, not self.high_open):
            self.high, self.high_open = bound, is_open

    def one_of(self, values: AbstractSet[Fraction | str]) -> None:
        self.among = values if self.among is None else self.among & values

    @property
    def empty(self) -> bool:
        if self.low is not None and self.high is not None:
            if self.low > self.high:
                return True
            if self.low == self.high and (self.low_open or self.high_open):
                return True
        if self.among is None:
            return False
        left = self.among - self.never if self.never else self.among
        return not any(self._holds(value) for value in left)

    def _holds(self, value: Fraction | str) -> bool:
        if isinstance(value, str):
            return True
        if self.is_whole and value.denominator != 1:
            return False
        if self.low is not None and (value < self.low or (value == self.low and self.low_open)):
            return False
        return not (
            self.high is not None and (value > self.high or (value == self.high and self.high_open))
        )


def report_impossible(node: checked.Condition, scope: Scope) -> None:
    """Report every part that leaves nothing possible beside those before it.

    Conditions inside others, of items and of past events, are looked at where they stand.
    """
    match node:
        case checked.Conjunction(parts):
            _together(parts, scope)
            for part in parts:
                if not isinstance(part, _TESTS):
                    report_impossible(part, scope)
        case checked.Disjunction(parts):
            for part in parts:
                report_impossible(part, scope)
        case checked.Inversion(operand):
            if isinstance(operand, checked.Conjunction | checked.Disjunction):
                report_impossible(operand, scope)
        case checked.Comparison() | checked.Between() | checked.Membership():
            _together((node,), scope)
        case _:
            pass


_TESTS = (checked.Comparison, checked.Between, checked.Membership)


def _together(parts: tuple[checked.Condition, ...], scope: Scope) -> None:
    ranges: dict[checked.Expr, _Range] = {}
    others: set[checked.Condition] = set()
    for part in parts:
        subject = _narrow(part, ranges, scope)
        is_empty = _opposite(part) in others if subject is None else ranges[subject].empty
        if is_empty:
            alone = part is parts[0]
            scope.problems.report(ImpossibleCondition(span=part.span, alone=alone))
            return
        if subject is None:
            others.add(part)


def _opposite(part: checked.Condition) -> checked.Condition:
    """What is false where the part is true."""
    match part:
        case checked.Inversion(operand):
            return operand
        case checked.Known(value, negated):
            return checked.Known(value, not negated, type=part.type)
        case _:
            return checked.Inversion(part, type=part.type)


def _at_all(value: checked.Expr, tiers: int) -> _Range:
    """What a value can be in any event."""
    match value:
        case checked.TierNow():
            return _Range(low=Fraction(0), high=Fraction(tiers), is_whole=True)
        case checked.Calendar("hour"):
            return _Range(low=Fraction(0), high=Fraction(23), is_whole=True)
        case checked.EventCount() | checked.EventDistinct() | checked.Streak():
            return _Range(low=Fraction(0), is_whole=True)
        case (
            checked.ItemCount()
            | checked.PastItemCount()
            | checked.ItemDistinct()
            | checked.Distance()
            | checked.DaysSincePrevious()
            | checked.Lifetime()
        ):
            return _Range(low=Fraction(0))
        case _:
            return _Range()


def _narrow(
    part: checked.Condition, ranges: dict[checked.Expr, _Range], scope: Scope
) -> checked.Expr | None:
    """Take a part into account; the result is the value it speaks of."""
    tiers = len(scope.declared.tiers)
    match part:
        case checked.Comparison(_, checked.Const(), checked.Const()):
            # A parameter may switch a rule off.
            return None
        case checked.Comparison(op, left, checked.Const() as right):
            return _compare(op, left, right, _range(left, ranges, tiers))
        case checked.Comparison(op, checked.Const() as left, right):
            return _compare(MIRRORED[op], right, left, _range(right, ranges, tiers))
        case checked.Between(value, checked.Const() as low, checked.Const() as high):
            own = _range(value, ranges, tiers)
            _compare(">=", value, low, own)
            return _compare("<=", value, high, own)
        case checked.Membership(value, choices, negated) if choices:
            own = _range(value, ranges, tiers)
            values = _values(choices, scope)
            if negated:
                own.never |= values
            else:
                own.one_of(values)
            return value
        case _:
            return None


def _range(value: checked.Expr, ranges: dict[checked.Expr, _Range], tiers: int) -> _Range:
    if value not in ranges:
        ranges[value] = _at_all(value, tiers)
    return ranges[value]


def _compare(op: str, subject: checked.Expr, constant: checked.Const, own: _Range) -> checked.Expr:
    value = _exact(constant)
    if op == "=":
        own.one_of({value})
    elif op == "!=":
        own.never.add(value)
    elif isinstance(value, Fraction):
        if op in (">", ">="):
            own.above(value, is_open=op == ">")
        else:
            own.below(value, is_open=op == "<")
    return subject


def _values(choices: tuple[checked.Const, ...], scope: Scope) -> frozenset[Fraction | str]:
    """The choices as values; those of a declared list are the same ones each time."""
    kept = scope.declared.values
    found = kept.get(id(choices))
    if found is None:
        found = frozenset(_exact(choice) for choice in choices)
        if any(choices is one for one in scope.declared.lists.values()):
            kept[id(choices)] = found
    return found


def _exact(constant: checked.Const) -> Fraction | str:
    if isinstance(constant.value, str):
        return constant.value
    return Fraction(constant.value, 10**constant.type.decimals)
