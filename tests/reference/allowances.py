"""Limits and budgets (docs/language.md, section 3, "CLAUSES", and section 4, steps 6 and 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from dsl.text import ast
from tests.reference.expressions import value
from tests.reference.instants import local_day, period_start
from tests.reference.payments import Payment
from tests.reference.programs import TIMES, Program
from tests.reference.scenes import Scene
from tests.reference.values import NOTHING, rounded

Kind = Literal["limit", "budget"]
# Whose tests come first, beside overflow and groups.
OWNERS = ("overflow", "rule", "group", "campaign", "program", "stock", "reward")


@dataclass(frozen=True)
class Allowance:
    """So much of a unit, or so many times, for each customer or over all; `key` is its identity.

    `once per X` is a limit of one time for each value of an attribute.
    """

    key: str
    kind: Kind
    amount: Fraction
    unit: str
    period: ast.Period | None
    per_customer: bool
    attribute: ast.Name | None = None

    def refuse(self, payment: Payment) -> None:
        """Leave nothing of a payment: by a rule's own, its campaign's or the program's."""
        owner = self.key.split("|")[0].split(" ")[0]
        named = "campaign" if owner == "campaign" else self.kind
        step = OWNERS.index(owner) + (0.5 if self.kind == "budget" else 0)
        payment.drop(step, named)


def allowances_of(owner: str, clauses: Iterable[ast.Node], program: Program) -> Iterator[Allowance]:
    """The allowances of a rule, a campaign or the program, in the order of the text."""
    seen: list[str] = []
    named: tuple[Kind, Fraction, str, ast.Period | None, bool, ast.Name | None]
    for clause in clauses:
        match clause:
            case ast.Limit(amount, unit, period):
                named = ("limit", Fraction(amount), _unit(unit, program), period, True, None)
            case ast.Budget(amount, unit, period):
                named = ("budget", Fraction(amount), _unit(unit, program), period, False, None)
            case ast.Once(per_customer, attribute, period):
                named = ("limit", Fraction(1), TIMES, period, per_customer, attribute)
            case _:
                continue
        kind, _, unit_name, period_, each, by = named
        key = f"{owner}|{kind}|{unit_name}|{period_}|{each}|{by.dotted if by else ''}"
        seen.append(key)
        # Limits and budgets carry over to the next version by name.
        yield Allowance(f"{key}|{seen.count(key)}", *named)


def _unit(name: ast.Name, program: Program) -> str:
    return name.dotted if name.dotted == TIMES else program.unit_name(name.dotted)


def own_allowances(rule: str, clauses: Sequence[ast.Node], program: Program) -> list[Allowance]:
    """A rule's own: limits first, then budgets."""
    found = list(allowances_of(f"rule {rule}", clauses, program))
    return sorted(found, key=lambda allowance: allowance.kind == "budget")


def fit(
    payment: Payment, allowance: Allowance, scene: Scene, before: Sequence[Payment], *, whole: bool
) -> None:
    """Cut a payment to what is left, after what this event has paid before it.

    An amount fills up, or with `whole awards only` is dropped; a number of times drops.
    """
    program = scene.program
    each = _value_of(payment, allowance, program)
    if each is None or payment.amount == 0:
        return
    holder = _holder(payment, allowance, scene)
    if holder is None:
        allowance.refuse(payment)
        return
    payment.holders[allowance.key] = holder
    drawn = [p for p in before if p.holders.get(allowance.key) == holder and p.amount != 0]
    left = allowance.amount - _used(allowance, holder, scene)
    if allowance.unit == TIMES:
        if left < 1 and not drawn:
            allowance.refuse(payment)
        return
    left -= sum((p.amount * (_value_of(p, allowance, program) or NOTHING) for p in drawn), NOTHING)
    if payment.amount * each <= left:
        return
    unit = program.unit_of(payment.kind) if is_amount(payment, program) else None
    rest = NOTHING
    if unit is not None and not whole:
        rest = rounded(max(left, NOTHING) / each, unit.precision, "down")
    if rest > 0:
        payment.amount = rest
    else:
        allowance.refuse(payment)


def is_amount(payment: Payment, program: Program) -> bool:
    """True of units and money, which can be cut; of things there is one."""
    return payment.kind in program.units or payment.kind in ("discount", "cashback", "donation")


def _value_of(payment: Payment, allowance: Allowance, program: Program) -> Fraction | None:
    """What one of it draws on the allowance; None where it does not."""
    if allowance.unit == TIMES:
        return Fraction(1)
    if payment.amount < 0:
        return None
    if allowance.unit == program.currency:
        return program.cost_of(payment.kind, payment.name) or None
    return Fraction(1) if payment.kind == allowance.unit else None


def _holder(payment: Payment, allowance: Allowance, scene: Scene) -> tuple[Any, ...] | None:
    """For whom, and for when, it counts; None where the attribute is absent."""
    day = local_day(scene.event.at, scene.program.zone)
    period = period_start(day, allowance.period) if allowance.period else None
    customer = payment.recipient if allowance.per_customer else None
    if allowance.attribute is None:
        return customer, period, None
    found = value(allowance.attribute, scene)
    return None if found is None else (customer, period, found)


def _used(allowance: Allowance, holder: tuple[Any, ...], scene: Scene) -> Fraction:
    """What was paid on an allowance so far, less what was taken back."""
    moment = scene.moment
    drawn = [p for p in scene.world.payments if p.holders.get(allowance.key) == holder]
    if allowance.unit == TIMES:
        return Fraction(len({id(p.decision) for p in drawn if _counts(p, scene)}))
    total = NOTHING
    for payment in drawn:
        each = _value_of(payment, allowance, scene.program)
        total += payment.net(moment) * (each or NOTHING)
    return total


def _counts(payment: Payment, scene: Scene) -> bool:
    return payment.seq <= scene.moment.seq and payment.is_left(scene.moment)
