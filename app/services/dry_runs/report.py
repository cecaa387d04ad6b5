"""What a run comes to beside its totals, in the shape of an answer (docs/operations.md)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from app.services.dry_runs.comparing import Json
from app.services.figures import amounts
from dsl.engine.calendar import moment
from dsl.engine.columns import (
    Budget,
    DryRun,
    budgets,
    by_attribute,
    by_segment,
    by_tier,
    liabilities,
    withheld,
)
from dsl.engine.terms import MONEY_DECIMALS


def report(run: DryRun, whole: DryRun, by: str | None = None) -> Json:
    """By day, tier and segment; worth, liability, what was withheld, what never fired, budgets.

    `whole` is the run of all customers, whom liability and budgets are of; `by` is an attribute of
    events to sum up by. Raises KeyError where no event has it.
    """
    found: Json = {
        "days": {day.isoformat(): plain(units, run) for day, units in run.by_day().items()},
        "tiers": {tier or "": plain(units, run) for tier, units in by_tier(run).items()},
        "segments": {name: plain(units, run) for name, units in by_segment(run).items()},
        "worth": _worth(run.total().units, run),
        "liability": _liability(whole),
        "withheld": {rule: plain(units, run) for rule, units in withheld(run).items()},
        "never_fired": [name for name, total in run.by_rule().items() if not total.awards],
        "budgets": [_budget(one, whole) for one in budgets(whole)],
    }
    if by is not None:
        found["by"] = {
            by: {value or "": plain(units, run) for value, units in by_attribute(run, by).items()}
        }
    return found


def _worth(units: Mapping[str, int], run: DryRun) -> Json:
    """What the units that were given are worth in the program's currency, as exact decimals."""
    found = {}
    for unit, amount in amounts(units, run).items():
        each = worth_of(unit, run)
        if each is not None:
            found[unit] = f"{(amount * each).normalize():f}"
    return {"currency": run.compiled.program.currency, "units": found}


def worth_of(unit: str, run: DryRun) -> Decimal | None:
    """What one of a unit is worth in the program's currency, None where nobody said."""
    known = run.compiled.program.units.get(unit)
    if known is None or known.worth is None:
        return None
    return Decimal(known.worth.value).scaleb(-known.worth.decimals)


def _liability(run: DryRun) -> Json:
    """What of each unit was issued, and what became of it; the worth of what is outstanding."""
    found: Json = {}
    for unit, one in liabilities(run).items():
        parts = ("issued", "redeemed", "expired", "outstanding")
        own = {part: plain({unit: getattr(one, part)}, run)[unit] for part in parts}
        each = worth_of(unit, run)
        if each is not None:
            exact = amounts({unit: one.outstanding}, run)[unit] * each
            own["worth"] = f"{exact.normalize():f}"
        found[unit] = own
    return found


def amount_of(value: int, one: Budget, run: DryRun) -> str:
    """So much of what a budget counts, as an exact decimal."""
    decimals = 0
    if one.counts == "money":
        decimals = MONEY_DECIMALS
    elif one.counts != "times":
        decimals = run.precisions.get(one.counts, 0)
    return f"{Decimal(value).scaleb(-decimals).normalize():f}"


def _budget(one: Budget, run: DryRun) -> Json:
    return {
        "of": one.of,
        "counts": one.counts,
        "since": None if one.since is None else one.since.isoformat(),
        "capacity": amount_of(one.capacity, one, run),
        "used": amount_of(one.used, one, run),
        "ended": None if one.ended is None else moment(one.ended).isoformat(),
    }


def plain(units: Mapping[str, int], run: DryRun) -> Json:
    """Scaled amounts by unit: of whole units integers, of others exact decimal texts."""
    return {
        unit: amount if run.precisions[unit] == 0 else f"{exact:f}"
        for (unit, amount), exact in zip(units.items(), amounts(units, run).values(), strict=True)
    }
