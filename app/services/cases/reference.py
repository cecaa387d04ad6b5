"""Cases on the reference, the naive evaluator that stands in a checkout beside the tests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

from app.services.cases.case import AwardLine, Case, RefusalLine
from app.services.cases.engines import IDENTITY, opening_balances, profile_of
from app.services.cases.outcome import Actual
from app.services.errors import NotFound
from dsl.meaning.checked import Program

REFERENCE = Path(__file__).parents[3] / "tests" / "reference.py"


def load_reference(path: Path = REFERENCE) -> ModuleType:
    """The module of the naive evaluator, which stands in a checkout beside the tests."""
    spec = importlib.util.spec_from_file_location("tally_reference", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise NotFound("The reference evaluator, %(path)s, comes with a checkout.", path=str(path))
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class ReferenceEngine:
    """The naive evaluator of a checkout."""

    def __init__(self, path: Path = REFERENCE) -> None:
        self._module = load_reference(path)

    def run(self, case: Case, programs: Sequence[Program]) -> Actual:
        """What the reference decides, event by event in the order of delivery."""
        reference = self._module.Reference([(v.starts, v.text) for v in case.versions])
        for opening in case.customers:
            profile = profile_of(opening, programs[0])
            attributes = {name: v for name, v in profile.items() if name not in IDENTITY}
            balances = opening_balances(opening, programs[0])
            reference.open(opening.id, attributes, opening.tier, balances)
        decisions = {}
        conflicts = []
        for raw in case.events:
            decision = reference.decide(raw)
            if any(refusal.rule is None for refusal in decision.refusals):
                conflicts += decision.refusals
            else:
                decisions[raw["id"]] = decision
        refusals = [r for d in decisions.values() for r in d.refusals] + conflicts
        ends = case.ends
        return Actual(
            [
                AwardLine(a.event, None, a.rule, a.customer, a.unit, _decimal(a.amount))
                for decision in decisions.values()
                for a in decision.awards
            ],
            {c: {u: _decimal(n) for u, n in h.items()} for c, h in reference.balances().items()},
            reference.tiers(ends) if ends is not None else {},
            [RefusalLine(r.event, r.rule, r.reason) for r in refusals],
        )


def _decimal(amount: Any) -> Decimal:  # noqa: ANN401 - a Fraction whose denominator divides a power of ten
    return Decimal(amount.numerator) / Decimal(amount.denominator)
