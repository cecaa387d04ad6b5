"""Totals of dry runs as people read them: exact decimals by unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dsl.engine.columns import RuleTotal
from dsl.meaning import checked

Amounts = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was awarded: how often, to how many customers, and how much of each unit."""

    awards: int
    customers: int
    units: Amounts


def figures(total: RuleTotal, program: checked.Program) -> Figures:
    """A total with its amounts as exact decimals."""
    return Figures(total.awards, total.customers, amounts(total.units, program))


def amounts(scaled: Mapping[str, int], program: checked.Program) -> dict[str, Decimal]:
    """Scaled amounts by unit as exact decimals."""
    return {
        unit: Decimal(amount).scaleb(-program.units[unit].precision)
        for unit, amount in scaled.items()
    }
