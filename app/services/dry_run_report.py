"""What a dry run says beside its totals, as JSON: by day and attribute, worth, budgets, movers.

Source of the shape of the answer: docs/operations.md, "Dry runs".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.services.figures import amounts
from dsl.engine.calendar import moment
from dsl.engine.columns import Budget, DryRun, budgets, by_attribute, withheld
from dsl.engine.terms import MONEY_DECIMALS

# So many customers are listed who would get more than before, and as many who would get less.
MOVERS = 50
# Shares of the customers, by how much more or less they would get.
QUANTILES = (0, 10, 25, 50, 75, 90, 100)
Json = dict[str, Any]


def report(run: DryRun, by: str | None = None) -> Json:
    """By day; worth in money; what was withheld; rules that never fired; budgets and their ends.

    `by` is an attribute of events to sum up by. Raises KeyError where no event has it.
    """
    found: Json = {
        "days": {day.isoformat(): plain(units, run) for day, units in run.by_day().items()},
        "worth": worth(run),
        "withheld": {rule: plain(units, run) for rule, units in withheld(run).items()},
        "never_fired": [name for name, total in run.by_rule().items() if not total.awards],
        "budgets": [_budget(one, run) for one in budgets(run)],
    }
    if by is not None:
        found["by"] = {
            by: {value or "": plain(units, run) for value, units in by_attribute(run, by).items()}
        }
    return found


def worth(run: DryRun) -> Json:
    """What the units that were given are worth in the program's currency, as exact decimals."""
    program, found = run.compiled.program, {}
    for unit, amount in amounts(run.total().units, run).items():
        known = program.units.get(unit)
        if known is not None and known.worth is not None:
            each = Decimal(known.worth.value).scaleb(-known.worth.decimals)
            found[unit] = f"{(amount * each).normalize():f}"
    return {"currency": program.currency, "units": found}


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


def movers(run: DryRun, against: DryRun) -> Json:
    """Who would get more and who less, by unit: how many, the quantiles, the first MOVERS of each.

    Quantiles are over all customers who got any of the unit in either run.
    """
    mine, theirs = _by_unit(run), _by_unit(against)
    found: Json = {}
    for unit in dict.fromkeys([*mine, *theirs]):
        own, other = mine.get(unit, {}), theirs.get(unit, {})
        more = {c: own.get(c, Decimal(0)) - other.get(c, Decimal(0)) for c in own.keys() | other}
        ordered = sorted(more.items(), key=lambda moved: (-moved[1], moved[0]))
        last = len(ordered) - 1
        found[unit] = {
            "gaining": sum(value > 0 for value in more.values()),
            "losing": sum(value < 0 for value in more.values()),
            "quantiles": {
                f"{share} %": _told(ordered[last - last * share // 100][1]) for share in QUANTILES
            },
            "most_more": [[c, _told(v)] for c, v in ordered[:MOVERS] if v > 0],
            "most_less": [[c, _told(v)] for c, v in reversed(ordered[-MOVERS:]) if v < 0],
        }
    return found


def _by_unit(run: DryRun) -> dict[str, dict[str, Decimal]]:
    found: dict[str, dict[str, Decimal]] = {}
    for customer, units in run.by_customer().items():
        for unit, amount in amounts(units, run).items():
            found.setdefault(unit, {})[customer] = amount
    return found


def _told(value: Decimal) -> int | str:
    return int(value) if value == value.to_integral_value() else f"{value.normalize():f}"
