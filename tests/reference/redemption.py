"""Redeems: what they take, and why they are refused (docs/language.md, sections 2 and 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from dsl.text import ast
from tests.reference.allowances import allowances_of, fit
from tests.reference.audiences import is_for
from tests.reference.expressions import holds
from tests.reference.payments import Payment
from tests.reference.scenes import Scene
from tests.reference.values import NOTHING


@dataclass(frozen=True)
class Asked:
    """What a redeem wants: an amount of a unit, for a reward or by itself."""

    unit: str
    amount: Fraction
    reward: ast.RewardDecl | None = None

    def payment(self) -> Payment:
        """The redeem as something that limits of the reward count."""
        name = self.reward.name if self.reward is not None else None
        clauses = ()
        return Payment("", (0, 0), "", self.unit, name, self.amount, clauses)


def asked_for(scene: Scene) -> Asked | str:
    """What a redeem wants, or why it cannot be."""
    event, program = scene.event, scene.program
    name = event.values.get("reward")
    if name is None:
        for unit, amount in event.asked.items():
            return Asked(unit, amount)
        return "not-in-force"
    reward = program.redeemables.get(name)
    option = event.values.get("option", Fraction(1))
    if reward is None or option not in range(1, len(reward.prices) + 1):
        return "not-in-force"
    price = reward.prices[int(option) - 1]
    return Asked(program.unit(price.unit).name, Fraction(price.amount), reward)


def refused(scene: Scene, asked: Asked, payment: Payment) -> str | None:
    """The first test that fails, None where the redeem goes through."""
    return next(_failing(scene, asked, payment), None)


def _failing(scene: Scene, asked: Asked, payment: Payment) -> Iterator[str]:
    program, reward = scene.program, asked.reward
    options = reward.options if reward is not None else ()
    for option in options:
        if isinstance(option, ast.Where) and not holds(option.where)(scene):
            yield "condition"
    for option in options:
        if isinstance(option, ast.For) and not is_for(option.target, scene):
            yield "audience"
    if reward is not None:
        payment.recipient = scene.customer
        for allowance in allowances_of(f"reward {reward.name}", options, program):
            fit(payment, allowance, scene, [], whole=True)
            if payment.amount == 0 and asked.amount != 0:
                yield "limit"
    unit = program.units[asked.unit]
    if scene.spendable(asked.unit) < asked.amount:
        yield "insufficient"
    if reward is None:
        if asked.amount <= 0 or (unit.least is not None and asked.amount < unit.least):
            yield "minimum"
        step = unit.step or Fraction(1, 10**unit.precision)
        if (asked.amount / step).denominator != 1:
            yield "step"
    stock = next((o.count for o in options if isinstance(o, ast.Stock)), None)
    if stock is not None and reward is not None:
        given = [p for p in scene.world.redeemed if p.name == reward.name]
        if sum(1 for p in given if p.net(scene.moment) != NOTHING) >= stock:
            yield "stock"
