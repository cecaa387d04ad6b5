"""A decision as steps and as sentences: what each rule gave and why, or what it did not pass.

Steps stand in the order of docs/language.md, section 4. Wording is in
dsl/meaning/messages/decisions.LANGUAGE.toml; values stand as the rule's reader writes them: exact
decimals, ISO dates, local times in the program's timezone. Whatever a decision says, none of this
raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.calendar import instant
from dsl.engine.explaining.events import Events
from dsl.engine.explaining.payments import Payments
from dsl.engine.explaining.phrases import Phrases
from dsl.engine.explaining.refusals import Refusals
from dsl.engine.explaining.step import Step, StepKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from dsl.engine.decision import Decision, Outcome, Reason
    from dsl.meaning.checked import Program

# A reason that is the kind of its step; any other is told as nothing.
TOLD: dict[Reason, StepKind] = {
    "not-in-force": "not-in-force",
    "guard": "guard",
    "opt-in": "opt-in",
    "condition": "condition",
    "audience": "audience",
    "chance": "chance",
    "derived-depth": "derived-depth",
    "overflow": "overflow",
    "campaign": "campaign",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one rule did, in the order things happened; `reason` is None where it paid.

    `rule` is empty where it is of the event as a whole: that it was refused, or what a guard did.
    """

    rule: str
    reason: Reason | None
    sentences: tuple[str, ...]


def explain(
    program: Program, decision: Decision, language: str = "en", *, at: dt.datetime | None = None
) -> tuple[Explanation, ...]:
    """The event as a whole, where there is something to say of it, then each rule in text order.

    What a refund took back of rules that are not on it stands last. With `at`, when the event
    happened, dates are told in place of durations.
    """
    told: dict[str, list[str]] = {}
    for step in steps(program, decision, language, at=at):
        told.setdefault(step.rule, []).append(step.sentence)
    reasons: dict[str, Reason | None] = {one.rule: one.reason for one in decision.outcomes}
    if "" in told:
        reasons = {"": decision.refused, **reasons}
    names = dict.fromkeys((*reasons, *told))
    return tuple(Explanation(name, reasons.get(name), tuple(told.get(name, ()))) for name in names)


def steps(
    program: Program, decision: Decision, language: str = "en", *, at: dt.datetime | None = None
) -> tuple[Step, ...]:
    """The decision as a waterfall: all that happened, rule by rule in text order."""
    when = decision.at if at is None else instant(at)
    phrases = Phrases(program, language, when)
    refusals = Refusals(phrases, decision.tier)
    payments = Payments(phrases, refusals, decision)
    found = [*Events(phrases, refusals).steps(decision)]
    for outcome in decision.outcomes:
        found += _of_rule(payments, outcome)
    found += payments.taken_back()
    return tuple(found)


def _of_rule(payments: Payments, outcome: Outcome) -> Iterator[Step]:
    refusals = payments.refusals
    rule = payments.phrases.rules.get(outcome.rule)
    if rule is not None:
        found = [*payments.of_rule(rule, outcome)]
        if found:
            yield from found
            return
    if outcome.reason is None:
        return
    kind = TOLD.get(outcome.reason, "nothing")
    if rule is None:
        yield Step(kind, outcome.rule, refusals.other(outcome))
    else:
        yield Step(kind, outcome.rule, refusals.refused(rule, outcome))


__all__ = ["Explanation", "Step", "StepKind", "explain", "steps"]
