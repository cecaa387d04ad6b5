"""Rewards: units, money, things and chance, each with what it is reckoned of.

Source: docs/language.md, section 3, "Rewards".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dsl.meaning import checked
from dsl.meaning.constants import WHOLE, money, scaled, share
from dsl.meaning.diagnostics import (
    LowFactor,
    NotHere,
    OutOfRange,
    PercentRange,
    StepsOrder,
    TypeMismatch,
    ZeroStep,
)
from dsl.meaning.expressions import condition, expression, numeric
from dsl.meaning.items import has_items
from dsl.meaning.lookup import find_tier, find_unit, is_sane, report_unknown
from dsl.meaning.types import Exact, Kind
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.audience import Served
    from dsl.meaning.scope import Problems, Scope
    from dsl.meaning.types import Unit
    from dsl.text.source import Span

# What is no amount, and cannot be capped.
THINGS = (ast.Thing, ast.TierAward, ast.Message)

_Form = checked.RewardForm | None


def check_reward(node: ast.Reward, served: Served, scope: Scope) -> checked.Reward | None:
    """A reward with its cap and who gets it."""
    found = _reward(node.form, node.at_most, scope, node.span)
    if found is None or not served.is_known:
        return None
    if served.recipient is not None and any(one.is_discount for one in leaves(found)):
        scope.problems.report(NotHere(span=node.span, form="discount"))
        return None
    return checked.Reward(
        found.form,
        found.unit,
        found.at_most,
        served.audience,
        served.recipient,
        found.donee,
        span=node.span,
    )


def leaves(reward: checked.Reward) -> tuple[checked.Reward, ...]:
    """The reward, or each that a draw may give in its place."""
    if isinstance(reward.form, checked.OneOf):
        return tuple(choice.reward for choice in reward.form.choices)
    return (reward,)


def _reward(
    node: ast.RewardForm, at_most: ast.Number | ast.Money | None, scope: Scope, span: Span
) -> checked.Reward | None:
    if isinstance(node, ast.OneOf) and at_most is not None:
        if all(isinstance(choice.form, THINGS) for choice in node.choices):
            scope.problems.report(NotHere(span=at_most.span, form="cap"))
        return _reward(_capped(node, at_most), None, scope, span)
    unit, named = _unit(node, scope)
    form = _FORMS[type(node)](node, scope)
    cap = None
    if at_most is not None and not (named and unit is None):
        cap = _cap(at_most, unit, scope)
    if form is None or (named and unit is None):
        return None
    donee = node.to if isinstance(node, ast.Donation) else None
    return checked.Reward(form, unit, cap, donee=donee, span=span)


def _capped(node: ast.OneOf, at_most: ast.Number | ast.Money) -> ast.OneOf:
    """A cap after `one of` is that of every amount in it that has none of its own."""
    choices = (
        choice
        if choice.at_most is not None or isinstance(choice.form, THINGS)
        else replace(choice, at_most=at_most)
        for choice in node.choices
    )
    return replace(node, choices=tuple(choices))


def _unit(node: ast.RewardForm, scope: Scope) -> tuple[Unit | None, bool]:
    """What an amount is of, and whether the reward is an amount at all."""
    match node:
        case ast.OneOf():
            return None, False
        case _ if isinstance(node, THINGS):
            return None, False
        case ast.CheapestFree():
            return scope.declared.money("discount"), True
        case ast.Donation():
            return scope.declared.money("donation"), True
        case ast.PercentOff() | ast.FixedOff() | ast.RateOff() | ast.FormulaOff() | ast.StepsOff():
            return scope.declared.money(node.kind), True
        case _:
            return find_unit(node.unit, scope.declared, scope.problems), True


def _cap(node: ast.Number | ast.Money, unit: Unit | None, scope: Scope) -> int | None:
    """The most one award may be, in the unit's precision; a cap finer than that rounds down."""
    if unit is None:
        scope.problems.report(NotHere(span=node.span, form="cap"))
        return None
    if isinstance(node, ast.Money):
        if not unit.is_money and unit.worth is not None:
            return _worth_of(node, unit, scope)
        if not unit.is_money:
            scope.problems.report(
                TypeMismatch(span=node.span, expected=Kind.NUMBER, found=Kind.MONEY)
            )
            return None
        if money(node, scope.declared, scope.problems) is None:
            return None
    return int(node.value.scaleb(unit.precision))


def _worth_of(node: ast.Money, unit: Unit, scope: Scope) -> int | None:
    """A cap in money of a unit that has a worth: as many as are worth so much."""
    if unit.worth is None or money(node, scope.declared, scope.problems) is None:
        return None
    worth = Fraction(unit.worth.value, 10**unit.worth.decimals)
    return int(Fraction(node.value) * 10**unit.precision / worth) if worth else None


# --- what amounts are reckoned of -----------------------------------------------------------


def _spent(name: str, node: ast.Node, scope: Scope) -> checked.Expr | None:
    """What is spent: the event's amount or its gross; the other where it has that alone."""
    other = "gross" if name == "amount" else "amount"
    for known in (name, other):
        if scope.attribute(known):
            return numeric(ast.Name((known,), span=node.span), scope)
    if not scope.is_open:
        report_unknown(name, node.span, "spent", [], scope.declared, scope.problems)
    return None


def _base(of: ast.Expr | None, kind: str, node: ast.Node, scope: Scope) -> checked.Expr | None:
    """The base of money: what stands after `of`, else the event's."""
    if of is not None:
        return numeric(of, scope)
    return _spent("gross" if kind == "discount" else "amount", node, scope)


def _per(node: ast.Rate | ast.RateOff, problems: Problems) -> Exact | None:
    if node.per == 0:
        problems.report(ZeroStep(span=node.span))
        return None
    return scaled(node.per)


# --- units ----------------------------------------------------------------------------------


def _flat(node: ast.Flat, _scope: Scope) -> _Form:
    return checked.Flat(scaled(node.amount))


def _rate(node: ast.Rate, scope: Scope) -> _Form:
    base = _spent("amount", node, scope) if node.of is None else numeric(node.of, scope)
    per = _per(node, scope.problems)
    if base is None or per is None:
        return None
    return checked.Rate(scaled(node.amount), per, base, node.prorated)


def _per_item(node: ast.PerItem, scope: Scope) -> _Form:
    count = expression(ast.ItemCount(node.where, span=node.span), scope)
    if not isinstance(count, checked.ItemCount):
        return None
    return checked.PerItem(scaled(node.amount), count)


def _multiplier(node: ast.Multiplier, scope: Scope) -> _Form:
    if node.factor < 1:
        scope.problems.report(LowFactor(span=node.span))
        return None
    return checked.Multiplier(scaled(node.factor))


def _formula(node: ast.Formula | ast.FormulaOff, scope: Scope) -> _Form:
    value = numeric(node.value, scope)
    return None if value is None else checked.Formula(value)


def _check_steps(
    steps: tuple[ast.Step, ...], scope: Scope, *, shares: bool
) -> tuple[checked.Step, ...] | None:
    """The steps, each above the one before it; shares only of money."""
    found: list[checked.Step] = []
    before = scope.problems.errors
    for index, step in enumerate(steps):
        if index and step.start <= steps[index - 1].start:
            scope.problems.report(StepsOrder(span=step.span))
        percent = isinstance(step.amount, ast.Percent)
        amount: Exact | None = scaled(step.amount.value)
        if isinstance(step.amount, ast.Percent):
            amount = share(step.amount.value, step.amount, scope.problems)
            if not shares:
                scope.problems.report(NotHere(span=step.amount.span, form="share"))
        if amount is not None:
            found.append(checked.Step(scaled(step.start), amount, percent))
    return tuple(found) if scope.problems.errors == before else None


def _steps(node: ast.Steps, scope: Scope) -> _Form:
    by, steps = numeric(node.by, scope), _check_steps(node.steps, scope, shares=False)
    return None if by is None or steps is None else checked.Steps(by, steps)


def _bands(node: ast.Bands, scope: Scope) -> _Form:
    by, steps = numeric(node.by, scope), _check_steps(node.steps, scope, shares=False)
    return None if by is None or steps is None else checked.Bands(by, steps)


def _deduction(node: ast.Deduction, scope: Scope) -> _Form:
    is_share = isinstance(node.value, ast.Percent)
    if isinstance(node.value, ast.Percent) and (
        share(node.value.value, node.value, scope.problems) is None
    ):
        return None
    value = numeric(node.value, scope)
    return None if value is None else checked.Deduction(value, is_share)


# --- money ----------------------------------------------------------------------------------


def _percent_off(node: ast.PercentOff, scope: Scope) -> _Form:
    part = share(node.percent, node, scope.problems)
    base = _base(node.of, node.kind, node, scope)
    return None if part is None or base is None else checked.Share(part, base)


def _fixed_off(node: ast.FixedOff, scope: Scope) -> _Form:
    amount = money(node.amount, scope.declared, scope.problems)
    base = numeric(node.of, scope) if node.of is not None else None
    if node.of is None and node.kind == "discount" and _spent("gross", node, scope) is None:
        # A discount is off what is paid.
        return None
    if amount is None or (node.of is not None and base is None):
        return None
    return checked.Flat(amount, base)


def _rate_off(node: ast.RateOff, scope: Scope) -> _Form:
    amount = money(node.amount, scope.declared, scope.problems)
    base, per = _base(node.of, node.kind, node, scope), _per(node, scope.problems)
    if amount is None or base is None or per is None:
        return None
    return checked.Rate(amount, per, base, node.prorated)


def _steps_off(node: ast.StepsOff, scope: Scope) -> _Form:
    by, steps = numeric(node.by, scope), _check_steps(node.steps, scope, shares=True)
    shares = any(isinstance(step.amount, ast.Percent) for step in node.steps)
    base = None
    if node.of is not None or shares or node.kind == "discount":
        base = _base(node.of, node.kind, node, scope)
        if base is None:
            return None
    if by is None or steps is None:
        return None
    return checked.Steps(by, steps, base, is_capped=node.of is not None)


def _cheapest(node: ast.CheapestFree, scope: Scope) -> _Form:
    if not has_items(node, scope):
        return None
    where = condition(node.where, scope.within_item()) if node.where is not None else None
    if not 1 <= node.free <= node.every:
        most = max(1, node.every)
        scope.problems.report(OutOfRange(span=node.span, least=1, most=most))
        return None
    if node.where is not None and where is None:
        return None
    return checked.CheapestFree(node.free, node.every, where)


def _donation(node: ast.Donation, scope: Scope) -> _Form:
    amount = money(node.amount, scope.declared, scope.problems)
    return None if amount is None else checked.Flat(amount)


# --- things, tiers, messages, chance --------------------------------------------------------


def _thing(node: ast.Thing, scope: Scope) -> _Form:
    if node.valid is not None and not is_sane(node.valid, scope.problems):
        return None
    return checked.Thing(node.kind, node.name, node.valid)


def _tier(node: ast.TierAward, scope: Scope) -> _Form:
    rank = find_tier(node.tier, scope.declared, scope.problems)
    if node.duration is not None and not is_sane(node.duration, scope.problems):
        return None
    return None if rank is None else checked.TierAward(rank, node.duration)


def _message(node: ast.Message, scope: Scope) -> _Form:
    parts: list[str | checked.Expr] = []
    known = True
    for part in node.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        value = _shown(part, scope)
        if value is None:
            known = False
        else:
            parts.append(value)
    return checked.Message(tuple(parts)) if known else None


def _shown(node: ast.Expr, scope: Scope) -> checked.Expr | None:
    """A value that can be shown."""
    value = expression(node, scope)
    if value is not None and value.type.kind is Kind.TAGS:
        scope.problems.report(TypeMismatch(span=node.span, expected=None, found=Kind.TAGS))
        return None
    return value


def _one_of(node: ast.OneOf, scope: Scope) -> _Form:
    choices: list[checked.Choice] = []
    known, total = True, Decimal(0)
    for choice in node.choices:
        part = share(choice.share, choice, scope.problems)
        reward = _reward(choice.form, choice.at_most, scope, choice.span)
        total += max(Decimal(0), choice.share)
        if part is None or reward is None:
            known = False
        else:
            choices.append(checked.Choice(part, reward))
    if total > WHOLE and all(0 <= choice.share <= WHOLE for choice in node.choices):
        scope.problems.report(PercentRange(span=node.span, total=True))
        return None
    return checked.OneOf(tuple(choices)) if known else None


_FORMS: dict[type[ast.Node], Callable[[Any, Scope], _Form]] = {
    ast.Flat: _flat,
    ast.Rate: _rate,
    ast.PerItem: _per_item,
    ast.Multiplier: _multiplier,
    ast.Formula: _formula,
    ast.Steps: _steps,
    ast.Bands: _bands,
    ast.Deduction: _deduction,
    ast.PercentOff: _percent_off,
    ast.FixedOff: _fixed_off,
    ast.RateOff: _rate_off,
    ast.FormulaOff: _formula,
    ast.StepsOff: _steps_off,
    ast.CheapestFree: _cheapest,
    ast.Donation: _donation,
    ast.Thing: _thing,
    ast.TierAward: _tier,
    ast.Message: _message,
    ast.OneOf: _one_of,
}
