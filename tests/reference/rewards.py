"""What rewards come to (docs/language.md, sections 3 and 4, step 5)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from dsl.text import ast
from tests.reference.expressions import holds, value
from tests.reference.programs import Program
from tests.reference.scenes import Scene
from tests.reference.values import (
    DIVISION_DECIMALS,
    NOTHING,
    TOO_LARGE,
    Value,
    as_decimal,
    rounded,
)

RATES = (ast.Rate, ast.PerItem, ast.RateOff)
AMOUNT, GROSS = ast.Name(("amount",)), ast.Name(("gross",))


def kind_of(form: ast.RewardForm, program: Program) -> tuple[str, str | None]:
    """What is paid: a unit, a kind of money or of thing; and a thing's or tier's name."""
    match form:
        case ast.Thing(kind, name):
            return kind, name
        case ast.TierAward(tier):
            return "tier", tier.dotted
        case ast.Message():
            return "message", None
        case ast.CheapestFree():
            return "discount", None
        case ast.Donation(_, to):
            return "donation", to
        case ast.PercentOff(kind) | ast.FixedOff(kind) | ast.RateOff(kind):
            return kind, None
        case ast.FormulaOff(kind) | ast.StepsOff(kind):
            return kind, None
        case ast.OneOf():
            raise TypeError(form)
    return program.unit(form.unit).name, None


def is_discount(form: ast.RewardForm) -> bool:
    """True of what is taken off the price; of `one of`, where any of its choices is."""
    if isinstance(form, ast.OneOf):
        return any(is_discount(choice.form) for choice in form.choices)
    return isinstance(form, ast.CheapestFree) or getattr(form, "kind", None) == "discount"


def worked_out(  # noqa: PLR0911 - one for each form
    form: ast.RewardForm, scene: Scene, base: Fraction, recipient: str
) -> Fraction | None:
    """What a reward comes to before its cap; None where a part of it is absent."""
    match form:
        case ast.Flat(amount):
            return Fraction(amount)
        case ast.PerItem(amount, _, where):
            count: Fraction = value(ast.ItemCount(where), scene)
            return Fraction(amount) * floor(count)
        case ast.Rate(amount, _, per, of, prorated):
            return _by_rate(
                Fraction(amount), Fraction(per), value(of or AMOUNT, scene), prorated=prorated
            )
        case ast.Multiplier(factor):
            return (Fraction(factor) - 1) * base
        case ast.Formula(expression):
            return value(expression, scene)  # type: ignore[no-any-return]
        case ast.Steps(_, by, steps):
            step = _highest(steps, value(by, scene))
            return None if step is None else Fraction(step.value)
        case ast.Bands(_, by, steps):
            return _by_parts(steps, value(by, scene))
        case ast.Deduction():
            return _deduction(form, scene, recipient)
        case ast.Donation(amount):
            return Fraction(amount.value)
        case ast.Thing() | ast.TierAward() | ast.Message():
            return Fraction(1)
    return _money(form, scene)


def _money(form: ast.RewardForm, scene: Scene) -> Fraction | None:
    match form:
        case ast.PercentOff(kind, percent, of):
            return _percent(Fraction(percent), _base(kind, of, scene))
        case ast.FixedOff(_, amount, of):
            return _fixed(Fraction(amount.value), of, scene)
        case ast.RateOff(kind, amount, per, of, prorated):
            base = _base(kind, of, scene)
            return _by_rate(Fraction(amount.value), Fraction(per), base, prorated=prorated)
        case ast.FormulaOff(_, expression):
            return value(expression, scene)  # type: ignore[no-any-return]
        case ast.StepsOff(kind, by, steps, of):
            step = _highest(steps, value(by, scene))
            if isinstance(step, ast.Percent):
                return _percent(Fraction(step.value), _base(kind, of, scene))
            return None if step is None else _fixed(Fraction(step.value), of, scene)
        case ast.CheapestFree():
            return _cheapest(form, scene)
    raise TypeError(form)


def _base(kind: str, of: ast.Expr | None, scene: Scene) -> Fraction | None:
    """The base of a money reward: what it names, else gross in a discount, amount in cashback."""
    return value(of or (GROSS if kind == "discount" else AMOUNT), scene)  # type: ignore[no-any-return]


def _percent(percent: Fraction, base: Fraction | None) -> Fraction | None:
    return None if base is None else base * percent / 100


def _fixed(amount: Fraction, of: ast.Expr | None, scene: Scene) -> Fraction | None:
    """A fixed amount never exceeds the base it names."""
    if of is None:
        return amount
    base = value(of, scene)
    if base is None:
        return None
    return min(amount, rounded(base, scene.program.money.precision, "down"))


def _by_rate(
    amount: Fraction, per: Fraction, base: Fraction | None, *, prorated: bool
) -> Fraction | None:
    """Whole steps only, unless prorated; of a base that is zero or negative nothing."""
    if base is None or base <= 0:
        return None
    steps = base / per
    return amount * (steps if prorated else floor(steps))


def _highest(
    steps: Sequence[ast.Step], reached: Fraction | None
) -> ast.Number | ast.Percent | None:
    if reached is None:
        return None
    passed = [step.amount for step in steps if Fraction(step.start) <= reached]
    return passed[-1] if passed else None


def _by_parts(steps: Sequence[ast.Step], whole: Fraction | None) -> Fraction | None:
    """Each part of an amount at its own rate per 1."""
    if whole is None:
        return None
    ends = [Fraction(step.start) for step in steps[1:]]
    total = NOTHING
    for step, end in zip(steps, [*ends, None], strict=True):
        top = whole if end is None else min(whole, end)
        total += max(top - Fraction(step.start), NOTHING) * Fraction(step.amount.value)
    return total


def _deduction(form: ast.Deduction, scene: Scene, recipient: str) -> Fraction | None:
    """How much is taken, below zero; of the recipient's balance no more than there is."""
    unit = scene.program.unit(form.unit)
    held = max(scene.spendable(unit.name, recipient), NOTHING)
    if isinstance(form.value, ast.Percent):
        wanted: Fraction | None = held * Fraction(form.value.value) / 100
    else:
        wanted = value(form.value, scene)
    if wanted is None or wanted <= 0:
        return None
    return -min(wanted, held)


def _cheapest(form: ast.CheapestFree, scene: Scene) -> Fraction:
    """Units laid out dearest first, in groups: the cheapest of each whole group are free."""
    prices: list[Fraction] = []
    for line in scene.lines(holds(form.where)):
        price = line.get("price")
        if price is None and line.get("amount") is not None:
            price = round(line["amount"] / line["quantity"], DIVISION_DECIMALS)
        if price is not None and price >= 0 and line["quantity"] > 0:
            prices += [price] * floor(line["quantity"])
    prices.sort(reverse=True)
    groups = [prices[n : n + form.every] for n in range(0, len(prices), form.every)]
    whole = [group for group in groups if len(group) == form.every]
    return sum((sum(group[-form.free :], NOTHING) for group in whole), NOTHING)


def settled(
    amount: Fraction, kind: str, at_most: ast.Number | ast.Money | None, program: Program
) -> Fraction | None:
    """Capped, then rounded; None where it is too large. Nothing, or less, is no award."""
    unit = program.unit_of(kind)
    size = abs(amount)
    if at_most is not None:
        cap = Fraction(at_most.value)
        if isinstance(at_most, ast.Money) and unit.name != program.currency and unit.worth:
            cap /= unit.worth
        size = min(size, cap)
    size = rounded(size, unit.precision, unit.rounding)
    if at_most is not None and size > cap:
        size = rounded(size - Fraction(1, 10**unit.precision), unit.precision, "down")
    if size * 10**unit.precision >= TOO_LARGE:
        return None
    return size if amount >= 0 else -size


def message(form: ast.Message, scene: Scene) -> str | None:
    """The message with its expressions filled in; None where one of them is absent."""
    said: list[str] = []
    for part in form.parts:
        if isinstance(part, str):
            said.append(part)
            continue
        found = value(part, scene)
        if found is None:
            return None
        said.append(_shown(part, found, scene.program))
    return "".join(said)


def _shown(node: ast.Expr, found: Value, program: Program) -> str:
    """A value as a case writes it."""
    match found:
        case bool():
            return "true" if found else "false"
        case int() if node == ast.Name(("tier",)):
            return program.tiers[found - 1].name.dotted if found else ""
        case int() | Fraction():
            decimal = as_decimal(found)
            return f"{decimal.normalize():f}" if decimal else "0"
        case tuple():
            return ", ".join(found)
    return str(found)
