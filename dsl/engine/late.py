"""Late events: decided at their own time; what was decided after it stays.

Source: docs/language.md, section 4, the last paragraph.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from dsl.engine import challenges
from dsl.engine.cells import NA
from dsl.engine.entries import place_of
from dsl.engine.settling import renew

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.engine.book import Book
    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import Customer
    from dsl.engine.entries import Entry, Place
    from dsl.engine.settling import When
    from dsl.meaning.events import Event


def decide_late(book: Book, customer: Customer, entry: Entry, compiled: Compiled) -> None:
    """Decide an event at its own time; what was decided after it stays.

    The customer's past is folded up to it; limits, budgets and balances are those of now.
    """
    past = book.pasts[customer.id] = Past(book, customer, entry.place, compiled)
    last, customer.last = customer.last, (NA, b"")
    book.settle_and_follow(customer, entry.at, "before", entry.id)
    original = entry.event.attributes.get("original")
    own = [one for one in past.since if one[0].id == original]
    if own:
        # A refund takes off what they all left.
        _put_back(own)
        customer.fold(customer.entries)
    changes = book.take_event(customer, entry)
    book.follow(changes, entry.at, entry.id)
    past.since = [one for one in past.since if one[0].id != original]
    come_back(book)
    customer.last = max(last, entry.place)


def go_back(book: Book, ids: Iterable[str], at: int) -> None:
    """Take customers for whom an instant is over back to it, before anything is posted then.

    What they hold says where they stood. They stay there until all that follows is decided.
    """
    compiled = book.version(at)
    if compiled is None or not _settles_again(book):
        return
    for id_ in sorted(ids, key=str.encode):
        customer = book.customer(id_)
        is_over = book.place < customer.last or at < customer.settled_at
        if is_over and id_ not in book.pasts:
            book.pasts[id_] = Past(book, customer, book.place, compiled)


def come_back(book: Book) -> None:
    """Bring back to now whoever was taken back, those who were taken last first."""
    while book.pasts:
        _, past = book.pasts.popitem()
        past.leave()


class Past:
    """A customer as just before a place in time that is over for them, until it is left."""

    def __init__(self, book: Book, customer: Customer, place: Place, compiled: Compiled) -> None:
        self._book, self._customer, self._place = book, customer, place
        self._entries, self._compiled = customer.entries, compiled
        self._now = (customer.compiled, customer.rank, customer.segments, customer.settled)
        self._tiers, self._settled_at = customer.tiers, customer.settled_at
        self._first = customer.first_settled_at
        customer.entries = self._entries[: bisect_left(self._entries, place, key=place_of)]
        # What refunds took off later was not off then.
        seen = customer.entries
        if compiled.emitted.foreign:
            seen = [one for _, one in book.entries.values() if one.place < place]
        # Those of another past are as they were then already.
        before = {id(one) for past in book.pasts.values() for one, _, _ in past.since}
        self.since: list[tuple[Entry, Event | None, bool]] = [
            (one, one.net, one.is_gone) for one in seen if one.corrections and id(one) not in before
        ]
        for one, _, _ in self.since:
            one.net, one.is_gone = one.before(place)
        customer.move_to(compiled)
        book.others.forget()
        customer.settled = False
        _settle_past(book, customer, self._first, place[0])
        book.place = place

    def leave(self) -> None:
        """Come back to now; what later settlings would have changed fires nothing."""
        book, customer, at = self._book, self._customer, self._place[0]
        _put_back(self.since)
        recorded = customer.entries
        entries = {id(e): e for e in (*recorded, *self._entries)}.values()
        customer.entries = sorted(entries, key=place_of)
        customer.first_settled_at = min(self._first, at)
        if _settles_again(book):
            _settle_on(book, customer, len(recorded), at, self._settled_at)
            customer.go_under(self._now[0])
        else:
            customer.compiled, customer.rank, customer.segments, customer.settled = self._now
            customer.tiers = self._tiers
        customer.settled_at = self._settled_at
        customer.fold(customer.entries)
        if self._compiled is not customer.compiled:
            challenges.recount(customer)
        book.others.forget()
        book.place = self._place
        if customer.compiled.timed:
            book.due.customer_timers(customer, book.now)


def _put_back(since: Iterable[tuple[Entry, Event | None, bool]]) -> None:
    """Let entries be net again of all that was taken off them."""
    for one, net, is_gone in since:
        one.net, one.is_gone = net, is_gone


def _settle_past(book: Book, customer: Customer, first: int, until: int) -> None:
    """Settle a customer's past again up to an instant: what tiers are kept and when reached.

    Whoever was known before their first event was settled then.
    """
    if not _settles_again(book):
        return
    compiled = customer.compiled
    customer.tiers, customer.rank = {}, 0
    customer.go_under(book.versions[0][1])
    begun = customer.begun_at
    known = any(entry.at < first for entry in customer.entries)
    if begun == NA and NA < first <= until and not known:
        customer.fold(())
        _pass(book, customer, NA, first)
        _settle(book, customer, first, "before")
    _settle_along(book, customer, 0, NA)
    customer.fold(customer.entries)
    after = customer.entries[-1].at if customer.entries else NA
    if after < begun <= until:
        _pass(book, customer, after, begun)
        _settle(book, customer, begun, "before")
        after = begun
    _pass(book, customer, after, until)
    customer.go_under(compiled)


def _settle_on(book: Book, customer: Customer, place: int, after: int, until: int) -> None:
    """Settle a customer again from a place, and an instant, on, up to another."""
    # A late event that was refused is no entry; it was settled up to it all the same.
    _settle_along(book, customer, place, after)
    last = max([after, *(one.at for one in customer.entries[-1:])])
    if until > last:
        _pass(book, customer, last, until)
        clock = customer.compiled.clock
        if clock.midnight(clock.day(until)) != until:
            # A midnight has passed already, and steps are taken at it once.
            _settle(book, customer, until, "before")


def _settle_along(book: Book, customer: Customer, place: int, after: int) -> None:
    """Settle a customer at the events from a place, and an instant, on, and at what is between."""
    entries, begun = customer.entries, customer.begun_at
    for number in range(place, len(entries)):
        at = entries[number].at
        customer.entries = entries[:number]
        customer.fold(customer.entries)
        if after < begun <= at:
            _pass(book, customer, after, begun)
            book.place = (begun, b"")
            _settle(book, customer, begun, "before")
            after = begun
        _pass(book, customer, after, at)
        book.place = entries[number].place
        _settle(book, customer, at, "before")
        customer.entries = entries[: number + 1]
        customer.fold(customer.entries)
        _settle(book, customer, at, "after")
        after = at
    customer.entries = entries


def _settles_again(book: Book) -> bool:
    """True where what was settled leads on to what is settled later, or fires something.

    Versions are all plain or none is.
    """
    return not book.current.is_plain and any(one.is_settling for _, one in book.versions)


def _settle(book: Book, customer: Customer, at: int, when: When) -> None:
    """Settle a customer in the past, where a program was in force then."""
    if book.version(at) is not None:
        book.settle(customer, at, when)


def _pass(book: Book, customer: Customer, after: int, until: int) -> None:
    """Let time pass again from one instant to another, under the versions in force then."""
    for starts, compiled in book.versions:
        if after < starts <= until:
            _pass_midnights(book, customer, after, starts - 1)
            customer.go_under(compiled)
            after = starts - 1
    _pass_midnights(book, customer, after, until)


def _pass_midnights(book: Book, customer: Customer, after: int, until: int) -> None:
    """Let the midnights since a customer was known pass again, under one version."""
    clock = customer.compiled.clock
    start = max(after, customer.known_at)
    if start > NA:
        day = clock.day(start) + 1
        while (midnight := clock.midnight(day)) <= until:
            _renew(book, customer, midnight)
            book.place = (midnight, b"")
            _settle(book, customer, midnight, "midnight")
            day += 1
    _renew(book, customer, until)


def _renew(book: Book, customer: Customer, until: int) -> None:
    """Keep tiers again at the last instants that they were kept, up to an instant."""
    last = NA
    while True:
        ends = [state.keep_until - 1 for state in customer.tiers.values() if state.inside]
        ends = [at for at in ends if last < at <= until]
        if not ends:
            return
        last = min(ends)
        row, scratch = book.tick(customer, last)
        renew(customer, row, scratch, last)
