"""What a run leaves owing: of each unit what was issued, redeemed, expired, and is outstanding.

Balances start from nothing with the period, as all of a dry run does; what expires by its end is
breakage, what is outstanding then the liability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import NA
from dsl.engine.columns.balance import Balance
from dsl.engine.columns.clock import Clocks
from dsl.engine.plans import given
from dsl.engine.wallet import NEVER
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.dry_run import DryRun
    from dsl.engine.compiled import Compiled
    from dsl.engine.plans import RewardPlan, RulePlan


@dataclass(frozen=True, slots=True)
class Liability:
    """Of one unit, in its smallest part; issued is redeemed, expired and outstanding together."""

    issued: int
    redeemed: int
    expired: int
    outstanding: int


NOTHING = Liability(0, 0, 0, 0)


def liabilities(run: DryRun) -> dict[str, Liability]:
    """What was issued of the program's units, and what became of it; of others nothing.

    Raises ValueError of a run that took a part from another, where that is not known.
    """
    if run.balances is None:
        msg = "what customers hold is not known after an edit"
        raise ValueError(msg)
    found = {}
    chosen, awards = run.given, run.awards
    for name, unit in run.compiled.program.units.items():
        if unit.is_money or name not in run.unit_names:
            continue
        own = chosen & (awards.units == run.unit_names.index(name))
        issued = sum(run.moved[own].tolist())
        left = run.balances.get(name, Balance())
        # All that was given to others than the folded is there, until its day is over.
        there = np.flatnonzero(own & ~run.folded[awards.customers])
        lost = _expired(run, there)
        expired = left.expired + lost
        outstanding = left.outstanding + sum(run.moved[there].tolist()) - lost
        redeemed = issued - expired - outstanding
        one = Liability(issued, redeemed, expired, outstanding)
        if one != NOTHING:
            found[name] = one
    return found


def _expired(run: DryRun, places: Ints) -> int:
    """What of awards is over by the end, nothing having been taken of them."""
    total, awards = 0, run.awards
    for rule, plan in enumerate(run.compiled.rules):
        own = places[awards.rules[places] == rule]
        if not len(own):
            continue
        expires = expiries(
            run.compiled, plan, _of(plan, run, int(awards.units[own[0]])), awards.at[own]
        )
        total += sum(awards.amounts[own][expires <= run.until].tolist())
    return total


def _of(plan: RulePlan, run: DryRun, unit: int) -> RewardPlan:
    """A reward of a rule in a unit: all of them expire alike."""
    called = run.unit_names[unit]
    return next(one for reward in plan.rewards for one in given(reward) if one.called == called)


def expiries(compiled: Compiled, plan: RulePlan, reward: RewardPlan, at: Ints) -> Ints:
    """The first instants at which awards of these instants are no longer there.

    The same as Compiled.expiry gives for each.
    """
    unit = reward.unit
    clocks = Clocks(at, compiled.program.timezone)
    match plan.rule.expiry or (unit.expiry if unit is not None else None):
        case ast.ExpiresAfter(duration=last) | ast.ExpireAfter(duration=last):
            return clocks.day_ends(last.count, last.unit)
        case ast.ExpireAtEnd(which=which, period=period):
            return clocks.period_ends(period, 0 if which == "this" else 1)
        case ast.ExpiresOn():
            return np.full(len(at), compiled.expiry(NA, plan.rule.expiry), np.int64)
        case _:
            return np.full(len(at), NEVER, np.int64)
