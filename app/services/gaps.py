"""What of the language live decisions do not run yet, so that nothing is ignored in silence.

Previews, cases and dry runs run all of it. Live, a decision is of one customer and one event: what
needs a clock, lots of a balance, other customers, draws, or things to hand out is still to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.services.errors import Invalid
from dsl.engine.nodes import walk
from dsl.engine.terms import capacity
from dsl.meaning import checked
from dsl.meaning.types import Unit
from dsl.text import ast
from dsl.text.source import NOWHERE, Span

# Events that correct or spend what others brought.
NOT_TAKEN = frozenset({"refund", "redeem", "cancel"})
# What a counter can hold.
MOST_USED = 2**63 - 1
TRIGGERS = {
    ast.Birthday: "on birthday",
    ast.Anniversary: "on anniversary",
    ast.EveryDay: "on every day",
    ast.EveryWeekday: "on every week",
    ast.EveryMonth: "of every month",
    ast.Expiring: "on … expiring in",
    ast.ChallengeCompleted: "on challenge … completed",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A form that live decisions do not run yet, in the language's own words, and where it stands.

    `span` is in the text of the rule, or, where `rule` is None, of the declarations; it is empty
    where the place is not known.
    """

    form: str
    span: Span
    rule: str | None = None


def gaps(program: checked.Program) -> tuple[Gap, ...]:
    """Every form of a program that live decisions do not run yet, each once at its place."""
    found = [*_of_declarations(program)]
    for rule in program.rules:
        found += [Gap(form, span or rule.span, rule.name) for form, span in _of_rule(rule)]
    return tuple(dict.fromkeys(found))


def refuse_gaps(program: checked.Program) -> None:
    """Raise Invalid, which names the forms, where live decisions cannot run a program."""
    forms = dict.fromkeys(f"`{gap.form}`" for gap in gaps(program))
    if forms:
        raise Invalid(
            (),
            "Live decisions do not run %(forms)s yet; previews, cases and dry runs do.",
            forms=", ".join(forms),
        )


Found = Iterator[tuple[str, Span | None]]


def _of_declarations(program: checked.Program) -> Iterator[Gap]:
    for unit in program.units.values():
        yield from _plain(_of_unit(unit))
    for tier in program.tiers:
        yield from (Gap(form, span or _place(tier.items)) for form, span in _of_tier(tier))
        yield from _plain(_of_expressions(tier.items))
    for segment in program.segments.values():
        yield from _plain(_of_expressions(segment.where))
    for campaign in program.campaigns.values():
        yield from _plain(_of_allowances(campaign.allowances))
    yield from _plain(_of_allowances(program.allowances))
    for guard in program.guards:
        yield Gap("guard", guard.where.span)
    for challenge in program.challenges.values():
        yield Gap("challenge", challenge.within.span)
    for redeemable in program.redeemables.values():
        yield Gap("reward", redeemable.where.span if redeemable.where else NOWHERE)


def _plain(found: Found) -> Iterator[Gap]:
    return (Gap(form, span or NOWHERE) for form, span in found)


def _of_unit(unit: Unit) -> Found:
    if unit.pending is not None:
        yield "pending", unit.pending.span
    if unit.expiry is not None:
        yield "expire", unit.expiry.span
    if unit.redeem_least is not None:
        yield "redeem at least", None
    if unit.redeem_step is not None:
        yield "redeem in steps of", None


def _of_tier(tier: checked.Tier) -> Found:
    if not tier.items:
        yield "by award", None
    if tier.keep is not None:
        yield "keep", tier.keep.span
    if tier.grace is not None:
        yield "grace", tier.grace.span
    if tier.one_step:
        yield "one step at a time", None
    if tier.perks:
        yield "perks", None


def _of_rule(rule: checked.Rule) -> Found:
    yield from _of_trigger(rule)
    yield from _of_expressions(rule.where)
    for reward in rule.rewards:
        yield from _of_reward(reward)
    yield from _of_allowances(rule.allowances)
    if rule.pending is not None:
        yield "pending", rule.pending.span
    if isinstance(rule.expiry, ast.ExpiresAfter | ast.ExpiresOn):
        yield "expires", rule.expiry.span
    if rule.chance is not None:
        yield "chance", None
    if rule.holdout is not None:
        yield "holdout", None


def _of_trigger(rule: checked.Rule) -> Found:
    trigger = rule.trigger
    match trigger:
        case ast.EventTrigger():
            for event in sorted(NOT_TAKEN.intersection(rule.events)):
                yield f"on {event}", trigger.span
        case ast.Around(side=side):
            yield f"on … {side}", trigger.span
        case ast.Without():
            yield "on … without", trigger.span
        case ast.TierChange(direction=direction):
            yield f"on tier {direction}", trigger.span
        case ast.SegmentChange(direction=direction):
            yield f"on {direction} segment", trigger.span
        case _:
            yield TRIGGERS[type(trigger)], trigger.span


def _of_reward(reward: checked.Reward) -> Found:
    match reward.form:
        case checked.Thing(kind=kind):
            yield kind, reward.span
        case checked.TierAward():
            yield "tier", reward.span
        case checked.Message():
            yield "message", reward.span
        case checked.OneOf():
            yield "one of", reward.span
        case checked.Deduction():
            yield "deduct", reward.span
        case checked.CheapestFree():
            yield "cheapest … free", reward.span
        case _ if reward.unit is not None and reward.unit.is_money:
            yield reward.unit.name, reward.span
        case _:
            pass
    if isinstance(reward.audience, checked.Top):
        yield "top", reward.span
    if isinstance(reward.audience, checked.AtRandom):
        yield "at random", reward.span
    if reward.recipient is not None:
        yield f"to {getattr(reward.recipient, 'name', 'another customer')}", reward.span
    yield from _of_expressions(reward.form)


def _of_allowances(allowances: Iterable[checked.Allowance]) -> Found:
    for allowance in allowances:
        if capacity(allowance) > MOST_USED:
            yield f"{allowance.scope} {allowance.amount.value}", allowance.span


def _of_expressions(node: Any) -> Found:  # noqa: ANN401 - whatever has expressions in it
    """What is asked about balances, things, other customers, and events that are not taken."""
    for part in walk(node):
        match part:
            case checked.Past():
                if part.anyone:
                    yield "by anyone", _place(node)
                if part.role is not None:
                    yield f"as {part.role}", _place(node)
                if part.event in NOT_TAKEN:
                    yield part.event, _place(node)
            case checked.DaysSincePrevious(event=event) if event in NOT_TAKEN:
                yield event, part.span
            case checked.OtherField(root=root, name=name):
                yield f"{root.name}.{name}", part.span
            case checked.Balance(unit=unit):
                yield unit.name, part.span
            case checked.Lifetime(unit=unit):
                yield f"lifetime {unit.name}", part.span
            case checked.Earned(unit=unit):
                yield f"{unit.name} earned", part.span
            case checked.Holds(kind=kind):
                yield f"has {kind}", part.span
            case _:
                pass


def _place(node: Any) -> Span:  # noqa: ANN401 - as above
    """The first place that is known in a node."""
    spans = (part.span for part in walk(node) if isinstance(part, checked.Typed))
    return next((span for span in spans if span != NOWHERE), NOWHERE)
