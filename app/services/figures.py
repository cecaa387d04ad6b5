"""Totals of dry runs as people read them: exact decimals by unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dsl.engine.columns import DryRun, RuleTotal

Amounts = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was awarded: how often, to how many customers, and how much of each unit.

    Money and things are units too, things by their kind.
    """

    awards: int
    customers: int
    units: Amounts


def figures(total: RuleTotal, run: DryRun) -> Figures:
    """A total of a run with its amounts as exact decimals."""
    return Figures(total.awards, total.customers, amounts(total.units, run))


def amounts(scaled: Mapping[str, int], run: DryRun) -> dict[str, Decimal]:
    """Scaled amounts of a run by unit as exact decimals."""
    return {unit: Decimal(amount).scaleb(-run.precisions[unit]) for unit, amount in scaled.items()}
