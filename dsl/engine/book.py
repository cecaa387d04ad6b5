"""The fold: events in, decisions out, everything carried along.

A book holds the customers of one program, whose versions follow each other in time, and sees time
only through the events it is given and `until`: no clock, no database, no random source. What it
holds is a function of what it was given. Source: docs/language.md, section 4.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dsl.engine import challenges, corrections, deciding, judging, late, passing, redeeming
from dsl.engine.calendar import instant
from dsl.engine.cells import S_CURRENT, S_END
from dsl.engine.customer import Customer
from dsl.engine.decision import Decision, Outcome, Reason
from dsl.engine.due import RENEWAL, Due, Matter
from dsl.engine.entries import Entry, Inputs, Place, place_of
from dsl.engine.following import MOST_DERIVED, Following, follow
from dsl.engine.others import Others
from dsl.engine.pricing import net_amount
from dsl.engine.scene import Cause, Scene
from dsl.engine.settling import Change, When, settle
from dsl.engine.wallet import NEVER

if TYPE_CHECKING:
    from dsl.engine.compiled import Compiled
    from dsl.engine.decision import CounterKey, Shortfall
    from dsl.engine.late import Past
    from dsl.engine.plans import RulePlan
    from dsl.meaning.events import Event

BEGINNING = -NEVER
Changes = list[tuple[Customer, Change]]


class Book:
    """The state of a program over all its customers; `step` is the one way forward.

    `versions` are compiled programs by the instant from which each is in force, earliest first;
    None is from ever. `start` is an instant before which no timer is due. `folds` is true of a book
    whose first version only takes in what came before (columns/folding.py).
    """

    def __init__(
        self,
        versions: Sequence[tuple[int | None, Compiled]],
        *,
        secret: bytes = b"",
        start: int | None = None,
        why: bool = True,
        folds: bool = False,
    ) -> None:
        self.versions = [(BEGINNING if at is None else at, found) for at, found in versions]
        if not folds and len({found.is_plain for _, found in self.versions}) > 1:
            # Who comes under a version that asks what changed has to be settled by then, though
            # a version before it has no tiers.
            self.versions = [(at, found.always_settling()) for at, found in self.versions]
        self.secret = secret
        self.why = why
        self.customers: dict[str, Customer] = {}
        self.used: dict[CounterKey, int] = {}
        self.due = Due()
        self.others = Others()
        self.entries: dict[str, tuple[Customer, Entry]] = {}
        # Who is taken back to the instant at hand, which was over for them, until all that
        # follows is decided.
        self.pasts: dict[str, Past] = {}
        # How many events were ever put on record.
        self.recorded = 0
        # Every event that was given, and every word of a person, with what was decided on it.
        self.known: dict[str, tuple[Event | None, tuple[Decision, ...]]] = {}
        self.start = start
        # The last instant that was looked at; time begins with the first.
        self.now, self.has_begun = BEGINNING, False
        # The place of the event at hand; of what time alone brings, the first of its instant.
        self.place: Place = (BEGINNING, b"")
        self.current: Compiled = self.versions[0][1]
        self.in_force = False
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
            found = self.customers[id_] = Customer(id_, self.current)
        return found

    def tier(self, id_: str) -> str | None:
        """The tier of a customer as just before an event of the last instant looked at."""
        customer = self.customer(id_)
        if not self.in_force:
            # Nothing says yet who is in which tier, but what was given is.
            return customer.fixed_tier
        if self.has_begun:
            self.settle(customer, self.now, "before")
        return customer.tier

    # --- time ---------------------------------------------------------------------------------

    def until(self, at: int) -> list[Decision]:
        """Whatever falls due up to and including an instant; what was decided by it."""
        passing.begin(self, at)
        self.sink = []
        passing.fall_due(self, at)
        return self.sink

    # --- settling and what follows ------------------------------------------------------------

    def tick(self, customer: Customer, at: int) -> tuple[list[int], list[int]]:
        """E and X of an instant at which nothing happens but the event at hand."""
        row = customer.compiled.encoder.tick(at, customer.id)
        self.others.look(self, customer, row)
        customer.row[S_CURRENT] = customer.row[S_END]
        scratch = customer.compiled.scratch()
        place = self.place if self.place[0] == at else (at, b"")
        self.others.fill(self, customer, row, scratch, place)
        return row, scratch

    def settle(self, customer: Customer, at: int, when: When) -> list[Change]:
        """Settle a customer as of an instant; what changed."""
        compiled = customer.compiled
        if not compiled.is_settling:
            return []
        row, scratch = self.tick(customer, at)
        changes = settle(customer, row, scratch, at, when)
        self.note_renewals(customer, at)
        return changes

    def settled(self, customer: Customer, at: int, *, derived: bool = False) -> Changes:
        """Settle a customer right after something; what changed.

        A tier of one step at a time is risen to once for an event and all that follows from it.
        """
        when: When = "before" if derived else "after"
        if customer.compiled.is_plain:
            return []
        return [(customer, change) for change in self.settle(customer, at, when)]

    def note_renewals(self, customer: Customer, at: int) -> None:
        """Look at the tiers of a customer again at the last instants they are kept."""
        for state in customer.tiers.values():
            if state.inside and state.keep_until > at + 1:
                self.due.push(Matter(state.keep_until - 1, RENEWAL, 0, customer.id))

    def settle_and_follow(self, customer: Customer, at: int, when: When, cause: str) -> None:
        """Settle a customer without an event, and decide what follows from it."""
        self.follow([(customer, found) for found in self.settle(customer, at, when)], at, cause)

    def follow(self, changes: Changes, at: int, cause: str) -> None:
        """Decide what follows from changes; refusals are told under the id of the cause."""

        def derived(following: Following, plans: list[RulePlan]) -> Changes:
            customer = following.customer
            if customer.compiled.is_plain:
                # Nothing but this asks what the event made of tier and segments.
                self.settle(customer, at, "after")
            row, scratch = self.tick(customer, at)
            customer.fill(at)
            scene = self.scene(
                customer, Cause(at, None, cause, following.id, is_derived=True), row, [], scratch
            )
            if following.depth > MOST_DERIVED:
                for plan in plans:
                    scene.outcomes[plan.order] = Outcome(plan.name, "derived-depth")
                deciding.tell(self, scene, [])
                return []
            return deciding.finish(self, scene, plans, None)

        follow([Following(customer, change, cause) for customer, change in changes], derived)

    # --- events -------------------------------------------------------------------------------

    def step(self, event: Event) -> tuple[Decision, ...]:
        """Take an event in: what fell due before it, its own decision, and what follows from it.

        The event's own decision is the one of its id. An event seen before changes nothing and
        returns its first decision; one of the same id with other content is a conflict.
        """
        known = self.known.get(event.id)
        if known is not None:
            if known[0] == event:
                return known[1]
            return (Decision(event.id, event.customer, None, refused="conflict"),)
        decisions = tuple(self.take(Entry(instant(event.at), event.id, event)))
        self.known[event.id] = (event, decisions)
        return decisions

    def take(self, entry: Entry) -> list[Decision]:
        """Take in an event of an id that was never seen: what fell due before it, then itself."""
        passing.begin(self, entry.at)
        self.sink = []
        passing.fall_due(self, entry.at)
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
        self.place = entry.place
        compiled = self.version(entry.at)
        customer = self.customer(entry.event.customer)
        if compiled is None:
            self.record(customer, entry)
            # No discount took anything off what was bought before there was a program.
            first = customer.compiled
            net_amount(first, entry, first.encoder.row(entry.event, entry.at))
            customer.fold(customer.entries)
            if self.in_force:
                # It came late: what is in force by now counts it.
                challenges.recount(customer)
                self.others.forget()
                self.due.customer_timers(customer, self.now)
            self.sink.append(Decision(entry.id, customer.id, None))
            return
        is_late = entry.place < customer.last or customer.compiled is not compiled
        # A midnight since has settled tiers that rules look at.
        if is_late or (entry.at < customer.settled_at and not compiled.is_plain):
            late.decide_late(self, customer, entry, compiled)
            return
        row = compiled.encoder.row(entry.event, entry.at)
        self._settle_before(customer, entry, row)
        changes = self.take_event(customer, entry, row)
        if customer.compiled.timed and entry.id in self.entries:
            # The event may have moved any timer.
            self.due.customer_timers(customer, self.now)
        self.follow(changes, entry.at, entry.id)
        late.come_back(self)

    def _settle_before(self, customer: Customer, entry: Entry, row: list[int]) -> None:
        """Settle a customer just before an event, on what came before it.

        Neither tiers nor segments look at the event; where events of anyone are not asked about,
        its own row says all that an instant's does.
        """
        compiled = customer.compiled
        if not compiled.is_settling:
            return
        if compiled.emitted.foreign or compiled.encoder.others:
            self.settle_and_follow(customer, entry.at, "before", entry.id)
            return
        state = customer.row
        state[S_CURRENT] = state[S_END]
        changes = settle(customer, row, compiled.scratch(), entry.at, "before")
        if customer.tiers:
            self.note_renewals(customer, entry.at)
        if changes:
            self.follow([(customer, found) for found in changes], entry.at, entry.id)

    def take_event(self, customer: Customer, entry: Entry, row: list[int] | None = None) -> Changes:
        """Take an event in by what its type asks for; what changed."""
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
        return deciding.finish(
            self, scene, scene.compiled.by_event.get(entry.event.type, ()), entry
        )

    def seen(self, customer: Customer, entry: Entry, row: list[int] | None = None) -> Scene:
        """An event recorded, and what it is decided on; its row where that is known."""
        compiled, event = customer.compiled, entry.event
        row = compiled.encoder.row(event, entry.at) if row is None else row
        lines = compiled.encoder.lines(event.items)
        ends = len(customer.history), len(customer.lines)
        self.record(customer, entry)
        customer.learn(event, entry.at)
        others = self.others.look(self, customer, row)
        customer.row[S_CURRENT] = customer.row[S_END] = len(customer.history)
        if event.type in compiled.recorded:
            customer.record(row, lines, compiled.scratch(), counts=entry.counts)
        self.others.add(compiled, customer, entry, row, lines)
        customer.fill(entry.at, self.now)
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
                frozenset(customer.opted_in),
                scene.seen,
                scene.held,
            )
            for unit in compiled.deducted:
                scene.balance(customer.id, unit)
        return scene

    def record(self, customer: Customer, entry: Entry) -> None:
        """Put an event on record, at its place."""
        self.recorded += 1
        entry.number = self.recorded
        if entry.place >= customer.last:
            customer.entries.append(entry)
            customer.last = entry.place
        else:
            insort(customer.entries, entry, key=place_of)
        if entry.counts:
            self.entries[entry.id] = (customer, entry)

    def forget(self, customer: Customer, entry: Entry) -> None:
        """Take a refused event off the record, as if it had not come."""
        customer.entries.remove(entry)
        del self.entries[entry.id]
        customer.fold(customer.entries)
        self.others.forget()

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
            customer.compiled,
            customer,
            cause,
            row,
            lines,
            scratch,
            self.used,
            self.secret,
            self.customer,
            self.why,
        )

    # --- people -------------------------------------------------------------------------------

    def release(self, id_: str, original: str, at: int) -> list[Decision]:
        """A person lets the awards of a held event go: they are spendable when they would be."""
        return judging.judge(self, id_, original, at, release=True)

    def reject(self, id_: str, original: str, at: int) -> list[Decision]:
        """A person rejects a held event: its awards go, limits and budgets get theirs back."""
        return judging.judge(self, id_, original, at, release=False)
