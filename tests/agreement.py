"""The oracle and the compiled evaluator held against each other on one drawn case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from app.services.cases import Actual, CompiledEngine, ReferenceEngine
from tests.strategies.cases import Drawn

COMPILED, QUICK, REFERENCE = CompiledEngine(), CompiledEngine(why=False), ReferenceEngine()


def differences(drawn: Drawn) -> list[str]:
    """What the two evaluators decide differently, a line each; empty where they agree."""
    compiled = COMPILED.run(drawn.case, drawn.programs)
    reference = REFERENCE.run(drawn.case, drawn.programs)
    found = [f"not read: {problem}" for problem in (*compiled.problems, *reference.problems)]
    found += unlike(compiled, reference)
    # Without reasons only the rules that can match are asked: the same must come of it.
    quick = QUICK.run(drawn.case, drawn.programs)
    return found + _unlike("award, without reasons,", quick.awards, compiled.awards)


def oracle(drawn: Drawn) -> Actual | None:
    """What the oracle decides; None where it fails."""
    try:
        return REFERENCE.run(drawn.case, drawn.programs)
    except Exception:  # noqa: BLE001 - a finding is told without it
        return None


def unlike(compiled: Actual, reference: Actual) -> list[str]:
    """How two outcomes differ in awards, refusals, balances and tiers."""
    found = _unlike("award", compiled.awards, reference.awards)
    # Whether an event delivered twice is refused twice is nothing that anyone relies on.
    found += _unlike("refusal", set(compiled.refusals), set(reference.refusals))
    found += _unlike("balance", _held(compiled), _held(reference))
    return found + _unlike("tier", _tiers(compiled), _tiers(reference))


def _unlike(what: str, compiled: Iterable[object], reference: Iterable[object]) -> list[str]:
    mine, theirs = Counter(compiled), Counter(reference)
    return [
        f"{what} of the compiled evaluator only: {line}" for line in (mine - theirs).elements()
    ] + [f"{what} of the oracle only: {line}" for line in (theirs - mine).elements()]


def _held(actual: Actual) -> list[str]:
    balances = actual.balances.items()
    return [
        f"{customer} has {amount.normalize():f} {unit}"
        for customer, units in balances
        for unit, amount in units.items()
        if amount
    ]


def _tiers(actual: Actual) -> list[str]:
    return [f"{customer} is {tier}" for customer, tier in actual.tiers.items() if tier is not None]
