"""Refunds: the original purchase decided again, and the difference posted.

A refund takes an amount or lines off its purchase, which is decided again at its own time, on what
its decision rested on; what an award comes to less is taken back, first from its own lots. From
then on history, tiers and challenges see the purchase net. Source: docs/language.md, section 4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dsl.engine import challenges, deciding
from dsl.engine.cells import S_CURRENT, S_END
from dsl.engine.decision import Award
from dsl.engine.entries import Entry, Paid
from dsl.engine.late import go_back
from dsl.engine.others import Others
from dsl.engine.paying import Matched, Payment, decide
from dsl.engine.posting import Dating, grant, line, post
from dsl.engine.pricing import AMOUNT
from dsl.engine.returns import Return, taken_off, turned_purchase
from dsl.engine.scene import Cause, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsl.engine.book import Book, Changes
    from dsl.engine.customer import Customer

Key = tuple[str, int, str, str, str | None]
# What is not taken back: discounts stay as given, messages were read.
STAYS = ("discount", "message")


def refund(book: Book, customer: Customer, entry: Entry) -> Changes:
    """Take a refund in: what it takes back, then the rules on refunds themselves."""
    original = entry.event.attributes.get("original")
    if original is None:
        return _without_original(book, customer, entry)
    found = book.entries.get(str(original))
    if found is None or found[0].id != customer.id or found[1].event.type != "purchase":
        book.refuse(entry, "unknown-original")
        return []
    purchase = found[1]
    taken = taken_off(entry.event, purchase)
    if taken is None:
        book.refuse(entry, "exceeds-original")
        return []
    lines: list[Award] = []
    touched = {one.award.customer for one in purchase.paid} - {customer.id}
    go_back(book, touched, entry.at)
    if purchase.is_rejected:
        purchase.paid = []
    again: dict[Key, tuple[Matched, int]] = {}
    scene: Scene | None = None
    if not (taken.is_whole or purchase.is_rejected):
        again, scene = _again(book, customer, purchase, taken)
    purchase.correct(entry.place, taken.event, book.recorded, is_gone=taken.is_whole)
    lines += _difference(book, entry, purchase, again, scene)
    if taken.is_whole and purchase.coupon is not None:
        purchase.coupon.used = False
    customer.fold(customer.entries)
    book.others.forget()
    # Net of what was taken off, it may be what a challenge asks for, or no longer.
    challenges.recount(customer)
    seen = book.seen(customer, entry)
    changes = deciding.finish(book, seen, seen.compiled.by_event.get("refund", ()), entry, lines)
    for id_ in sorted(touched, key=str.encode):
        changes += book.settled(book.customer(id_), entry.at)
    return changes


def reject(book: Book, purchase: Entry) -> None:
    """A person rejects a held event: all its awards go, limits and budgets get theirs back."""
    for one in purchase.paid:
        _give_counters_back(book, one, one.amount)
        one.amount = 0
        if one.lot is not None:
            wallet = book.customer(one.award.customer).wallet(one.lot.unit)
            wallet.moved_at = book.last_at
            wallet.take_back(one.lot, one.lot.left)
        for lot, part in one.parts:
            wallet = book.customer(one.award.customer).wallet(lot.unit)
            wallet.moved_at = book.last_at
            wallet.give_back(lot, part, book.now)
        if one.parts:
            book.due.expiring(book.customer(one.award.customer), book.now)
    for one in purchase.paid:
        _give_marks_back(book, purchase, one)
    purchase.is_rejected = True


def take_all_back(book: Book, entry: Entry, original: Entry) -> list[Award]:
    """All awards of an event go, as if it had never happened; the lines are the entry's."""
    return _difference(book, entry, original, {}, None)


# --- deciding again ---------------------------------------------------------------------------


def _again(
    book: Book, customer: Customer, purchase: Entry, taken: Return
) -> tuple[dict[Key, tuple[Matched, int]], Scene | None]:
    """What the purchase comes to with so much taken off, as of its own decision."""
    inputs = purchase.inputs
    if inputs is None or taken.event is None:
        return {}, None
    compiled = inputs.compiled
    then = customer.as_of(inputs)
    row = compiled.encoder.row(taken.event, purchase.at)
    for place, value in inputs.others.items():
        row[place] = value
    lines = compiled.encoder.lines(taken.event.items)
    if purchase.event.type in compiled.recorded:
        then.record(row, lines, compiled.scratch(), counts=True)
    else:
        then.row[S_CURRENT] = then.row[S_END]
    scratch = compiled.scratch()
    if compiled.emitted.foreign:
        event = taken.event
        others = Others(lambda one: event if one is purchase else one.known_by(purchase.number))
        others.fill(book, then, row, scratch, purchase.place)
    scene = Scene(
        compiled=compiled,
        customer=then,
        cause=Cause(purchase.at, purchase.id, purchase.id, purchase.id),
        event=row,
        lines=lines,
        scratch=scratch,
        used={**book.used, **inputs.used},
        secret=book.secret,
        others=book.customer,
        held=dict(inputs.held),
    )
    found = decide(scene, compiled.by_event.get("purchase", ()))
    again: dict[Key, tuple[Matched, int]] = {}
    for matched in found:
        for payment in matched.payments:
            if payment.amount and not matched.withheld:
                amount = -payment.amount if payment.is_deduction else payment.amount
                key = (
                    matched.plan.name,
                    payment.plan.number,
                    payment.recipient,
                    payment.name,
                    payment.text,
                )
                again[key] = (matched, amount)
    return again, scene


def _key(one: Paid) -> Key:
    award = one.award
    return (award.rule, award.reward, award.customer, award.unit, award.text)


def _difference(
    book: Book,
    entry: Entry,
    purchase: Entry,
    again: dict[Key, tuple[Matched, int]],
    scene: Scene | None,
) -> list[Award]:
    """Bring what stands of an event to what it comes to now; lines of what really moved.

    Without a scene nothing of it is left.
    """
    whole = scene is None
    lines: list[Award] = []
    paid: dict[Key, list[Paid]] = {}
    for one in purchase.paid:
        if one.award.status != "withheld":
            paid.setdefault(_key(one), []).append(one)
    for key, ones in paid.items():
        if ones[0].award.unit == "message" or (ones[0].award.unit == "discount" and not whole):
            continue
        comes_to = again[key][1] if key in again else 0
        difference = comes_to - sum(one.amount for one in ones)
        lines += _changed(book, entry, purchase, ones, difference)
    if whole:
        for one in purchase.paid:
            # A thing that was used stays, and the firing with it.
            if one.holding is None or one.holding.is_revoked:
                one.amount = 0
    for one in purchase.paid:
        _give_marks_back(book, purchase, one)
    for key, (matched, _) in again.items():
        if key not in paid and key[3] not in STAYS:
            lines += _anew(book, entry, purchase, scene, matched, key)
    return lines


def _changed(
    book: Book, entry: Entry, purchase: Entry, ones: Sequence[Paid], difference: int
) -> list[Award]:
    """What an award comes to more or less than it did."""
    first = ones[0]
    if not difference:
        return []
    award = first.award
    owner = book.customer(award.customer)
    if award.text is not None and award.unit != "donation":
        return _revoked(book, entry, ones) if difference < 0 else []
    really = difference
    unit = owner.compiled.program.units.get(award.unit)
    if unit is not None and not unit.is_money:
        owner.wallet(unit.name).moved_at = book.last_at
        if award.amount < 0:
            really = _deducted(owner, ones, difference, entry.at)
            book.due.expiring(owner, book.now)
        elif difference > 0:
            compiled, rule = owner.compiled, first.plan.rule
            terms = Dating(compiled, rule, unit, purchase.at, is_held=purchase.is_waiting)
            lot = grant(owner, book.due, terms, difference, book.now)
            more = replace(first, amount=0, lot=lot, drawn=(), marked=())
            purchase.paid = [*purchase.paid, more]
        else:
            really = -_taken_back(owner, ones, -difference, below=not unit.never_below_zero)
    if not really:
        return []
    first.amount += really
    _give_counters_back(book, first, -really)
    return [replace(award, amount=really, status="posted", event=entry.id, at=None)]


def _taken_back(owner: Customer, ones: Sequence[Paid], amount: int, *, below: bool) -> int:
    """Take an award back: its own lots first, then others, then the balance falls below zero.

    What of its own lots expired unspent is gone already and is not taken again.
    """
    really, left = 0, amount
    wallet = owner.wallet(ones[0].award.unit)
    for one in ones:
        if one.lot is None:
            continue
        part = wallet.take_back(one.lot, left)
        really, left = really + part, left - part
        lapsed = min(left, one.lot.expired)
        one.lot.expired -= lapsed
        left -= lapsed
    lot = ones[0].lot
    if lot is not None:
        wallet.unearn(lot, amount)
    taken = sum(part for _, part in wallet.take(left))
    really, left = really + taken, left - taken
    if left and below:
        wallet.owe(left)
        really += left
    return really


def _deducted(owner: Customer, ones: Sequence[Paid], difference: int, at: int) -> int:
    """Give back of a deduction, or deduct more, by what it comes to now."""
    first = ones[0]
    wallet = owner.wallet(first.award.unit)
    if difference < 0:
        more = wallet.take(-difference)
        first.parts = [*first.parts, *more]
        return -sum(part for _, part in more)
    left = difference
    for lot, amount in reversed(first.parts):
        part = min(left, amount)
        if part:
            wallet.give_back(lot, part, at)
        left -= part
    return difference


def _revoked(book: Book, entry: Entry, ones: Sequence[Paid]) -> list[Award]:
    """An unused thing, or an awarded tier, is revoked."""
    found = False
    for one in ones:
        if one.holding is not None and not (one.holding.used or one.holding.is_revoked):
            one.holding.is_revoked = True
        elif one.tier is not None and not one.tier.is_revoked:
            one.tier.is_revoked = True
        else:
            continue
        _give_counters_back(book, one, one.amount)
        one.amount = 0
        found = True
    if not found:
        return []
    return [replace(ones[0].award, status="revoked", event=entry.id, at=None)]


def _anew(
    book: Book,
    entry: Entry,
    purchase: Entry,
    scene: Scene | None,
    matched: Matched,
    key: Key,
) -> list[Award]:
    """An award that the purchase did not have before."""
    if scene is None:
        return []
    payments = [
        payment
        for payment in matched.payments
        if (payment.plan.number, payment.recipient, payment.name, payment.text) == key[1:]
    ]
    scene.is_held = purchase.is_waiting
    alone = Matched(matched.plan, matched.rewards, payments=payments)
    paid = post(scene, book.due, [alone], book.now, book.last_at)
    purchase.paid = [*purchase.paid, *paid]
    for one in paid:
        for counter, each in one.drawn:
            book.used[counter] = book.used.get(counter, 0) + one.amount * each
        for counter in one.marked:
            if not any(counter in other.marked for other in purchase.paid if other is not one):
                book.used[counter] = book.used.get(counter, 0) + 1
    return [replace(one.award, event=entry.id) for one in paid]


# --- counters ---------------------------------------------------------------------------------


def _give_counters_back(book: Book, one: Paid, amount: int) -> None:
    """Amount limits and budgets get back what was taken back."""
    for key, each in one.drawn:
        book.used[key] = book.used.get(key, 0) - amount * each


def _give_marks_back(book: Book, purchase: Entry, one: Paid) -> None:
    """A times limit returns when nothing of the firing is left."""
    if one.amount:
        return
    for key in one.marked:
        if not any(other.amount and key in other.marked for other in purchase.paid):
            book.used[key] = book.used.get(key, 0) - 1
            for other in purchase.paid:
                other.marked = [mark for mark in other.marked if mark != key]


# --- without an original ----------------------------------------------------------------------


def _without_original(book: Book, customer: Customer, entry: Entry) -> Changes:
    """Decided as a purchase of the negative amount on which only rates count, turned."""
    program = customer.compiled.program
    event = turned_purchase(entry.event, program)
    turned = Entry(entry.at, entry.id, event, counts=False)
    scene = book.seen(customer, turned)
    compiled = scene.compiled
    row = list(scene.event)
    place = compiled.layout.event.places[AMOUNT]
    row[place] = abs(row[place])
    scene.turned = row
    found = decide(scene, compiled.by_event.get("purchase", ()), turned=True)
    lines = []
    payments = [(matched, one) for matched in found for one in matched.payments if one.amount]
    touched = {one.recipient for _, one in payments} - {customer.id}
    go_back(book, touched, entry.at)
    for matched, payment in payments:
        lines += _turned(book, scene, matched, payment)
    own = book.seen(customer, entry)
    own.outcomes.update(scene.outcomes)
    changes = deciding.finish(book, own, compiled.by_event.get("refund", ()), entry, lines)
    for id_ in sorted(touched, key=str.encode):
        changes += book.settled(book.customer(id_), entry.at)
    return changes


def _turned(book: Book, scene: Scene, matched: Matched, payment: Payment) -> list[Award]:
    """Take what a rate comes to, with its sign turned, from whoever would have got it."""
    unit = payment.unit
    if matched.withheld:
        return [replace(line(scene, matched, payment, "withheld"), amount=-payment.amount)]
    really = payment.amount
    if unit is not None and not unit.is_money:
        wallet = book.customer(payment.recipient).wallet(unit.name)
        wallet.moved_at = book.last_at
        wallet.earnings.add(scene.at, -payment.amount)
        really = sum(part for _, part in wallet.take(payment.amount))
        if really < payment.amount and not unit.never_below_zero:
            wallet.owe(payment.amount - really)
            really = payment.amount
    return [replace(line(scene, matched, payment), amount=-really)] if really else []
