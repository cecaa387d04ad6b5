"""Events before the period of a dry run: they say what a customer is, and are not decided.

Windows, tiers, segments and attributes follow from them; balances, counters and challenges start
from nothing.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from dsl.engine import passing
from dsl.engine.cells import S_CURRENT, S_END
from dsl.engine.nodes import remembers
from dsl.engine.pricing import net_amount
from dsl.engine.settling import settle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.engine.book import Book
    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import Customer
    from dsl.engine.entries import Entry
    from dsl.engine.settling import When

# What was redeemed before the period was there to be redeemed.
TAKEN_AS_GIVEN = ("redeem", "cancel")


def without_rules(compiled: Compiled) -> Compiled:
    """The same program, deciding nothing; its rows are those of the program itself."""
    quiet = copy(compiled)
    quiet.by_event, quiet.timed, quiet.derived, quiet.challenges = {}, (), (), ()
    quiet.guards = {}
    quiet.is_plain = not remembers(compiled.program)
    return quiet


def fold(book: Book, entries: Iterable[Entry], compiled: Compiled, since: int) -> None:
    """Take in what came before an instant; the program decides from then on."""
    quiet = book.versions[0][1]
    at_once = quiet.is_plain
    last = None
    for entry in entries:
        if last is None:
            passing.begin(book, entry.at)
        last = entry.at
        type_ = entry.event.type
        if type_ in TAKEN_AS_GIVEN or (at_once and type_ != "refund"):
            _remember(book, entry)
        else:
            book.take(entry)
    if last is None:
        passing.begin(book, since)
        return
    if compiled.is_plain:
        return
    clock = compiled.clock
    midnight = clock.midnight(clock.day(since - 1))
    for customer in book.customers.values():
        # What they were last settled as: after their last event, or at a midnight since.
        if quiet.is_plain:
            _settle(book, customer, customer.last[0], "after")
            if midnight > customer.last[0]:
                _settle(book, customer, midnight, "midnight")


def _settle(book: Book, customer: Customer, at: int, when: When) -> None:
    row, scratch = book.tick(customer, at)
    settle(customer, row, scratch, at, when)


def _remember(book: Book, entry: Entry) -> None:
    """Put an event on record, as far as it says anything of its customer."""
    customer: Customer = book.customer(entry.event.customer)
    compiled, event = customer.compiled, entry.event
    customer.entries.append(entry)
    customer.last = entry.place
    book.entries[entry.id] = (customer, entry)
    customer.learn(event, entry.at)
    if event.type in compiled.recorded:
        row = compiled.encoder.row(event, entry.at)
        net_amount(compiled, entry, row)
        lines = compiled.encoder.lines(event.items)
        customer.record(row, lines, compiled.scratch(), counts=True)
    customer.row[S_CURRENT] = customer.row[S_END]
