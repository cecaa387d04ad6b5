"""A program ready to run: its emitted functions, and beside each rule what paying it needs."""

from __future__ import annotations

import hashlib
import re
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dsl.engine.cells import NA, S_CURRENT, S_END, S_JOINED, S_TIER, UNSET
from dsl.engine.clock import Clock, day_of
from dsl.engine.emit import PLAIN, emit, every_rule
from dsl.engine.encode import Attributes, Codes, Encoder
from dsl.engine.index import Index
from dsl.engine.nodes import remembers
from dsl.engine.plans import (
    ChallengePlan,
    Function,
    GoalPlan,
    RewardPlan,
    RulePlan,
    every,
    given,
    gives,
    is_discount,
)
from dsl.engine.terms import money, own_terms, shared_terms
from dsl.engine.wallet import NEVER
from dsl.engine.why import Why
from dsl.meaning import checked
from dsl.meaning.currencies import CURRENCIES
from dsl.meaning.types import Exact
from dsl.text import ast

DERIVED = (ast.TierChange, ast.SegmentChange, ast.ChallengeCompleted)
# Functions of a text that are given the row of the customer.
CALLED = re.compile(r"\b([a-z]\w*)\(E, I, S\b")
# What is no whole number of days.
SHORT = ("minute", "hour")


@dataclass(slots=True)
class Uses:
    """Which cells of S are filled before anything is decided, and with what."""

    balances: list[tuple[int, str]] = field(default_factory=list)
    lifetimes: list[tuple[int, str]] = field(default_factory=list)
    earned: list[tuple[int, str, ast.Window]] = field(default_factory=list)
    segments: dict[str, int] = field(default_factory=dict)
    holds: list[tuple[int, str, str]] = field(default_factory=list)
    caches: list[int] = field(default_factory=list)
    # Where a customer's age stands, and how a year is written there.
    age: int | None = None
    age_scale: int = 1


class Compiled:
    """A checked program and all that runs it."""

    def __init__(self, program: checked.Program) -> None:
        self.program = program
        self.emitted = emit(program)
        self.text = self.emitted.text
        self.layout = self.emitted.layout
        self.functions: dict[str, Any] = {"__builtins__": {}}
        # The text holds whole numbers and our own names only, nothing a user wrote.
        exec(compile(self.text, "<rules>", "exec"), self.functions)  # noqa: S102
        self.codes = Codes(self.layout.texts)
        self.clock = Clock(program.timezone)
        self.encoder = Encoder(self.layout, self.clock, self.codes)
        self.attributes = Attributes(self.layout, self.codes)
        self.observe: Function = self.functions["observe"]
        self.width = self.layout.past.width
        self.recorded = frozenset(self.layout.recorded)
        places = self.layout.past.places
        self.line_places = places.get(("lines", "start")), places.get(("lines", "end"))
        self.uses = self._uses()
        self.money_decimals = CURRENCIES.get(program.currency, 2)
        self.rules = tuple(
            self._rule(order, rule) for order, rule in enumerate(every_rule(program))
        )
        self.challenges = self._challenges()
        self.deducted = frozenset(
            reward.unit.name
            for rule in every_rule(program)
            for reward in rule.rewards
            if isinstance(reward.form, checked.Deduction) and reward.unit is not None
        )
        self.by_event: dict[str, tuple[RulePlan, ...]] = {}
        own = self.rules[: len(program.rules)]
        for name in sorted({event for rule in program.rules for event in rule.events}):
            self.by_event[name] = tuple(plan for plan in own if name in plan.rule.events)
        self.first_groups = frozenset(
            rule.group[1] for rule in every_rule(program) if rule.group and rule.group[0] == "first"
        )
        self._indexes: dict[str, Index] = {}
        # The events on which anything is taken off the price.
        self.discounting = frozenset(
            name
            for name, plans in self.by_event.items()
            if any(plan.has_discount for plan in plans)
        )
        self.timed = tuple(
            plan for plan in own if not isinstance(plan.rule.trigger, (ast.EventTrigger, *DERIVED))
        )
        # A challenge's own rewards come where the challenge stands among the rules.
        derived = (plan for plan in self.rules if isinstance(plan.rule.trigger, DERIVED))
        self.derived = tuple(sorted(derived, key=lambda plan: plan.place))
        self.has_groups = any(plan.rule.group is not None for plan in self.rules)
        self.has_shared_terms = any(
            one.shared for plan in self.rules for reward in plan.rewards for one in given(reward)
        ) or any(plan.campaign is not None for plan in self.rules)
        # An award can go to another customer than the one it is decided for.
        self.has_recipients = any(
            one.recipient is not None for plan in self.rules for one in every(plan.rewards)
        )
        # There is something to settle; a midnight can change nothing that is not found again just
        # before an event: no rule is on a change, no tier is kept, none asks for a segment.
        self.is_settling = bool(program.tiers or program.segments)
        self.is_plain = not remembers(program) and all(
            isinstance(plan.rule.trigger, ast.ChallengeCompleted) for plan in self.derived
        )

    def always_settling(self) -> Compiled:
        """The same program, its customers settled after every event and at midnights."""
        found = copy(self)
        found.is_plain, found.is_settling = False, True
        return found

    @cached_property
    def why(self) -> Why:
        """What tells which part of a condition failed."""
        return Why(self.emitted, self.functions)

    @cached_property
    def hash(self) -> str:
        """The same for programs that run alike; of many rules it takes a while."""
        return hashlib.sha256(f"{self.text}{self.program!r}".encode()).hexdigest()

    @cached_property
    def tiers(self) -> tuple[Function | None, ...]:
        """The function of each tier's items, by rank from 1; None where it is by award only."""
        return tuple(self.functions.get(f"t{tier.rank}") for tier in self.program.tiers)

    @cached_property
    def segments(self) -> dict[str, Function]:
        """The function of each segment."""
        return {name: self.functions[f"g{n}"] for n, name in enumerate(self.program.segments)}

    @cached_property
    def guards(self) -> dict[str, tuple[tuple[checked.Guard, Function], ...]]:
        """The guards of each event type, in text order."""
        found: dict[str, list[tuple[checked.Guard, Function]]] = {}
        for number, guard in enumerate(self.program.guards):
            for event in guard.events:
                found.setdefault(event, []).append((guard, self.functions[f"w{number}"]))
        return {event: tuple(guards) for event, guards in found.items()}

    def new_row(self) -> list[int]:
        """The row S of a customer nothing is known of."""
        row = [NA] * self.layout.customer.width
        row[S_END] = row[S_CURRENT] = row[S_TIER] = 0
        row[S_JOINED] = NA
        for key, place in self.layout.customer.places.items():
            if key[0] not in ("attribute", "test"):
                row[place] = 0
        return row

    def index(self, event: str) -> Index:
        """The rules on a type of event, by what they ask of it."""
        found = self._indexes.get(event)
        if found is None:
            found = self._indexes[event] = Index(self.layout, self.by_event.get(event, ()))
        return found

    def scratch(self) -> list[int]:
        """A fresh row X."""
        return [UNSET] * self.layout.memos

    def window(self, window: ast.Window, at: int) -> tuple[int, int]:
        """The instant before a window's first, and its last, as of an instant."""
        clock = self.clock
        match window:
            case ast.Last(duration=duration):
                return clock.before(at, duration.count, duration.unit), at
            case ast.This(period=period):
                return clock.start(at, period) - 1, at
            case ast.Previous(period=period):
                return clock.start(at, period, 1) - 1, clock.start(at, period) - 1
            case ast.Since(date=date):
                return clock.midnight(day_of(date.value)) - 1, at
            case _:
                return -NEVER, at

    def end_of(self, at: int, duration: ast.Duration) -> int:
        """The first instant after the local day a duration later."""
        clock = self.clock
        if duration.unit in SHORT:
            return clock.midnight(clock.day(clock.after(at, duration)) + 1)
        # Days are counted as such, whatever the clock does in between.
        return clock.midnight(clock.later_day(clock.day(at), duration) + 1)

    def expiry(
        self,
        at: int,
        rule: ast.ExpiresAfter | ast.ExpiresOn | ast.NeverExpires | None,
        unit: ast.ExpireAfter | ast.ExpireAtEnd | None = None,
    ) -> int:
        """The first instant an award is no longer there; a rule's word comes first."""
        match rule or unit:
            case ast.ExpiresAfter(duration=duration) | ast.ExpireAfter(duration=duration):
                return self.end_of(at, duration)
            case ast.ExpiresOn(date=date):
                return self.clock.midnight(day_of(date.value) + 1)
            case ast.ExpireAtEnd(which=which, period=period):
                ahead = 0 if which == "this" else 1
                last = self.clock.last_day(self.clock.day(at), period, ahead)
                return self.clock.midnight(last + 1)
            case _:
                return NEVER

    def divisor(self, name: str) -> int:
        """What the value of a function stands over."""
        return self.emitted.divisors[name]

    def _uses(self) -> Uses:
        uses = Uses()
        for key, place in self.layout.customer.places.items():
            match key:
                case ("balance", unit):
                    uses.balances.append((place, str(unit)))
                case ("lifetime", unit):
                    uses.lifetimes.append((place, str(unit)))
                case ("earned", unit, window):
                    uses.earned.append((place, str(unit), window))  # type: ignore[arg-type]  # its key
                case ("segment", name):
                    uses.segments[str(name)] = place
                case ("holds", kind, name):
                    uses.holds.append((place, str(kind), str(name)))
                case ("cache", *_):
                    uses.caches.append(place)
                case ("attribute", "age"):
                    uses.age = place
                    uses.age_scale = 10 ** self.layout.customer.types[key].decimals
                case _:
                    pass
        return uses

    def _rule(self, order: int, rule: checked.Rule) -> RulePlan:
        rewards = tuple(
            self._reward(f"{order}_{number}", number, reward, rule)
            for number, reward in enumerate(rule.rewards)
        )
        campaign = self.program.campaigns[rule.campaign] if rule.campaign else None
        return RulePlan(
            order=order,
            place=self._place(order),
            rule=rule,
            matches=self.functions.get(f"m{order}"),
            rewards=rewards,
            campaign=campaign,
            has_discount=any(gives(plan, discounts=True) for plan in rewards),
            has_other=any(gives(plan, discounts=False) for plan in rewards),
            is_simple=(
                rule.starts is None
                and rule.ends is None
                and not rule.opt_in
                and rule.chance is None
                and rule.holdout is None
                and campaign is None
                and all(one.audience is None and one.recipient is None for one in rule.rewards)
            ),
            has_own_terms=bool(rule.once or rule.allowances),
        )

    def _place(self, order: int) -> tuple[int, int]:
        """Where a rule stands in the text: a challenge's before the rule that follows it."""
        rules, challenges = len(self.program.rules), list(self.program.challenges.values())
        if order < rules:
            return order, len(challenges)
        return challenges[order - rules].rules_before, order - rules

    def _reward(
        self, name: str, number: int, reward: checked.Reward, rule: checked.Rule
    ) -> RewardPlan:
        plan = RewardPlan(
            reward=reward,
            name=name,
            number=number,
            fixed=self.emitted.fixed.get(f"q{name}"),
            amount=self.functions.get(f"q{name}"),
            recipient=self.functions.get(f"p{name}"),
            ranking=self.functions.get(f"b{name}"),
            unit=reward.unit,
        )
        unit, form = reward.unit, reward.form
        if unit is not None and unit.is_money:
            plan.each = plan.worth = money(Exact(1), 1, unit.precision)
        elif unit is not None and unit.worth is not None:
            plan.each = plan.worth = money(unit.worth, 1, unit.precision)
        elif isinstance(form, checked.Thing):
            info = self.program.things.get((form.kind, form.name))
            if info is not None:
                plan.each = money(info.cost) if info.cost else 0
                plan.worth = money(info.worth) if info.worth else 0
        elif isinstance(form, checked.OneOf):
            plan.choices = tuple(
                (choice.share, self._reward(f"{name}_{place}", number, choice.reward, rule))
                for place, choice in enumerate(form.choices)
            )
        plan.own = own_terms(rule, reward, plan.each, self.layout)
        plan.shared = shared_terms(self.program, rule, reward, plan.each, self.layout)
        plan.called = name_of(reward)
        plan.is_discount = is_discount(plan)
        plan.is_rate = reward.is_rate
        plan.is_multiplier = isinstance(form, checked.Multiplier)
        plan.is_plain = isinstance(form, PLAIN)
        plan.is_undated = (
            unit is not None
            and not unit.is_money
            and not (rule.pending or unit.pending or rule.expiry or unit.expiry)
            and not isinstance(form, checked.Deduction)
        )
        return plan

    def _asks_customer(self, name: str) -> bool:
        """True where a function of the text, or one it calls, looks at the row of the customer."""
        body = self.text.partition(f"def {name}(")[2].partition("\ndef ")[0].partition("\n")[2]
        return "S[" in body or any(map(self._asks_customer, set(CALLED.findall(body))))

    def _challenges(self) -> tuple[ChallengePlan, ...]:
        first = len(self.program.rules)
        return tuple(
            ChallengePlan(
                challenge,
                tuple(
                    GoalPlan(
                        self.functions[f"c{place}_{number}"],
                        goal.count * self.divisor(f"c{place}_{number}"),
                    )
                    for number, goal in enumerate(challenge.goals)
                ),
                self.rules[first + place],
                any(self._asks_customer(f"c{place}_{n}") for n in range(len(challenge.goals))),
            )
            for place, challenge in enumerate(self.program.challenges.values())
        )


def compile_program(program: checked.Program) -> Compiled:
    """Write a checked program's text and make it runnable."""
    return Compiled(program)


def name_of(reward: checked.Reward) -> str:
    """What an award of a reward is called: its unit, or the kind of thing."""
    if reward.unit is not None:
        return reward.unit.name
    match reward.form:
        case checked.Thing(kind=kind):
            return kind
        case checked.TierAward():
            return "tier"
        case _:
            return "message"
