"""Time passes: what falls due is settled, released, expired and fired, in its order.

Source: docs/language.md, section 4, step 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine import challenges, deciding
from dsl.engine.clock import date_of
from dsl.engine.due import (
    EXPIRY,
    RELEASE,
    RENEWAL,
    SETTLING,
    VERSION,
    Matter,
    times_of,
)
from dsl.engine.ranking import chosen_by
from dsl.engine.scene import Cause, Scene
from dsl.engine.settling import renew
from dsl.meaning.triggers import CALENDAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsl.engine.book import Book
    from dsl.engine.customer import Customer
    from dsl.engine.plans import RulePlan


def begin(book: Book, at: int) -> None:
    """Let time begin: whoever is known is settled, timers are wound."""
    if book.has_begun:
        return
    start = book.start if book.start is not None else at
    book.has_begun, book.now = True, start
    current = book.version(start)
    book.in_force = current is not None
    book.current = current or book.current
    for starts, compiled in book.versions:
        if starts > start:
            book.due.push(Matter(starts, VERSION, about=compiled))
    for id_ in sorted(book.customers, key=str.encode):
        customer = book.customers[id_]
        if customer.compiled is not book.current:
            customer.move_to(book.current)
        if book.in_force:
            book.settle(customer, start, "before")
            customer.begun_at = start
    _wind(book, start - 1)


def _wind(book: Book, after: int) -> None:
    """Wind the timers of the program in force, and the midnights at which it settles."""
    if not book.in_force:
        return
    book.due.calendar(book.current, after)
    for customer in book.customers.values():
        book.due.customer_timers(customer, after)
    _next_midnight(book, after)


def _next_midnight(book: Book, after: int) -> None:
    compiled = book.current
    if not compiled.is_plain:
        day = compiled.clock.day(after) + 1
        book.due.push(Matter(compiled.clock.midnight(day), SETTLING, 0, "", compiled))


def fall_due(book: Book, until: int) -> None:
    """Let everything happen that falls due up to and including an instant."""
    while (matter := book.due.pop(until)) is not None:
        book.now = max(book.now, matter.at)
        _matter(book, matter)
    book.now = max(book.now, until)


def _matter(book: Book, matter: Matter) -> None:
    book.place = (matter.at, b"")
    if matter.phase == VERSION:
        _change_version(book, matter)
    elif matter.phase == RELEASE:
        lot = matter.about
        if lot.left and not lot.released and lot.release == matter.at:
            book.customers[matter.customer].wallet(lot.unit).open(lot, matter.at)
    elif matter.phase == EXPIRY:
        book.customers[matter.customer].wallet(matter.about.unit).expire(matter.about)
    elif matter.phase == RENEWAL:
        customer = book.customers[matter.customer]
        row, scratch = book.tick(customer, matter.at)
        renew(customer, row, scratch, matter.at)
        book.note_renewals(customer, matter.at)
    elif matter.phase == SETTLING:
        _midnight(book, matter)
    else:
        _timer(book, matter)


def _change_version(book: Book, matter: Matter) -> None:
    book.current, book.in_force = matter.about, True
    for customer in book.customers.values():
        if customer.compiled is matter.about:
            # What came before it was in force counts towards its challenges all the same.
            challenges.recount(customer)
        elif customer.compiled.layout is matter.about.layout:
            customer.compiled = matter.about
        else:
            customer.move_to(matter.about)
    book.others.forget()
    book.due.forget_timers()
    _wind(book, matter.at - 1)


def _midnight(book: Book, matter: Matter) -> None:
    if matter.about is not book.current:
        return
    for id_ in sorted(book.customers, key=str.encode):
        customer = book.customers[id_]
        date = date_of(customer.compiled.clock.day(matter.at)).isoformat()
        book.settle_and_follow(customer, matter.at, "midnight", date)
    _next_midnight(book, matter.at)


def _timer(book: Book, matter: Matter) -> None:
    plan: RulePlan = matter.about
    compiled = book.current
    if plan.order >= len(compiled.rules) or compiled.rules[plan.order] is not plan:
        return
    if isinstance(plan.rule.trigger, CALENDAR):
        joined = [
            customer
            for _, customer in sorted(book.customers.items(), key=lambda pair: pair[0].encode())
            if customer.joined is not None and customer.joined <= matter.at
        ]
        _fire(book, plan, joined, matter.at)
        book.due.calendar(compiled, matter.at)
        return
    customer = book.customers[matter.customer]
    if matter.at in times_of(customer, plan.rule.trigger, matter.at - 1):
        _fire(book, plan, [customer], matter.at)
    book.due.customer_timer(customer, plan, matter.at)


def _fire(book: Book, plan: RulePlan, customers: list[Customer], at: int) -> None:
    """A timer rule for customers who are due: all are settled first, then each is decided."""
    causes = {}
    for customer in customers:
        date = date_of(customer.compiled.clock.day(at)).isoformat()
        causes[customer.id] = f"{plan.name}|{customer.id}|{date}"
        book.settle_and_follow(customer, at, "before", causes[customer.id])
    chosen: Mapping[str, frozenset[str]] = {}
    if any(reward.is_ranked for reward in plan.rewards):
        scenes = ((c, _timer_scene(book, c, causes[c.id], at)) for c in customers)
        chosen = chosen_by(book, plan, scenes)
    for customer in customers:
        scene = _timer_scene(book, customer, causes[customer.id], at)
        scene.chosen = chosen
        book.follow(deciding.finish(book, scene, [plan], None), at, causes[customer.id])


def _timer_scene(book: Book, customer: Customer, id_: str, at: int) -> Scene:
    row, scratch = book.tick(customer, at)
    customer.fill(at)
    return book.scene(customer, Cause(at, None, id_, id_), row, [], scratch)
