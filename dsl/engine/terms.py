"""What a reward is paid within: limits, budgets, `once` and stock, as they are written.

A term holds so much, in what it counts: money in 10**-12, units in their precision, events by one.
Source: docs/language.md, section 3, "Clauses".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.meaning import checked

if TYPE_CHECKING:
    from dsl.engine.decision import Reason
    from dsl.engine.layout import Layout
    from dsl.meaning.types import Exact
    from dsl.text.ast import Period

# Money is counted in limits and budgets with this many decimals, so that no worth is rounded.
MONEY_DECIMALS = 12
# How late in the order of steps a test stands: of the tests that left nothing, the last is named.
OVERFLOW, OWN_LIMIT, OWN_BUDGET, GROUP, CAMPAIGN, LIMIT, BUDGET, STOCK = range(8)


def money(amount: Exact, units: int = 1, precision: int = 0) -> int:
    """An amount of money, of so many 10**-precision of a unit each, in 10**-12."""
    return amount.value * units * int(10 ** (MONEY_DECIMALS - amount.decimals - precision))


def capacity(allowance: checked.Allowance) -> int:
    """How much an allowance holds, in what it counts."""
    amount = allowance.amount
    if allowance.counts == "money":
        return money(amount)
    precision = allowance.unit.precision if allowance.unit is not None else 0
    return amount.value * int(10**precision) // int(10**amount.decimals)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that holds so much: of whom, in which period, what one of a payment takes of it.

    `each` is 0 where the event itself is counted, once. `marks` is the attribute whose value is
    marked, `place` its cell of E.
    """

    name: str
    per_customer: bool
    period: Period | None
    capacity: int
    each: int
    step: int
    reason: Reason
    marks: checked.EventField | None = None
    place: int | None = None


def drawn(allowance: checked.Allowance, reward: checked.Reward, each: int) -> int | None:
    """What the smallest part of a payment takes of an allowance, 0 of one that counts events.

    `each` is what it counts for in money. None where it takes nothing: deductions do not, nor does
    what is no money of an amount of it.
    """
    if allowance.counts == "times":
        return 0
    if isinstance(reward.form, checked.Deduction):
        return None
    if allowance.counts == "money":
        return each or None
    unit = reward.unit
    named = allowance.unit is not None and unit is not None and allowance.unit.name == unit.name
    return 1 if named else None


def own_terms(
    rule: checked.Rule, reward: checked.Reward, each: int, layout: Layout
) -> tuple[Term, ...]:
    """The rule's: marks and limits, then budgets."""
    limits = sorted(rule.allowances, key=lambda allowance: allowance.scope == "budget")
    return (
        *_marks(rule.once, OWN_LIMIT, "limit", layout),
        *(
            term
            for allowance in limits
            for term in _allowance(
                allowance,
                drawn(allowance, reward, each),
                OWN_LIMIT if allowance.scope == "limit" else OWN_BUDGET,
                allowance.scope,
            )
        ),
    )


def shared_terms(
    program: checked.Program, rule: checked.Rule, reward: checked.Reward, each: int, layout: Layout
) -> tuple[Term, ...]:
    """The campaign's, then the program's, in text order, and what there is of a thing."""
    found: list[Term] = []
    if rule.campaign is not None:
        campaign = program.campaigns[rule.campaign]
        found += _marks(campaign.once, CAMPAIGN, "campaign", layout)
        for allowance in campaign.allowances:
            found += _allowance(allowance, drawn(allowance, reward, each), CAMPAIGN, "campaign")
    for allowance in program.allowances:
        step = LIMIT if allowance.scope == "limit" else BUDGET
        found += _allowance(allowance, drawn(allowance, reward, each), step, allowance.scope)
    form = reward.form
    if isinstance(form, checked.Thing):
        info = program.things.get((form.kind, form.name))
        if info is not None and info.stock is not None:
            name = f"stock of {form.kind} {form.name}"
            found.append(
                Term(
                    name,
                    per_customer=False,
                    period=None,
                    capacity=info.stock,
                    each=1,
                    step=STOCK,
                    reason="stock",
                )
            )
    return tuple(found)


def _allowance(
    allowance: checked.Allowance, each: int | None, step: int, reason: Reason
) -> Iterator[Term]:
    if each is not None:
        yield Term(
            allowance.name,
            allowance.scope == "limit",
            allowance.period,
            capacity(allowance),
            each,
            step,
            reason,
        )


def _marks(
    marks: Iterable[checked.Once], step: int, reason: Reason, layout: Layout
) -> Iterator[Term]:
    """`once` is a limit of one time."""
    for once in marks:
        place = None
        if once.attribute is not None:
            place = layout.event.places.get(("attribute", once.attribute.name))
        yield Term(
            once.name, once.per_customer, once.period, 1, 0, step, reason, once.attribute, place
        )
