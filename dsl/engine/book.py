"""The fold: events in, decisions out, everything carried along.

A book holds the customers of one program, whose versions follow each other in time, and sees time
only through the events it is given and `until`: no clock, no database, no random source. What it
holds is a function of what it was given. Source: docs/language.md, section 4.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dsl.engine import challenges, corrections, redeeming
from dsl.engine.calendar import instant
from dsl.engine.cells import NA, S_CURRENT, S_END
from dsl.engine.clock import date_of
from dsl.engine.customer import Customer, Entry, Inputs
from dsl.engine.decision import Award, Decision, Outcome, Reason
from dsl.engine.due import (
    CALENDAR,
    EXPIRY,
    RELEASE,
    RENEWAL,
    SETTLING,
    VERSION,
    Due,
    Matter,
    times_of,
)
from dsl.engine.following import MOST_DERIVED, Following, follow
from dsl.engine.others import AFTER_ALL, Others
from dsl.engine.paying import Matched, decide
from dsl.engine.posting import post
from dsl.engine.pricing import both_amounts, net_amount
from dsl.engine.ranking import chosen_by
from dsl.engine.scene import Cause, Scene
from dsl.engine.settling import Change, When, renew, settle
from dsl.engine.wallet import NEVER

if TYPE_CHECKING:
    from dsl.engine.compiled import Compiled, RulePlan
    from dsl.engine.customer import Holding, Paid
    from dsl.engine.decision import CounterKey, Shortfall
    from dsl.meaning.events import Event

BEGINNING = -NEVER
Changes = list[tuple[Customer, Change]]


class Book:
    """The state of a program over all its customers; `step` is the one way forward.

    `versions` are compiled programs by the instant from which each is in force, earliest first;
    None is from ever. `start` is an instant before which no timer is due.
    """

    def __init__(
        self,
        versions: Sequence[tuple[int | None, Compiled]],
        *,
        secret: bytes = b"",
        start: int | None = None,
        why: bool = True,
    ) -> None:
        self.versions = [(BEGINNING if at is None else at, found) for at, found in versions]
        self.secret = secret
        self.why = why
        self.customers: dict[str, Customer] = {}
        self.used: dict[CounterKey, int] = {}
        self.due = Due()
        self.others = Others()
        self.entries: dict[str, tuple[Customer, Entry]] = {}
        # Every event that was given, and every word of a person, with what was decided on it.
        self._known: dict[str, tuple[Event | None, tuple[Decision, ...]]] = {}
        self._start = start
        self._now: int | None = None
        self._current: Compiled = self.versions[0][1]
        self._in_force = False
        self.sink: list[Decision] = []
        # When the first and the last event happened.
        self.first_at, self.last_at = NEVER, BEGINNING

    def version(self, at: int) -> Compiled | None:
        """The program in force at an instant; None before the first."""
        found = None
        for starts, compiled in self.versions:
            if starts <= at:
                found = compiled
        return found

    # --- customers ----------------------------------------------------------------------------

    def open(
        self,
        id_: str,
        values: Mapping[str, Any],
        *,
        tier: str | None = None,
        balances: Mapping[str, Decimal] | None = None,
    ) -> Customer:
        """A customer known before any event; balances are undated and not earned."""
        customer = self.customer(id_)
        customer.open_with(values)
        customer.fixed_tier = tier
        for name, amount in (balances or {}).items():
            unit = customer.compiled.program.units[name]
            scaled = int(amount.scaleb(unit.precision))
            wallet = customer.wallet(name)
            if scaled < 0:
                wallet.owe(-scaled)
            elif scaled:
                wallet.open(wallet.add(scaled, BEGINNING, BEGINNING, earned=False), BEGINNING)
        return customer

    def customer(self, id_: str) -> Customer:
        """A customer by id, a new one where nothing is known of them."""
        found = self.customers.get(id_)
        if found is None:
            found = self.customers[id_] = Customer(id_, self._current)
        return found

    def tier(self, id_: str) -> str | None:
        """The tier of a customer as just before an event of the last instant looked at."""
        customer = self.customer(id_)
        if self._now is not None and self._in_force:
            self._settle(customer, self._now, "before", quietly=True)
        return customer.tier

    # --- time ---------------------------------------------------------------------------------

    def begin(self, at: int) -> None:
        """Let time begin: whoever is known is settled, timers are wound."""
        if self._now is not None:
            return
        start = self._start if self._start is not None else at
        self._now = start
        current = self.version(start)
        self._in_force = current is not None
        self._current = current or self._current
        for starts, compiled in self.versions:
            if starts > start:
                self.due.push(Matter(starts, VERSION, about=compiled))
        for id_ in sorted(self.customers, key=str.encode):
            customer = self.customers[id_]
            if customer.compiled is not self._current:
                customer.move_to(self._current)
            if self._in_force:
                self._settle(customer, start, "before")
        self._wind(start - 1)

    def _wind(self, after: int) -> None:
        """Wind the timers of the program in force, and the midnights at which it settles."""
        if not self._in_force:
            return
        self.due.calendar(self._current, after)
        for customer in self.customers.values():
            self.due.customer_timers(customer, after)
        self._next_midnight(after)

    def _next_midnight(self, after: int) -> None:
        compiled = self._current
        if not compiled.is_plain:
            day = compiled.clock.day(after) + 1
            self.due.push(Matter(compiled.clock.midnight(day), SETTLING, 0, "", compiled))

    def until(self, at: int) -> list[Decision]:
        """Whatever falls due up to and including an instant; what was decided by it."""
        self.begin(at)
        self.sink = []
        self._fall_due(at)
        return self.sink

    def _fall_due(self, until: int) -> None:
        while (matter := self.due.pop(until)) is not None:
            self._now = max(self.now, matter.at)
            self._matter(matter)
        self._now = max(self.now, until)

    @property
    def now(self) -> int:
        """The last instant that was looked at."""
        return BEGINNING if self._now is None else self._now

    def _matter(self, matter: Matter) -> None:
        if matter.phase == VERSION:
            self._change_version(matter)
        elif matter.phase == RELEASE:
            lot = matter.about
            if lot.left and not lot.released and lot.release == matter.at:
                self.customers[matter.customer].wallet(lot.unit).open(lot, matter.at)
        elif matter.phase == EXPIRY:
            self.customers[matter.customer].wallet(matter.about.unit).expire(matter.about)
        elif matter.phase == RENEWAL:
            customer = self.customers[matter.customer]
            row, scratch = self.tick(customer, matter.at)
            renew(customer, row, scratch, matter.at)
            self._note_renewals(customer, matter.at)
        elif matter.phase == SETTLING:
            self._midnight(matter)
        else:
            self._timer(matter)

    def _change_version(self, matter: Matter) -> None:
        self._current, self._in_force = matter.about, True
        for customer in self.customers.values():
            if customer.compiled.layout is matter.about.layout:
                customer.compiled = matter.about
            else:
                customer.move_to(matter.about)
        self.others.forget()
        self.due.forget_timers()
        self._wind(matter.at - 1)

    def _midnight(self, matter: Matter) -> None:
        if matter.about is not self._current:
            return
        for id_ in sorted(self.customers, key=str.encode):
            customer = self.customers[id_]
            date = date_of(customer.compiled.clock.day(matter.at)).isoformat()
            self._settle_and_follow(customer, matter.at, "midnight", date)
        self._next_midnight(matter.at)

    # --- settling and what follows ------------------------------------------------------------

    def tick(self, customer: Customer, at: int) -> tuple[list[int], list[int]]:
        """E and X of an instant at which nothing happens."""
        row = customer.compiled.encoder.tick(at, customer.id)
        self.look_at_others(customer, row)
        customer.row[S_CURRENT] = customer.row[S_END]
        scratch = customer.compiled.scratch()
        self.others.fill(self, customer, row, scratch, (at, b""))
        return row, scratch

    def _settle(
        self, customer: Customer, at: int, when: When, *, quietly: bool = False
    ) -> list[Change]:
        """Settle a customer; quietly, only to know how it would be."""
        compiled = customer.compiled
        if not compiled.is_settling:
            return []
        if quietly:
            return self._look(customer, at)
        row, scratch = self.tick(customer, at)
        changes = settle(customer, row, scratch, at, when)
        self._note_renewals(customer, at)
        return changes

    def _look(self, customer: Customer, at: int) -> list[Change]:
        row, scratch = self.tick(customer, at)
        return settle(customer, row, scratch, at, "before")

    def _note_renewals(self, customer: Customer, at: int) -> None:
        for state in customer.tiers.values():
            if state.inside and state.keep_until > at + 1:
                self.due.push(Matter(state.keep_until - 1, RENEWAL, 0, customer.id))

    def _settle_and_follow(self, customer: Customer, at: int, when: When, cause: str) -> None:
        """Settle a customer without an event, and decide what follows from it."""
        self.follow([(customer, found) for found in self._settle(customer, at, when)], at, cause)

    def follow(self, changes: Changes, at: int, cause: str) -> None:
        """Decide what follows from changes; refusals are told under the id of the cause."""

        def derived(following: Following, plans: list[RulePlan]) -> Changes:
            customer = following.customer
            row, scratch = self.tick(customer, at)
            customer.fill(at)
            scene = self.scene(
                customer, Cause(at, None, cause, following.id, is_derived=True), row, [], scratch
            )
            if following.depth > MOST_DERIVED:
                for plan in plans:
                    scene.outcomes[plan.order] = Outcome(plan.name, "derived-depth")
                self._tell(scene, [])
                return []
            return self.finish(scene, plans, None)

        follow([Following(customer, change, cause) for customer, change in changes], derived)

    # --- timers -------------------------------------------------------------------------------

    def _timer(self, matter: Matter) -> None:
        plan: RulePlan = matter.about
        compiled = self._current
        if plan.order >= len(compiled.rules) or compiled.rules[plan.order] is not plan:
            return
        if isinstance(plan.rule.trigger, CALENDAR):
            joined = [
                customer
                for _, customer in sorted(self.customers.items(), key=lambda pair: pair[0].encode())
                if customer.joined is not None and customer.joined <= matter.at
            ]
            self._fire(plan, joined, matter.at)
            self.due.calendar(compiled, matter.at)
            return
        customer = self.customers[matter.customer]
        if matter.at in times_of(customer, plan.rule.trigger, matter.at - 1):
            self._fire(plan, [customer], matter.at)
        self.due.customer_timer(customer, plan, matter.at)

    def _fire(self, plan: RulePlan, customers: list[Customer], at: int) -> None:
        """A timer rule for customers who are due: all are settled first, then each is decided."""
        causes = {}
        for customer in customers:
            date = date_of(customer.compiled.clock.day(at)).isoformat()
            causes[customer.id] = f"{plan.name}|{customer.id}|{date}"
            self._settle_and_follow(customer, at, "before", causes[customer.id])
        chosen: Mapping[str, frozenset[str]] = {}
        if any(reward.is_ranked for reward in plan.rewards):
            scenes = ((c, self._timer_scene(c, causes[c.id], at)) for c in customers)
            chosen = chosen_by(self, plan, scenes)
        for customer in customers:
            scene = self._timer_scene(customer, causes[customer.id], at)
            scene.chosen = chosen
            self.follow(self.finish(scene, [plan], None), at, causes[customer.id])

    def _timer_scene(self, customer: Customer, id_: str, at: int) -> Scene:
        row, scratch = self.tick(customer, at)
        customer.fill(at)
        return self.scene(customer, Cause(at, None, id_, id_), row, [], scratch)

    # --- events -------------------------------------------------------------------------------

    def step(self, event: Event) -> tuple[Decision, ...]:
        """Take an event in: what fell due before it, its own decision, and what follows from it.

        The event's own decision is the one of its id. An event seen before changes nothing and
        returns its first decision; one of the same id with other content is a conflict.
        """
        known = self._known.get(event.id)
        if known is not None:
            if known[0] == event:
                return known[1]
            return (Decision(event.id, event.customer, None, refused="conflict"),)
        decisions = tuple(self.take(Entry(instant(event.at), event.id, event)))
        self._known[event.id] = (event, decisions)
        return decisions

    def take(self, entry: Entry) -> list[Decision]:
        """Take in an event of an id that was never seen: what fell due before it, then itself."""
        self.begin(entry.at)
        self.sink = []
        self._fall_due(entry.at)
        self._event(entry)
        return self.sink

    def refuse(self, entry: Entry, reason: Reason, shortfall: Shortfall | None = None) -> None:
        """Tell that an event was not taken, and changed nothing."""
        self.sink.append(
            Decision(entry.id, entry.event.customer, None, refused=reason, shortfall=shortfall)
        )

    def _event(self, entry: Entry) -> None:
        self.first_at = min(self.first_at, entry.at)
        self.last_at = max(self.last_at, entry.at)
        compiled = self.version(entry.at)
        customer = self.customer(entry.event.customer)
        if compiled is None:
            self.record(customer, entry)
            customer.fold(customer.entries)
            self.sink.append(Decision(entry.id, customer.id, None))
            return
        late = entry.place < customer.last or customer.compiled is not compiled
        if late:
            self._late(customer, entry, compiled)
            return
        row = compiled.encoder.row(entry.event, entry.at)
        self._settle_before(customer, entry, row)
        changes = self._take(customer, entry, row)
        if customer.compiled.timed and entry.id in self.entries:
            self._rewind(customer, entry)
        self.follow(changes, entry.at, entry.id)

    def _settle_before(self, customer: Customer, entry: Entry, row: list[int]) -> None:
        """Settle a customer just before an event, on what came before it.

        Neither tiers nor segments look at the event; where events of anyone are not asked about,
        its own row says all that an instant's does.
        """
        compiled = customer.compiled
        if not compiled.is_settling:
            return
        if compiled.emitted.foreign or compiled.encoder.others:
            self._settle_and_follow(customer, entry.at, "before", entry.id)
            return
        state = customer.row
        state[S_CURRENT] = state[S_END]
        changes = settle(customer, row, compiled.scratch(), entry.at, "before")
        if customer.tiers:
            self._note_renewals(customer, entry.at)
        if changes:
            self.follow([(customer, found) for found in changes], entry.at, entry.id)

    def _take(self, customer: Customer, entry: Entry, row: list[int] | None = None) -> Changes:
        match entry.event.type:
            case "refund":
                return corrections.refund(self, customer, entry)
            case "redeem":
                return redeeming.redeem(self, customer, entry)
            case "cancel":
                return redeeming.cancel(self, customer, entry)
            case _:
                return self.decided(customer, entry, row)

    def decided(self, customer: Customer, entry: Entry, row: list[int] | None = None) -> Changes:
        """An event recorded and decided by the rules on its type."""
        scene = self.seen(customer, entry, row)
        return self.finish(scene, scene.compiled.by_event.get(entry.event.type, ()), entry)

    def seen(self, customer: Customer, entry: Entry, row: list[int] | None = None) -> Scene:
        """An event recorded, and what it is decided on; its row where that is known."""
        compiled, event = customer.compiled, entry.event
        row = compiled.encoder.row(event, entry.at) if row is None else row
        lines = compiled.encoder.lines(event.items)
        ends = len(customer.history), len(customer.lines)
        self.record(customer, entry)
        customer.learn(event, entry.at)
        others = self.look_at_others(customer, row)
        customer.row[S_CURRENT] = customer.row[S_END] = len(customer.history)
        if event.type in compiled.recorded:
            customer.record(row, lines, compiled.scratch(), counts=entry.counts)
        self.others.add(compiled, customer, entry, row, lines)
        customer.fill(entry.at)
        cause = Cause(entry.at, event.id, entry.id, entry.id)
        scratch = compiled.scratch()
        self.others.fill(self, customer, row, scratch, entry.place)
        scene = self.scene(customer, cause, row, lines, scratch)
        if event.type == "purchase":
            entry.inputs = Inputs(
                compiled,
                list(customer.row),
                customer.history,
                customer.lines,
                ends,
                others,
                customer.segments,
                scene.seen,
                scene.held,
            )
            for unit in compiled.deducted:
                scene.balance(customer.id, unit)
        return scene

    def record(self, customer: Customer, entry: Entry) -> None:
        """Put an event on record, at its place."""
        if entry.place >= customer.last:
            customer.entries.append(entry)
            customer.last = entry.place
        else:
            insort(customer.entries, entry, key=_place)
        if entry.counts:
            self.entries[entry.id] = (customer, entry)

    def forget(self, customer: Customer, entry: Entry) -> None:
        """Take a refused event off the record, as if it had not come."""
        customer.entries.remove(entry)
        del self.entries[entry.id]
        customer.fold(customer.entries)
        self.others.forget()

    def look_at_others(self, customer: Customer, row: list[int]) -> dict[int, int]:
        """Fill in what other customers are."""
        found = {}
        for place, key in customer.compiled.encoder.others:
            row[place] = found[place] = self.others.attribute(self, customer, row, key)
        return found

    def scene(
        self,
        customer: Customer,
        cause: Cause,
        row: list[int],
        lines: list[int],
        scratch: list[int],
    ) -> Scene:
        """What a decision is made on."""
        return Scene(
            compiled=customer.compiled,
            customer=customer,
            cause=cause,
            event=row,
            lines=lines,
            scratch=scratch,
            used=self.used,
            secret=self.secret,
            others=self.customer,
            why=self.why,
        )

    def _rewind(self, customer: Customer, entry: Entry) -> None:
        """Wind the timers again: an event may have moved any of them."""
        del entry
        self.due.customer_timers(customer, self.now)

    # --- deciding -----------------------------------------------------------------------------

    def guard(self, scene: Scene, entry: Entry) -> None:
        """Step 1: a guard rejects, holds back or flags the event."""
        guards = scene.compiled.guards.get(entry.event.type, ())
        if not guards or scene.is_guarded:
            return
        scene.is_guarded = True
        with self._priced(scene, entry):
            for guard, function in guards:
                if function(*scene.rows) != 1:
                    continue
                scene.guard_name = scene.guard_name or guard.name
                if guard.action == "reject":
                    scene.guard_name, scene.is_rejected = guard.name, True
                elif guard.action == "hold":
                    scene.is_held = True
        entry.is_waiting, entry.is_rejected = scene.is_held, scene.is_rejected

    def finish(
        self,
        scene: Scene,
        plans: Sequence[RulePlan],
        entry: Entry | None,
        lines: Sequence[Award] = (),
    ) -> Changes:
        """Decide, post and settle; the decision goes into the sink, what changed is returned.

        `lines` are awards of the event that were posted before: what a refund took back.
        """
        if entry is not None:
            self.guard(scene, entry)
        if scene.is_rejected:
            self._reject_all(scene, plans)
            found: list[Matched] = []
        else:
            found = self.worked_out(scene, plans, entry)
        coupon = self._coupon(scene, entry)
        paid = self.posted(scene, found)
        if entry is not None:
            entry.paid = paid
            entry.coupon = coupon
            if coupon is not None:
                coupon.used = True
        self._tell(scene, [*lines, *(one.award for one in paid)])
        changes = self._after(scene, entry)
        own = scene.customer.id
        others = {one.award.customer for one in paid if one.award.customer != own}
        for id_ in sorted(others, key=str.encode):
            changes += self.settled(self.customer(id_), scene.at, derived=scene.cause.is_derived)
        return changes

    def settled(self, customer: Customer, at: int, *, derived: bool = False) -> Changes:
        """Settle a customer right after something; what changed.

        A tier of one step at a time is risen to once for an event and all that follows from it.
        """
        when: When = "before" if derived else "after"
        if customer.compiled.is_plain:
            return []
        return [(customer, change) for change in self._settle(customer, at, when)]

    def posted(self, scene: Scene, found: list[Matched]) -> list[Paid]:
        """Post what was decided, and move the counters by it."""
        for matched in found:
            for payment in matched.payments:
                if payment.recipient not in self.customers:
                    self._settle(self.customer(payment.recipient), scene.at, "before")
        paid = post(scene, self.due, found, self.now, self.last_at)
        used = self.used
        for key, amount in scene.taken.items():
            used[key] = used.get(key, 0) + amount
        return paid

    def _reject_all(self, scene: Scene, plans: Sequence[RulePlan]) -> None:
        for plan in plans:
            rule, at = plan.rule, scene.at
            in_force = (rule.starts is None or rule.starts <= at) and (
                rule.ends is None or at < rule.ends
            )
            reason: Reason = "guard" if in_force else "not-in-force"
            scene.outcomes[plan.order] = Outcome(plan.name, reason, by=scene.guard_name)

    def _tell(self, scene: Scene, awards: Sequence[Award]) -> None:
        is_event = scene.cause.event is not None
        self.sink.append(
            Decision(
                event_id=scene.cause.event or scene.cause.root,
                customer=scene.customer.id,
                tier=scene.customer.tier,
                awards=tuple(awards),
                outcomes=tuple(found for _, found in sorted(scene.outcomes.items())),
                taken=dict(scene.taken),
                guard=scene.guard_name,
                at=None if is_event else scene.at,
            )
        )

    def worked_out(
        self, scene: Scene, plans: Sequence[RulePlan], entry: Entry | None
    ) -> list[Matched]:
        """Steps 2 to 8: discounts, then all else, which sees what is then to be paid."""
        if entry is None:
            return decide(scene, plans)
        found: list[Matched] = []
        compiled = scene.compiled
        if any(plan.has_discount for plan in plans):
            with self._priced(scene, entry):
                found = decide(scene, plans, discounts=True)
            entry.discount = sum(
                payment.amount
                for matched in found
                if not matched.withheld
                for payment in matched.payments
                if payment.name == "discount"
            )
        if net_amount(compiled, entry, scene.event):
            self.see_again(scene, entry)
        return found + decide(scene, plans)

    @contextmanager
    def _priced(self, scene: Scene, entry: Entry) -> Iterator[None]:
        """For discounts and guards an absent amount or gross reads as the other."""
        with both_amounts(scene.compiled, entry.event, scene.event) as is_other:
            if is_other:
                self.see_again(scene, entry)
            yield
        if is_other:
            self.see_again(scene, entry)

    def see_again(self, scene: Scene, entry: Entry) -> None:
        """An amount, or a balance, is another than before: so is all that was worked out of it."""
        compiled, customer = scene.compiled, scene.customer
        scene.scratch[:] = compiled.scratch()
        if customer.row[S_CURRENT] < customer.row[S_END]:
            customer.record_again(scene.event, scene.lines, scene.scratch)
            scene.scratch[:] = compiled.scratch()
        customer.forget_sums()
        customer.fill(entry.at)
        self.others.correct(compiled, customer, entry, scene.event, scene.lines)
        self.others.fill(self, customer, scene.event, scene.scratch, entry.place)

    def _coupon(self, scene: Scene, entry: Entry | None) -> Holding | None:
        """The coupon a purchase uses: one it names and holds, the first to expire."""
        if entry is None or entry.event.type != "purchase":
            return None
        code = entry.event.attributes.get("coupon")
        held = [
            one
            for one in scene.customer.holdings
            if (one.kind, one.name) == ("coupon", code) and one.is_held(scene.at)
        ]
        return min(held, key=lambda one: one.expires, default=None)

    def _after(self, scene: Scene, entry: Entry | None) -> Changes:
        customer, at = scene.customer, scene.at
        changes = self.settled(customer, at, derived=scene.cause.is_derived)
        if entry is not None:
            for name in challenges.count(customer, entry):
                changes.append((customer, Change("challenge completed", name)))
        return changes

    # --- late events --------------------------------------------------------------------------

    def _late(self, customer: Customer, entry: Entry, compiled: Compiled) -> None:
        """Decide an event at its own time; what was decided after it stays.

        The customer's past is folded up to it; limits, budgets and balances are those of now.
        """
        entries = customer.entries
        now = (customer.compiled, customer.rank, customer.segments, customer.settled)
        tiers, settled_at, last = customer.tiers, customer.settled_at, customer.last
        place = bisect_left(entries, entry.place, key=_place)
        customer.entries = entries[:place]
        # What refunds took off later was not off then.
        since = [(one, one.net, one.is_gone) for one in customer.entries if one.corrections]
        for one, _, _ in since:
            one.net, one.is_gone = one.before(entry.place)
        customer.move_to(compiled)
        self.others.forget()
        customer.settled = False
        first = customer.first_settled_at
        self._settle_past(customer, first)
        customer.last = (NA, b"")
        self._settle_and_follow(customer, entry.at, "before", entry.id)
        changes = self._take(customer, entry)
        for one, net, is_gone in since:
            one.net, one.is_gone = net, is_gone
        recorded = customer.entries
        customer.entries = sorted({id(e): e for e in (*recorded, *entries)}.values(), key=_place)
        customer.compiled, customer.rank, customer.segments, customer.settled = now
        customer.tiers, customer.settled_at = tiers, settled_at
        customer.first_settled_at = min(first, entry.at)
        customer.last = max(last, entry.place)
        customer.fold(customer.entries)
        self.others.forget()
        self.follow(changes, entry.at, entry.id)
        if customer.compiled.timed:
            self.due.customer_timers(customer, self.now)

    def _settle_past(self, customer: Customer, first: int) -> None:
        """Settle a customer's past again, event by event: what tiers are kept and when reached.

        Whoever was known before their first event was settled then.
        """
        if not customer.compiled.is_settling or customer.compiled.is_plain:
            return
        entries = customer.entries
        customer.tiers = {}
        known = [entry for entry in entries if entry.at < first]
        if first != NA and not known:
            customer.fold(())
            self._settle(customer, first, "before")
        for place, entry in enumerate(entries):
            customer.entries = entries[:place]
            customer.fold(customer.entries)
            self._settle(customer, entry.at, "before")
            customer.entries = entries[: place + 1]
            customer.fold(customer.entries)
            self._settle(customer, entry.at, "after")
        customer.entries = entries
        customer.fold(entries)

    # --- people -------------------------------------------------------------------------------

    def release(self, id_: str, original: str, at: int) -> list[Decision]:
        """A person lets the awards of a held event go: they are spendable when they would be."""
        return self._judge(id_, original, at, release=True)

    def reject(self, id_: str, original: str, at: int) -> list[Decision]:
        """A person rejects a held event: its awards go, limits and budgets get theirs back."""
        return self._judge(id_, original, at, release=False)

    def _judge(self, id_: str, original: str, at: int, *, release: bool) -> list[Decision]:
        self.begin(at)
        self.sink = []
        self._fall_due(at)
        if id_ in self._known:
            return self.sink
        self._known[id_] = (None, ())
        found = self.entries.get(original)
        if found is None or not found[1].is_waiting:
            self.sink.append(Decision(id_, "", None, refused="unknown-original"))
            return self.sink
        _, entry = found
        entry.is_waiting = False
        if not release:
            corrections.reject(self, entry)
            return self.sink
        for one in entry.paid:
            if one.holding is not None:
                one.holding.is_waiting = False
            if one.tier is not None:
                one.tier.is_waiting = False
            if one.lot is not None:
                owner = self.customer(one.award.customer)
                one.lot.release = max(at, one.lot.pending_until)
                if one.lot.release <= at:
                    owner.wallet(one.lot.unit).open(one.lot, at)
                else:
                    self.due.lot(owner, one.lot)
        for customer in sorted({one.award.customer for one in entry.paid}, key=str.encode):
            self._settle_and_follow(self.customer(customer), at, "after", id_)
        return self.sink


def _place(entry: Entry) -> tuple[int, bytes]:
    return entry.place


__all__ = ["AFTER_ALL", "Book"]
