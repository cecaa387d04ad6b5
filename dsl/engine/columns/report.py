"""What a run comes to beside its totals: by attribute, tier, segment; withheld; budgets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import NA
from dsl.engine.clock import date_of, first_day
from dsl.engine.columns.awards import WITHHELD
from dsl.engine.columns.clock import Clocks
from dsl.engine.columns.sums import sums
from dsl.engine.plans import given
from dsl.meaning import checked

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from dsl.engine.columns.convert import Column, Ints
    from dsl.engine.columns.dry_run import DryRun
    from dsl.engine.plans import RewardPlan
    from dsl.engine.terms import Term


@dataclass(frozen=True, slots=True)
class Budget:
    """What was drawn of one budget in one calendar period, None where it is for ever.

    `of` is the rule, campaign or program that has it, or what there is so much of. `counts` is what
    it counts: `times`, the name of a unit (in its smallest part), or `money` (in 10**-12). `since`
    is the first local date of the period. `ended` is when an award took the last of it, None where
    some is left.
    """

    name: str
    of: str
    counts: str
    since: dt.date | None
    capacity: int
    used: int
    ended: int | None


def withheld(run: DryRun) -> dict[str, dict[str, int]]:
    """By rule what was held out, by unit; rules that held nothing out are left out."""
    awards = run.awards
    chosen = np.flatnonzero(awards.statuses == WITHHELD)
    found: dict[str, dict[str, int]] = {}
    for rule, unit, amount in sums(
        awards.rules[chosen], awards.units[chosen], awards.amounts[chosen]
    ):
        found.setdefault(run.rule_names[rule], {})[run.unit_names[unit]] = amount
    return found


def by_attribute(run: DryRun, name: str) -> dict[str | None, dict[str, int]]:
    """By the value of an event's text attribute what was given, by unit; None without one.

    What fell due without an event stands with None. Raises KeyError where it is no text of any.
    """
    columns = [
        column
        for (own, _), column in run.history.columns.items()
        if own == name and column.texts is not None
    ]
    if not columns:
        raise KeyError(name)
    chosen, awards = run.given, run.awards
    found: dict[str | None, dict[str, int]] = {}
    rows = awards.rows[chosen]
    for texts, codes in (_texts(column, rows) for column in columns):
        for code, unit, amount in sums(codes, awards.units[chosen], run.moved[chosen]):
            if code >= 0:
                found.setdefault(texts[code], {})[run.unit_names[unit]] = amount
    without = np.all([_texts(column, rows)[1] < 0 for column in columns], axis=0)
    units, amounts = awards.units[chosen][without], run.moved[chosen][without]
    for _, unit, amount in sums(np.zeros_like(units), units, amounts):
        found.setdefault(None, {})[run.unit_names[unit]] = amount
    return found


def _texts(column: Column, rows: Ints) -> tuple[tuple[str, ...], Ints]:
    """The texts of a column, and which of them events of rows have; -1 without one."""
    values = np.append(column.values, NA)[rows]
    return column.texts or (), np.where(values == NA, -1, values)


def budgets(run: DryRun) -> list[Budget]:
    """What was drawn of every budget, period by period; budgets of marked values are left out."""
    program = run.compiled.program
    rules = [plan.rule for plan in run.compiled.rules]
    holders: list[checked.Program | checked.Campaign | checked.Rule]
    holders = [program, *program.campaigns.values(), *rules]
    owners = {one.name: holder.name for holder in holders for one in holder.allowances}
    terms: dict[str, Term] = {}
    each: dict[str, dict[tuple[int, int, str], int]] = {}
    for rule, plan in enumerate(run.compiled.rules):
        for number, reward in enumerate(plan.rewards):
            for one in given(reward):
                for term in _budgets_of(one):
                    terms[term.name] = term
                    each.setdefault(term.name, {})[rule, number, one.called] = term.each
    return [
        one
        for name, term in terms.items()
        for one in _drawn(run, term, owners.get(name, name), each[name])
    ]


def _budgets_of(reward: RewardPlan) -> Iterator[Term]:
    for term in (*reward.own, *reward.shared):
        if not term.per_customer and term.marks is None:
            yield term


def _drawn(
    run: DryRun, term: Term, of: str, each: dict[tuple[int, int, str], int]
) -> Iterator[Budget]:
    """One budget, by its periods, from the awards that drew on it."""
    counts = "money"
    if term.each < 2:  # noqa: PLR2004 - an event, or a part of a unit
        counts = next(unit for _, _, unit in each) if term.each else "times"
    awards = run.awards.ordered
    draws = np.full(len(awards), -1, np.int64)
    for (rule, reward, unit), one in each.items():
        code = run.unit_names.index(unit) if unit in run.unit_names else -1
        draws[(awards.rules == rule) & (awards.rewards == reward) & (awards.units == code)] = one
    chosen = np.flatnonzero((draws >= 0) & (awards.statuses != WITHHELD))
    rows, at, whose = awards.rows[chosen], awards.at[chosen], awards.customers[chosen]
    drawn = awards.amounts[chosen] * draws[chosen]
    if not len(chosen):
        yield Budget(term.name, of, counts, None, term.capacity, 0, None)
        return
    # An event counts once, however many of its awards count.
    first = np.ones(len(rows), np.bool_)
    first[1:] = (rows[1:] != rows[:-1]) | (at[1:] != at[:-1])
    # A timer is an event of each customer.
    first[1:] |= (rows[1:] < 0) & (whose[1:] != whose[:-1])
    drawn = np.where(draws[chosen] == 0, first, drawn)
    periods = np.zeros(len(at), np.int64)
    if term.period is not None:
        periods = Clocks(at, run.compiled.program.timezone).period(term.period)
    for period in np.unique(periods).tolist():
        own = periods == period
        used = np.cumsum(drawn[own])
        full = np.flatnonzero(used >= term.capacity)
        yield Budget(
            name=term.name,
            of=of,
            counts=counts,
            since=None if term.period is None else date_of(first_day(term.period, period)),
            capacity=term.capacity,
            used=int(used[-1]),
            ended=int(at[own][full[0]]) if len(full) else None,
        )


def by_tier(run: DryRun) -> dict[str | None, dict[str, int]]:
    """What was given to customers of each tier, by unit; None below the first."""
    tiers = [None, *(tier.name for tier in run.compiled.program.tiers)]
    ranks = np.array([tiers.index(one.tier) for one in run.standing_names] or [0], np.int64)
    found = _sums(run, ranks[run.awards.standings])
    return {tier: found[rank] for rank, tier in enumerate(tiers) if rank in found}


def by_segment(run: DryRun) -> dict[str, dict[str, int]]:
    """What was given to customers in each segment, by unit; they may be in several, or in none."""
    found = {}
    for name in run.compiled.program.segments:
        own = in_segment(run, name)
        found[name] = _sums(own, np.zeros(len(own.awards), np.int64)).get(0, {})
    return found


def in_segment(run: DryRun, name: str) -> DryRun:
    """The awards of customers who were in a segment when it was decided.

    All else drew on budgets as it did. Raises KeyError where the program has no such segment.
    """
    if name not in run.compiled.program.segments:
        raise KeyError(name)
    inside = np.array([name in one.segments for one in run.standing_names] or [False])
    return of_awards(run, np.flatnonzero(inside[run.awards.ordered.standings]))


def of_awards(run: DryRun, places: Ints) -> DryRun:
    """Some of a run's awards."""
    return replace(run, awards=run.awards.ordered.some(places), edit=None)


def _sums(run: DryRun, keys: Ints) -> dict[int, dict[str, int]]:
    chosen = run.given
    found: dict[int, dict[str, int]] = {}
    names = run.unit_names
    for key, unit, amount in sums(keys[chosen], run.awards.units[chosen], run.moved[chosen]):
        found.setdefault(key, {})[names[unit]] = amount
    return found
