"""Conditions that can never be true: what one attribute must be, taken together.

Looks at the parts of one `and` that hold an attribute against constants; what it cannot judge it
lets pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.diagnostics import ImpossibleCondition

if TYPE_CHECKING:
    from dsl.meaning.scope import Problems

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(slots=True)
class _Range:
    """What is left for a value: between two bounds, among some, not any of others."""

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False
    among: set[Fraction | str] | None = None
    never: set[Fraction | str] = field(default_factory=set)

    def above(self, bound: Fraction, *, is_open: bool) -> None:
        if self.low is None or (bound, is_open) > (self.low, self.low_open):
            self.low, self.low_open = bound, is_open

    def below(self, bound: Fraction, *, is_open: bool) -> None:
        if self.high is None or (bound, not is_open) < (self.high, not self.high_open):
            self.high, self.high_open = bound, is_open

    def one_of(self, values: set[Fraction | str]) -> None:
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
        return not any(self._holds(value) for value in self.among - self.never)

    def _holds(self, value: Fraction | str) -> bool:
        if isinstance(value, str):
            return True
        if self.low is not None and (value < self.low or (value == self.low and self.low_open)):
            return False
        return not (
            self.high is not None and (value > self.high or (value == self.high and self.high_open))
        )


def report_impossible(node: checked.Condition, problems: Problems) -> None:
    """Report every part that leaves nothing possible beside those before it."""
    match node:
        case checked.Conjunction(parts):
            _together(parts, problems)
            for part in parts:
                if not isinstance(part, checked.Comparison | checked.Between):
                    report_impossible(part, problems)
        case checked.Disjunction(parts):
            for part in parts:
                report_impossible(part, problems)
        case checked.Inversion(operand):
            if isinstance(operand, checked.Conjunction | checked.Disjunction | checked.ItemTest):
                report_impossible(operand, problems)
        case checked.ItemTest():
            report_impossible(node.where, problems)
        case checked.Between():
            _together((node,), problems)
        case _:
            pass


def _together(parts: tuple[checked.Condition, ...], problems: Problems) -> None:
    ranges: dict[checked.Expr, _Range] = {}
    for part in parts:
        subject = _narrow(part, ranges)
        if subject is not None and ranges[subject].empty:
            problems.report(ImpossibleCondition(span=part.span, part=problems.part))
            return


def _narrow(part: checked.Condition, ranges: dict[checked.Expr, _Range]) -> checked.Expr | None:
    """Take a part into account; the result is the value it speaks of."""
    match part:
        case checked.Comparison(op, left, checked.Const() as right):
            return _compare(op, left, right, ranges)
        case checked.Comparison(op, checked.Const() as left, right):
            return _compare(_MIRRORED[op], right, left, ranges)
        case checked.Between(value, checked.Const() as low, checked.Const() as high):
            _compare(">=", value, low, ranges)
            return _compare("<=", value, high, ranges)
        case checked.Membership(value, choices, negated):
            own = ranges.setdefault(value, _Range())
            values = {_exact(choice) for choice in choices}
            if negated:
                own.never |= values
            else:
                own.one_of(values)
            return value
        case _:
            return None


def _compare(
    op: str, subject: checked.Expr, constant: checked.Const, ranges: dict[checked.Expr, _Range]
) -> checked.Expr:
    own, value = ranges.setdefault(subject, _Range()), _exact(constant)
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


def _exact(constant: checked.Const) -> Fraction | str:
    if isinstance(constant.value, str):
        return constant.value
    return Fraction(constant.value, 10**constant.type.decimals)
