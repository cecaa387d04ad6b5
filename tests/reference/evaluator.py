"""Everything that happens, in its order (docs/language.md, section 4)."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from dsl.text import ast
from tests.reference.book import (
    EVER,
    Moment,
    Place,
    Record,
    end_of,
    just_before,
    moment_at,
    with_amount,
)
from tests.reference.challenges import complete
from tests.reference.customers import Opening
from tests.reference.deciding import Triggered, decide, guard_scene
from tests.reference.expressions import holds
from tests.reference.instants import ALWAYS, NEVER, TICK, local_day, midnight
from tests.reference.ledger import Lot, Move
from tests.reference.payments import Decision, Line, Refusal
from tests.reference.posting import post
from tests.reference.programs import Program
from tests.reference.reading import Event
from tests.reference.scenes import Scene, World
from tests.reference.tiers import Change, When, settle_at, standing_at
from tests.reference.timers import instants_of, is_due, is_timer, timer_scene, wakes, winners

MOST_DEPTH = 8
Changes = list[tuple[str, Change]]


@dataclass(frozen=True)
class Cause:
    """Under which program and at which place something is decided, and what it goes back to.

    `timed` is true of timers and of derived events; only the latter are `derived`.
    """

    program: Program
    place: Place
    root: str
    timed: bool = False
    derived: bool = False


class Evaluator:
    """A program's versions, and all that has happened under them."""

    def __init__(
        self,
        versions: Sequence[tuple[dt.datetime | None, str]],
        secret: str = "",
        start: dt.datetime | None = None,
    ) -> None:
        self.versions = [(since, Program(text)) for since, text in versions]
        self.wakes = any(wakes(program) for _, program in self.versions)
        self.world = World(secret)
        self.start = start
        self.clock: dt.datetime | None = None
        self.raws: dict[str, Mapping[str, Any]] = {}
        self.decisions: dict[str, Decision] = {}
        self.lines: list[Line] = []
        self.refusals: list[Refusal] = []
        self.flagged: list[tuple[str, str]] = []

    def open(
        self, customer: str, joined: str | None, tier: str | None, given: Mapping[str, Any]
    ) -> None:
        """Let a customer start from attributes before every event, a fixed tier, balances."""
        self.world.openings[customer] = Opening(joined, tier, given)
        program = self.versions[0][1]
        for name, amount in given.items():
            unit = program.unit_name(name)
            if unit in program.units:
                number, size = self.world.number(), Fraction(str(amount))
                lot = Lot(number, ALWAYS, ALWAYS, NEVER, amount=size, earned=False)
                self.world.ledger.lots[customer, unit].append(lot)

    def version(self, at: dt.datetime) -> Program | None:
        """The program in force at an instant."""
        in_force = [program for start, program in self.versions if start is None or start <= at]
        return in_force[-1] if in_force else None

    def balances(self, at: dt.datetime) -> dict[str, dict[str, Fraction]]:
        """What every customer can spend at an instant, by unit."""
        moment = Moment(at, end_of(at), EVER, at)
        units = {unit for _, program in self.versions for unit in program.units}
        return {
            customer: {
                unit: self.world.ledger.spendable((customer, unit), moment) for unit in units
            }
            for customer in self.world.customers()
        }

    def tiers(self, at: dt.datetime) -> dict[str, str | None]:
        """Every customer's tier, as just before an event of an instant."""
        program = self.version(at) or Program("")
        moment = Moment(at, end_of(at), EVER, at)
        return {
            customer: standing_at(self.world, customer, program, moment).tier
            for customer in self.world.customers()
        }

    # --- step 0: what falls due -------------------------------------------------------------

    def begin(self, at: dt.datetime) -> None:
        """Nothing falls due before the start; who is known by then is settled without a trigger."""
        if self.clock is not None:
            return
        start = self.start or at
        self.clock = start - TICK
        program = self.version(start)
        if program is not None:
            for customer in self.world.customers():
                settle_at(self.world, customer, program, moment_at(start), "before")

    def pass_time(self, upto: dt.datetime) -> None:
        """Everything that falls due up to and including an instant happens, in order."""
        assert self.clock is not None
        # Who comes under a version that asks what changed has to be settled by then.
        versions = [p for _, p in self.versions] if self.wakes else []
        planned = sorted({t for p in versions for t in instants_of(p, self.clock, upto)})
        while True:
            released = [t for t in self.world.ledger.releases() if self.clock < t <= upto]
            following = next((t for t in planned if t > self.clock), None)
            due = [*released, *([] if following is None else [following])]
            if not due:
                break
            self.clock = min(due)
            self._fall_due(self.clock)
        self.clock = max(self.clock, upto)

    def _fall_due(self, at: dt.datetime) -> None:
        """Releases and expiries, then settling, then timers by rule order and customer's id."""
        self.world.ledger.absorb_all(at)
        program = self.version(at)
        if program is None or not self.wakes:
            return
        day = local_day(at, program.zone)
        if at == midnight(day, program.zone):
            cause = Cause(program, just_before(at), day.isoformat(), timed=True)
            for customer in self.world.customers():
                self.settle(customer, at, cause, "midnight", day.isoformat())
        for place, (name, rule) in enumerate(program.rules):
            if is_timer(rule.trigger):
                self._timer(Triggered(place, name, rule), at, program)

    def _timer(self, one: Triggered, at: dt.datetime, program: Program) -> None:
        world, day = self.world, local_day(at, program.zone)
        everybody = [c for c in world.customers() if is_due(one.rule, c, at, world, program)]
        causes = {
            c: Cause(program, just_before(at), f"{one.name}|{c}|{day.isoformat()}", timed=True)
            for c in everybody
        }
        for customer, cause in causes.items():
            self.settle(customer, at, cause, "before", cause.root)
        scenes = [timer_scene(c, at, world, program, causes[c].root) for c in everybody]
        ranks = winners(one, scenes) if scenes else {}
        for customer, cause in causes.items():
            event = Event(cause.root, "", at, customer)
            changes = self.decide(event, cause, [one], winners=ranks)
            self.follow(changes, event, cause)

    # --- one event --------------------------------------------------------------------------

    def triggered(self, program: Program, event: str) -> list[Triggered]:
        """The rules that an event of a type sets off, in the order of the text."""
        return [
            Triggered(place, name, rule)
            for place, (name, rule) in enumerate(program.rules)
            if isinstance(rule.trigger, ast.EventTrigger)
            and event in [program.event_name(one) for one in rule.trigger.events]
        ]

    def know(self, customer: str) -> None:
        """A customer is known from the first event, or the first award, on."""
        self.world.openings.setdefault(customer, Opening())

    def settle(
        self, customer: str, at: dt.datetime, cause: Cause, when: When, caused_by: str
    ) -> None:
        """Settle a customer and decide what its changes set off."""
        event = Event(caused_by, "", at, customer)
        self.follow(self.changed(customer, at, cause, when), event, cause)

    def changed(self, customer: str, at: dt.datetime, cause: Cause, when: When) -> Changes:
        """Settle a customer and say what changed."""
        moment = Moment(at, cause.place, EVER, at)
        _, changes = settle_at(self.world, customer, cause.program, moment, when)
        return [(customer, change) for change in changes]

    def scene(self, event: Event, program: Program, place: Place) -> Scene:
        """What is seen of the state as it is recorded now."""
        assert self.clock is not None
        now = max(self.clock, event.at)
        moment = Moment(event.at, place, self.world.last, now)
        base = Scene(self.world, program, moment, event, event.customer)
        for settled in reversed(self.world.settled[event.customer]):
            if settled.moment.place <= place:
                standing = settled.standing
                return replace(base, tier=standing.tier, segments=standing.segments)
        return base

    def decide(
        self,
        event: Event,
        cause: Cause,
        rules: Sequence[Triggered],
        *,
        record: Record | None = None,
        winners: Mapping[ast.Target, frozenset[str]] | None = None,
        scene: Scene | None = None,
    ) -> Changes:
        """Steps 1 to 9 for one event; what changed by it is returned, to be followed."""
        seen = scene or self.scene(event, cause.program, cause.place)
        seen = replace(seen, winners=winners or {})
        decision = Decision(
            event,
            cause.root,
            cause.timed,
            cause.program,
            seen.moment,
            seen.tier,
            seen.segments,
            record=record,
        )
        self.guard(decision, seen)
        payments = decide(seen, decision, rules)
        if record is not None:
            self.decisions[record.id] = decision
        touched = self.enter(decision, payments)
        self.refuse(cause.root, decision.reasons)
        self._use_coupon(decision)
        if record is not None:
            event = with_amount(event, cause.program, record.discounts)
        return self.after(event, cause, touched)

    def enter(self, decision: Decision, payments: Iterable[Any]) -> list[str]:
        """Post what is paid; whom it is paid to."""
        touched = []
        for payment in payments:
            if payment.recipient not in self.world.openings:
                self.know(payment.recipient)
                place = decision.moment.place
                before = Cause(decision.program, place, decision.root)
                self.changed(payment.recipient, decision.event.at, before, "before")
            line = post(self.world, decision, payment)
            if line is not None:
                self.lines.append(line)
                touched.append(payment.recipient)
        return touched

    def refuse(self, root: str, reasons: Mapping[str, str]) -> None:
        """Tell why rules did not pay."""
        self.refusals += [Refusal(root, rule, reason) for rule, reason in reasons.items()]

    def guard(self, decision: Decision, scene: Scene) -> None:
        """Step 1: a guard rejects, holds back or flags the event."""
        program, event = decision.program, decision.event
        for guard in program.guards:
            on = [program.event_name(name) for name in guard.events]
            if decision.timed or event.type not in on or not holds(guard.where)(guard_scene(scene)):
                continue
            if guard.action == "reject":
                decision.rejected = True
            elif guard.action == "hold":
                decision.on_hold = True
            else:
                self.flagged.append((guard.name, event.id))

    def _use_coupon(self, decision: Decision) -> None:
        """The first purchase that names a held coupon uses it."""
        event = decision.event
        name = event.values.get("coupon") if event.type == "purchase" else None
        if name is not None and not event.turned:
            ledger = self.world.ledger
            held = ledger.holding(event.customer, "coupon", name, decision.moment)
            if held is not None:
                held.uses.append(Move(self.world.number(), event.at, Fraction(1)))
                decision.coupon = held

    def after(self, event: Event, cause: Cause, touched: Iterable[str]) -> Changes:
        """Step 9: settle the customer, complete challenges, settle who else was paid."""
        # A tier of one step at a time is risen to once for an event and all that follows from it.
        when: When = "before" if cause.derived else "after"
        changes = self.changed(event.customer, event.at, cause, when)
        if not cause.timed and event.type:
            scene = self.scene(event, cause.program, cause.place)
            changes += [
                (event.customer, Change("challenge completed", name)) for name in complete(scene)
            ]
        for customer in sorted(set(touched) - {event.customer}, key=str.encode):
            changes += self.changed(customer, event.at, cause, when)
        return changes

    def follow(self, changes: Changes, event: Event, cause: Cause) -> None:
        """Derived events, each decided right after as an event of its own, to a depth of 8."""
        queue = deque((customer, change, event.id, 1) for customer, change in changes)
        while queue:
            customer, change, caused_by, depth = queue.popleft()
            rules = _listening(cause.program, change)
            if not rules:
                continue
            if depth > MOST_DEPTH:
                self.refuse(cause.root, {one.name: "derived-depth" for one in rules})
                continue
            about = f"{caused_by}|{change.trigger}|{change.name}"
            derived = Event(about, "", event.at, customer)
            own = replace(cause, timed=True, derived=True)
            more = self.decide(derived, own, rules)
            queue += [(who, one, about, depth + 1) for who, one in more]


def _listening(program: Program, change: Change) -> list[Triggered]:
    """The rules a change sets off."""
    return [
        Triggered(place, name, rule)
        for place, (name, rule) in enumerate(program.rules)
        if _listens(rule.trigger, change)
    ]


def _listens(trigger: ast.Trigger, change: Change) -> bool:
    match trigger:
        case ast.TierChange(direction, tier):
            named = tier is None or tier.dotted == change.name
            return change.trigger == f"tier {direction}" and named
        case ast.SegmentChange(direction, segment):
            return change == Change(f"{direction} segment", segment.dotted)
        case ast.ChallengeCompleted(name):
            return change == Change("challenge completed", name)
    return False
