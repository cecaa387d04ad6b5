"""Values, their comparison and their arithmetic (docs/language.md, sections 1, 3 and 5)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from math import ceil, floor
from typing import Any, Literal

# A number, text, flag, date, instant (aware, UTC), time of day or tuple of texts; None is absent.
Value = Any
Truth = bool | None
Rounding = Literal["down", "up", "half up", "half even"]

NOTHING = Fraction(0)
HALF = Fraction(1, 2)
# A number of more digits in the smallest part of its unit is too large to be paid.
TOO_LARGE = 10**18
DIVISION_DECIMALS = 6

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
COMPUTE: dict[str, Callable[[Any, Any], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def inverted(test: Truth) -> Truth:
    """Three-valued not."""
    return None if test is None else not test


def all_of(tests: Iterable[Truth]) -> Truth:
    """Three-valued and: false where any is, else neither where any is neither."""
    seen = list(tests)
    return False if False in seen else None if None in seen else True


def any_of(tests: Iterable[Truth]) -> Truth:
    """Three-valued or: true where any is, else neither where any is neither."""
    seen = list(tests)
    return True if True in seen else None if None in seen else False


def divided(left: Fraction, right: Fraction) -> Fraction | None:
    """A division gives 6 decimals, half to even; by zero it is absent."""
    return None if right == 0 else round(Fraction(left) / right, DIVISION_DECIMALS)


def computed(op: str, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    """Sums and products are exact; with an absent part all of it is absent."""
    if left is None or right is None:
        return None
    return divided(left, right) if op == "/" else COMPUTE[op](left, right)


def called(function: str, arguments: list[Fraction | None]) -> Fraction | None:
    """A built-in function of numbers; with an absent one it is absent."""
    known = [argument for argument in arguments if argument is not None]
    if len(known) < len(arguments):
        return None
    match function:
        case "min":
            return min(known)
        case "max":
            return max(known)
        case "floor":
            return Fraction(floor(known[0]))
        case "ceil":
            return Fraction(ceil(known[0]))
        case "round":
            return Fraction(floor(known[0] + HALF))
    return abs(known[0])


def rounded(amount: Fraction, precision: int, mode: Rounding) -> Fraction:
    """An amount in whole parts of 10**-precision; down and up are towards and away from zero."""
    scaled = abs(amount) * 10**precision
    match mode:
        case "down":
            whole = floor(scaled)
        case "up":
            whole = ceil(scaled)
        case "half up":
            whole = floor(scaled + HALF)
        case "half even":
            whole = round(scaled)
    return Fraction(whole if amount >= 0 else -whole, 10**precision)


def as_decimal(number: Fraction | int) -> Decimal:
    """An exact decimal; what has none is rounded as a division is."""
    exact = Fraction(number)
    with localcontext() as context:
        context.prec = 100
        context.rounding = ROUND_HALF_EVEN
        decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
        if Fraction(decimal) == exact:
            return decimal
        return decimal.quantize(Decimal(1).scaleb(-DIVISION_DECIMALS))
