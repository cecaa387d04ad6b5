"""What falls due without an event: releases, expiries, settling at midnights, timers.

At one instant releases come first, then expiries, settling, and timers by rule order, then by
customer. A timer of one customer is looked at again when it is due, so that whatever happened
since then counts. Source: docs/language.md, section 3, "TRIGGER", and section 4, step 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any

from dsl.engine.clock import date_of, day_of, yearly
from dsl.engine.wallet import NEVER
from dsl.meaning.triggers import CALENDAR
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import Customer
    from dsl.engine.plans import RulePlan
    from dsl.engine.wallet import Lot

VERSION, RELEASE, EXPIRY, RENEWAL, SETTLING, TIMER = range(6)
SPAN_YEARS = 12


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that falls due: what kind of, for whom, and what it is about."""

    at: int
    phase: int
    order: int = 0
    customer: str = ""
    about: Any = None


class Due:
    """The matters to come, earliest first."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, str, int, Matter]] = []
        self._numbers = count()
        self._timers: set[tuple[int, int, str]] = set()
        # What is happening, until the next matter or event.
        self._at_hand: Matter | None = None

    def push(self, matter: Matter) -> None:
        """Add a matter; one that never comes is none."""
        if matter.at < NEVER:
            heappush(
                self._heap,
                (
                    matter.at,
                    matter.phase,
                    matter.order,
                    matter.customer,
                    next(self._numbers),
                    matter,
                ),
            )

    def pop(self, until: int) -> Matter | None:
        """The next matter up to and including an instant."""
        if not self._heap or self._heap[0][0] > until:
            self._at_hand = None
            return None
        matter = self._at_hand = heappop(self._heap)[-1]
        if matter.phase == TIMER:
            self._timers.discard((matter.at, matter.order, matter.customer))
        return matter

    def lot(self, customer: Customer, lot: Lot, now: int) -> None:
        """A lot's release and expiry, and the timers to come before it expires."""
        self.release(customer, lot)
        if lot.expires >= NEVER:
            return
        self.push(Matter(lot.expires, EXPIRY, lot.number, customer.id, lot))
        self.expiring(customer, max(lot.at, now))

    def release(self, customer: Customer, lot: Lot) -> None:
        """A lot's release, where it has not come."""
        if lot.release is not None and not lot.released:
            self.push(Matter(lot.release, RELEASE, lot.number, customer.id, lot))

    def expiring(self, customer: Customer, at: int) -> None:
        """The timers before a customer's lots expire, as they are since an instant."""
        for plan in customer.compiled.timed:
            if isinstance(plan.rule.trigger, ast.Expiring):
                self.customer_timer(customer, plan, at - self._is_to_come(plan, at))

    def _is_to_come(self, plan: RulePlan, at: int) -> bool:
        """True where timers of an instant are still to come: of later rules than that at hand."""
        own = self._at_hand
        return own is not None and own.at == at and (own.phase, own.order) < (TIMER, plan.order)

    # --- timers -------------------------------------------------------------------------------

    def forget_timers(self) -> None:
        """Leave out timers: another program is in force."""
        self._heap = [entry for entry in self._heap if entry[-1].phase != TIMER]
        # A list without some of its parts is no heap any more.
        self._heap.sort(key=lambda entry: entry[:5])
        self._timers.clear()

    def calendar(self, compiled: Compiled, after: int) -> None:
        """The next time of every rule of the calendar."""
        for plan in compiled.timed:
            if isinstance(plan.rule.trigger, CALENDAR):
                self._timer(next_of_calendar(compiled, plan.rule.trigger, after), plan, "")

    def customer_timers(self, customer: Customer, after: int) -> None:
        """The next time of every timer of one customer."""
        for plan in customer.compiled.timed:
            self.customer_timer(customer, plan, after)

    def customer_timer(self, customer: Customer, plan: RulePlan, after: int) -> None:
        """The next time of one timer of one customer."""
        if isinstance(plan.rule.trigger, CALENDAR):
            return
        times = [at for at in times_of(customer, plan.rule.trigger, after) if at > after]
        if times:
            self._timer(min(times), plan, customer.id)

    def _timer(self, at: int, plan: RulePlan, customer: str) -> None:
        if (at, plan.order, customer) not in self._timers:
            self._timers.add((at, plan.order, customer))
            self.push(Matter(at, TIMER, plan.order, customer, plan))


def next_of_calendar(
    compiled: Compiled, trigger: ast.EveryDay | ast.EveryWeekday | ast.EveryMonth, after: int
) -> int:
    """The first instant after another at which a rule of the calendar is due."""
    clock = compiled.clock
    time = microseconds(trigger.at)
    day = clock.day(after)
    while True:
        if _is_day(trigger, day):
            at = clock.on(day, time)
            if at > after:
                return at
        day += 1


def _is_day(trigger: ast.EveryDay | ast.EveryWeekday | ast.EveryMonth, day: int) -> bool:
    """A local day is one of the trigger's; day 31 falls on the last day of shorter months."""
    match trigger:
        case ast.EveryWeekday(weekday=weekday):
            return (day + 3) % 7 == weekday
        case ast.EveryMonth(day=number):
            date, is_last = date_of(day), date_of(day + 1).day == 1
            if number is None:
                return is_last
            return date.day == number or (is_last and date.day < number)
        case _:
            return True


def microseconds(time: ast.Time | None) -> int:
    """A time of day since midnight."""
    if time is None:
        return 0
    value = time.value
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000


def times_of(customer: Customer, trigger: ast.Trigger, after: int) -> Iterable[int]:
    """When a timer of one customer is due, as things stand: at least the next time after one."""
    clock = customer.compiled.clock
    match trigger:
        case ast.Birthday() | ast.Anniversary():
            name = "birthday" if isinstance(trigger, ast.Birthday) else "joined"
            for day in _yearly(customer, name, after):
                yield clock.midnight(day)
        case ast.Around(duration=duration, side=side, of=of):
            sign = 1 if side == "after" else -1
            for day in _days_of(customer, of.parts, after):
                yield clock.midnight(clock.later_day(day, duration, sign))
        case ast.Without(duration=duration, event=event):
            last = customer.last_of(event.dotted)
            if last is not None:
                at = clock.after(last.at, duration)
                day = clock.day(at)
                yield clock.midnight(day if clock.midnight(day) >= at else day + 1)
        case ast.Expiring(unit=unit, duration=duration):
            wallet = customer.wallets.get(unit.dotted)
            for lot in wallet.every_lot() if wallet else ():
                if lot.left and not lot.is_held and lot.expires < NEVER:
                    day = clock.day(lot.expires - 1)
                    yield clock.midnight(clock.later_day(day, duration, -1))
        case _:
            return


def _days_of(customer: Customer, parts: tuple[str, ...], after: int) -> Iterable[int]:
    """The days a timer is before or after: yearly ones, those of events, a customer's date."""
    clock = customer.compiled.clock
    if parts == ("birthday",):
        yield from _yearly(customer, "birthday", after)
    elif parts == ("anniversary",):
        yield from _yearly(customer, "joined", after)
    elif len(parts) == 1:
        for entry in customer.entries:
            if entry.event.type == parts[0] and entry.is_counted:
                yield clock.day(entry.at)
    else:
        value = customer.values.get(parts[-1])
        if parts[-1] == "joined":
            if customer.joined is not None:
                yield clock.day(customer.joined)
        elif value is not None:
            yield _day(customer, value)


def _day(customer: Customer, value: Any) -> int:  # noqa: ANN401 - a date or a time
    if hasattr(value, "astimezone"):
        return day_of(value.astimezone(customer.compiled.clock.zone).date())
    return day_of(value)


def _yearly(customer: Customer, name: str, after: int) -> Iterable[int]:
    """A date in the years around an instant, of which the first is the day itself."""
    clock = customer.compiled.clock
    if name == "joined":
        if customer.joined is None:
            return
        born = date_of(clock.day(customer.joined))
    else:
        known = customer.values.get(name)
        if known is None:
            return
        born = known
    now = date_of(clock.day(after)).year
    # A timer lies at most some years from its date: a length of time of years is rare, but known.
    for year in range(now - SPAN_YEARS, now + SPAN_YEARS + 1):
        if year > born.year:
            yield day_of(yearly(born, year))
