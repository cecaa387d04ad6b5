"""One customer's state: what follows from events, and what follows from awards.

S, H and K follow from the events alone and can be folded again; wallets, things, awarded tiers and
challenges come from what was decided. Source: docs/language.md, sections 2 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsl.engine import challenges
from dsl.engine.cells import H_COUNTS, NA, S_CURRENT, S_END, S_JOINED, S_TIER
from dsl.engine.clock import date_of, yearly
from dsl.engine.wallet import NEVER, Wallet

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from dsl.engine.compiled import Compiled
    from dsl.engine.entries import Entry, Inputs, Place
    from dsl.meaning.events import Event

# Who is taken over without the day of joining has a profile at this instant, which is no joining.
TAKEN_OVER = 0
# Which events set `joined` and `referrer` beside what a profile sets.
JOINS, NAMES_REFERRER = "signup", ("signup", "referral")


@dataclass(slots=True)
class Holding:
    """A coupon, gift, badge or perk of a customer."""

    kind: str
    name: str
    begins: int
    expires: int = NEVER
    used: bool = False
    is_revoked: bool = False
    # Held back until a person has looked at the event.
    is_waiting: bool = False

    def is_held(self, at: int) -> bool:
        """True while it is unused and its time is not over."""
        if self.used or self.is_waiting or self.is_revoked:
            return False
        return self.begins <= at < self.expires


@dataclass(slots=True)
class AwardedTier:
    """A tier that was awarded, by its name, from one instant until another."""

    tier: str
    begins: int
    until: int = NEVER
    is_waiting: bool = False
    is_revoked: bool = False

    def is_held(self, at: int) -> bool:
        """True while the award is in force."""
        return not (self.is_waiting or self.is_revoked) and self.begins <= at < self.until


@dataclass(slots=True)
class TierState:
    """Where a customer stands with a tier that is kept or has a grace."""

    inside: bool = False
    keep_until: int = 0
    ended: int | None = None


class Customer:
    """Everything that is known of one customer under one compiled program."""

    __slots__ = (
        "awarded",
        "begun_at",
        "challenges",
        "compiled",
        "completed",
        "entries",
        "first_settled_at",
        "fixed_tier",
        "history",
        "holdings",
        "id",
        "known_at",
        "last",
        "lines",
        "opened",
        "opted_in",
        "rank",
        "row",
        "segments",
        "settled",
        "settled_at",
        "tiers",
        "values",
        "wallets",
    )

    def __init__(self, id_: str, compiled: Compiled) -> None:
        self.id = id_
        self.compiled = compiled
        self.row = compiled.new_row()
        self.history: list[int] = []
        self.lines: list[int] = []
        # What was known before any event, and what is known now, by name.
        self.opened: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.entries: list[Entry] = []
        self.wallets: dict[str, Wallet] = {}
        self.holdings: list[Holding] = []
        self.awarded: list[AwardedTier] = []
        self.fixed_tier: str | None = None
        self.rank = 0
        self.tiers: dict[str, TierState] = {}
        self.segments: frozenset[str] = frozenset()
        self.settled = False
        # When time began for whoever was known before any event, as of when they were settled.
        self.begun_at = NA
        # When it was settled first of all, whatever came late since.
        self.known_at = NA
        # When it was settled first, and last.
        self.first_settled_at = self.settled_at = NA
        self.challenges: dict[str, challenges.Progress] = {}
        # When challenges were completed, by name.
        self.completed: dict[str, list[int]] = {}
        self.opted_in: set[str] = set()
        # The place of the last event, or of the last thing that fell due and changed anything.
        self.last: Place = (NA, b"")

    # --- what it holds ------------------------------------------------------------------------

    def wallet(self, unit: str) -> Wallet:
        """The wallet of a unit, a new one where there is none."""
        found = self.wallets.get(unit)
        if found is None:
            found = self.wallets[unit] = Wallet(unit)
        return found

    def balance(self, unit: str) -> int:
        """What is spendable of a unit."""
        found = self.wallets.get(unit)
        return found.balance if found else 0

    def holds(self, kind: str, name: str, at: int) -> bool:
        """True where a thing is held; a tier's perks are held with it."""
        if (
            kind == "perk"
            and self.rank
            and name in self.compiled.program.tiers[self.rank - 1].perks
        ):
            return True
        return any(
            held.kind == kind and held.name == name and held.is_held(at) for held in self.holdings
        )

    @property
    def joined(self) -> int | None:
        """The instant of joining."""
        found = self.row[S_JOINED]
        return None if found == NA else found

    # --- what it knows ------------------------------------------------------------------------

    def open_with(self, values: Mapping[str, Any]) -> None:
        """Attributes known before any event."""
        self.opened.update(values)
        for name, value in values.items():
            self.set(name, value)

    def set(self, name: str, value: Any) -> None:  # noqa: ANN401 - by the attribute's type
        """Set an attribute."""
        self.values[name] = value
        self.compiled.attributes.write(self.row, name, value)

    def learn(self, event: Event, at: int) -> None:
        """Take in what an event says of the customer."""
        if event.type == JOINS or ("joined" not in self.values and at != TAKEN_OVER):
            self.set("joined", at)
        if event.type == "profile":
            for name, value in event.attributes.items():
                if name in self.compiled.program.customer_attributes:
                    self.set(name, value)
        elif event.type in NAMES_REFERRER and "referrer" not in self.values:
            named = event.attributes.get("referrer")
            if named is not None:
                self.set("referrer", named)
        elif event.type == "optin":
            self.opted_in.add(str(event.attributes.get("rule")))

    def fill(self, at: int, now: int = NA) -> None:
        """Put into S what stands elsewhere: balances, what was earned, what is held.

        Of a late event what is held is that of now, as balances are.
        """
        uses, row = self.compiled.uses, self.row
        for place, unit in uses.balances:
            row[place] = self.balance(unit)
        for place, unit in uses.lifetimes:
            found = self.wallets.get(unit)
            row[place] = found.earnings.between(-NEVER, at) if found else 0
        for place, unit, window in uses.earned:
            found = self.wallets.get(unit)
            row[place] = 0
            if found is not None:
                after, until = self.compiled.window(window, at)
                row[place] = found.earnings.between(after, until)
        for place, kind, name in uses.holds:
            row[place] = int(self.holds(kind, name, max(at, now)))
        for name, place in uses.segments.items():
            row[place] = int(name in self.segments)
        if uses.age is not None and "birthday" in self.values:
            row[uses.age] = self.age(at) * uses.age_scale
        row[S_TIER] = self.rank

    def age(self, at: int) -> int:
        """Whole years by the local date; 29 February counts on the 28th of other years."""
        born: dt.date = self.values["birthday"]
        today = date_of(self.compiled.clock.day(at))
        return today.year - born.year - (today < yearly(born, today.year))

    def record_again(self, row: list[int], lines: list[int], scratch: list[int]) -> None:
        """Write the event at hand once more: its amount is known only now."""
        place = self.row[S_CURRENT]
        self.compiled.observe(row, lines, self.row, self.history, self.lines, scratch, place)

    # --- what it did --------------------------------------------------------------------------

    def record(self, row: list[int], lines: list[int], scratch: list[int], *, counts: bool) -> None:
        """Add an event to the history, as the event at hand."""
        compiled = self.compiled
        place = len(self.history)
        self.row[S_CURRENT] = place
        self.history.extend((0,) * compiled.width)
        first, last = compiled.line_places
        if first is not None and last is not None:
            self.history[place + first] = len(self.lines)
            self.lines.extend(lines)
            self.history[place + last] = len(self.lines)
        self.row[S_END] = len(self.history)
        compiled.observe(row, lines, self.row, self.history, self.lines, scratch, place)
        if not counts:
            self.history[place + H_COUNTS] = 0

    def last_of(self, type_: str) -> Entry | None:
        """The last event of a type that counts."""
        return next(
            (e for e in reversed(self.entries) if e.event.type == type_ and e.is_counted), None
        )

    def fold(self, entries: Iterable[Entry]) -> None:
        """Fold events again, from nothing: attributes and history, net of refunds."""
        self.begin_again()
        for entry in entries:
            self.fold_in(entry)

    def begin_again(self) -> None:
        """Be as before the first event."""
        self.row = self.compiled.new_row()
        self.history, self.lines, self.values, self.opted_in = [], [], {}, set()
        for name, value in self.opened.items():
            self.set(name, value)
        self.row[S_CURRENT] = self.row[S_END] = len(self.history)

    def fold_in(self, entry: Entry) -> None:
        """Add one event to those folded so far; none is then at hand."""
        compiled = self.compiled
        event = entry.net or entry.event
        self.learn(event, entry.at)
        if event.type in compiled.recorded and not entry.is_gone:
            row = compiled.encoder.row(event, entry.at)
            lines = compiled.encoder.lines(event.items)
            self.record(row, lines, compiled.scratch(), counts=entry.counts)
        self.row[S_CURRENT] = self.row[S_END] = len(self.history)

    def as_of(self, inputs: Inputs) -> Customer:
        """The customer as a decision saw it, to decide it again; nothing of it is kept."""
        then = Customer(self.id, inputs.compiled)
        then.row = list(inputs.row)
        then.history = inputs.history[: inputs.ends[0]]
        then.lines = inputs.lines[: inputs.ends[1]]
        then.values = dict(self.values)
        then.entries, then.opted_in = self.entries, set(inputs.opted_in)
        then.wallets, then.holdings = self.wallets, self.holdings
        then.rank = then.row[S_TIER]
        then.segments = inputs.segments
        then.forget_sums()
        return then

    def forget_sums(self) -> None:
        """Sums over windows are found anew: a row of the history has changed."""
        for place in self.compiled.uses.caches:
            self.row[place] = 0

    def move_to(self, compiled: Compiled) -> None:
        """Go on under another program; what both know by name carries over."""
        self.go_under(compiled, anew=True)
        challenges.recount(self)

    def go_under(self, compiled: Compiled, *, anew: bool = False) -> None:
        """Be in the tier of the same name under a program, and fold events by its layout."""
        if compiled is self.compiled and not anew:
            return
        tier = self.tier
        self.compiled = compiled
        self.fold(self.entries)
        ranks = [found.rank for found in compiled.program.tiers if found.name == tier]
        self.rank = ranks[0] if ranks else 0

    @property
    def tier(self) -> str | None:
        """The settled tier."""
        return self.compiled.program.tier_name(self.rank)
