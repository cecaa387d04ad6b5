"""What came of a case, and how it differs from what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.services.cases.case import AwardLine, Case, RefusalLine

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a case failed; `message` has named places that `arguments` fill."""

    message: str
    arguments: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """The message in English, filled."""
        return self.message % self.arguments if self.arguments else self.message


@dataclass(frozen=True, slots=True)
class Actual:
    """What an evaluator made of a case; `problems` are events it could not read."""

    awards: Sequence[AwardLine] = ()
    balances: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    tiers: Mapping[str, str | None] = field(default_factory=dict)
    refusals: Sequence[RefusalLine] = ()
    problems: Sequence[Difference] = ()


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case and how it differs from what was expected; without differences it passed.

    `not_run` says why the evaluator was not asked, where it was not: then it neither passed nor
    failed.
    """

    case: Case
    differences: tuple[Difference, ...]
    not_run: str | None = None

    @property
    def passed(self) -> bool:
        """True where nothing differs."""
        return not self.differences and self.not_run is None


def compare(case: Case, actual: Actual) -> tuple[Difference, ...]:
    """Every difference between what a case expects and what came of it."""
    expect = case.expect
    found = list(actual.problems)
    if expect.awards is not None:
        found += _awards(expect.awards, actual.awards)
    for customer, units in expect.balances.items():
        for unit, amount in units.items():
            held = actual.balances.get(customer, {}).get(unit, NOTHING)
            if held != amount:
                place = f"balance of {customer} in {unit}"
                found.append(_unlike(place, f"{amount:f}", f"{held:f}"))
    for customer, tier in expect.tiers.items():
        held_tier = actual.tiers.get(customer)
        if held_tier != tier:
            found.append(_unlike(f"tier of {customer}", tier or "none", held_tier or "none"))
    for refusal in expect.refusals:
        if refusal not in actual.refusals:
            found.append(_refusal(refusal, actual))
    return tuple(found)


def compare_errors(expected: Sequence[str], actual: Sequence[str]) -> tuple[Difference, ...]:
    """A difference where a text has other error codes than expected; a code may stand often."""
    if set(expected) == set(actual):
        return ()
    expected_text, actual_text = (", ".join(sorted(set(codes))) for codes in (expected, actual))
    return (_unlike("errors", expected_text or "none", actual_text or "none"),)


def _unlike(place: str, expected: str, actual: str) -> Difference:
    return Difference(
        "%(place)s: expected %(expected)s, got %(actual)s",
        {"place": place, "expected": expected, "actual": actual},
    )


def _awards(expected: Sequence[AwardLine], actual: Sequence[AwardLine]) -> list[Difference]:
    missing, extra = Counter(expected), Counter(actual)
    missing, extra = missing - extra, extra - missing
    found = [Difference("expected award %(line)s", {"line": line}) for line in missing.elements()]
    return found + [
        Difference("unexpected award %(line)s", {"line": line}) for line in extra.elements()
    ]


def _refusal(expected: RefusalLine, actual: Actual) -> Difference:
    for other in actual.refusals:
        if (other.event, other.rule) == (expected.event, expected.rule):
            return _unlike(
                f"refusal of {other.rule} on {other.event}", expected.reason, other.reason
            )
    return Difference("expected refusal %(line)s", {"line": expected})
