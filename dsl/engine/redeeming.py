"""Redemptions: what a redeem takes, why it is refused, and how it is cancelled.

Source: docs/language.md, section 2, "redeem" and "reward", and section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from dsl.engine import challenges, corrections, deciding
from dsl.engine.cells import S_TIER
from dsl.engine.decision import Shortfall
from dsl.engine.terms import capacity, money
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.engine.book import Book, Changes
    from dsl.engine.customer import Customer
    from dsl.engine.decision import CounterKey, Reason
    from dsl.engine.entries import Entry
    from dsl.engine.scene import Scene
    from dsl.meaning.types import Unit


@dataclass(frozen=True, slots=True)
class Asked:
    """What a redeem wants: an amount of a unit, for a reward or by itself."""

    unit: Unit
    amount: Decimal
    offer: checked.Redeemable | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What a redemption adds to a counter, and how much that may hold."""

    key: CounterKey
    adds: int
    most: int

    def short(self, offer: checked.Redeemable | None, used: int) -> Shortfall:
        """What there is, in what the counter counts."""
        name = offer.name if offer is not None else None
        return Shortfall(name, self.key[0], str(self.most), str(used))


def redeem(book: Book, customer: Customer, entry: Entry) -> Changes:
    """Take what a redeem asks for; refused, it changes nothing, and is no event that happened."""
    scene = book.seen(customer, entry)
    asked = asked_for(entry, scene.compiled.program)
    if asked is None:
        return _refuse(book, customer, entry, "not-in-force")
    deciding.guard(book, scene, entry)
    counted = list(_counters(customer, entry, asked))
    if scene.is_rejected:
        return _refuse(book, customer, entry, "guard", Shortfall(of=scene.guard_name or ""))
    failing = next(_failing(book, scene, asked, counted), None)
    if failing is not None:
        return _refuse(book, customer, entry, *failing)
    for one in counted:
        book.used[one.key] = book.used.get(one.key, 0) + one.adds
    wallet = customer.wallet(asked.unit.name)
    wallet.moved_at = entry.at
    taken = wallet.take(int(asked.amount))
    entry.drawn = [(one.key, one.adds) for one in counted]
    entry.parts = [(asked.unit.name, lot, part) for lot, part in taken]
    deciding.see_again(book, scene, entry)
    return deciding.finish(book, scene, scene.compiled.by_event.get("redeem", ()), entry)


def _refuse(
    book: Book,
    customer: Customer,
    entry: Entry,
    reason: Reason,
    shortfall: Shortfall | None = None,
) -> Changes:
    book.forget(customer, entry)
    book.refuse(entry, reason, shortfall)
    return []


def asked_for(entry: Entry, program: checked.Program) -> Asked | None:
    """What a redeem wants; None of a reward, or an option of it, that there is none of."""
    attributes = entry.event.attributes
    named = attributes.get("reward")
    if named is None:
        for name, unit in program.units.items():
            amount = attributes.get(name)
            if isinstance(amount, Decimal):
                # Finer than the unit is: no step of it.
                return Asked(unit, amount.scaleb(unit.precision))
        return None
    offer = program.redeemables.get(str(named))
    option = attributes.get("option", Decimal(1))
    if offer is None or not isinstance(option, Decimal) or option % 1:
        return None
    if not 1 <= option <= len(offer.prices):
        return None
    price = offer.prices[int(option) - 1]
    return Asked(price.unit, Decimal(price.amount), offer)


def _failing(
    book: Book, scene: Scene, asked: Asked, counted: list[Counted]
) -> Iterator[tuple[Reason, Shortfall]]:
    """The tests that fail, in the order in which reasons are named."""
    customer, unit, offer = scene.customer, asked.unit, asked.offer
    name = offer.name if offer is not None else None
    if offer is not None:
        number = list(scene.compiled.program.redeemables).index(offer.name)
        where = scene.compiled.functions.get(f"r{number}")
        if where is not None and where(*scene.rows) != 1:
            test = scene.compiled.why.failed(f"r{number}", offer.where, scene)
            yield "condition", Shortfall(name, test=test)
        group = offer.audience
        if group is not None:
            inside = customer.row[S_TIER] in group.ranks or not (
                group.segments.isdisjoint(customer.segments)
            )
            if inside is group.negated:
                yield "audience", Shortfall(name, there=customer.tier or "")
    stock = _stock(offer)
    for one in counted:
        if one.key != stock and book.used.get(one.key, 0) + one.adds > one.most:
            yield "limit", one.short(offer, book.used.get(one.key, 0))
    if customer.balance(unit.name) < asked.amount:
        there = customer.balance(unit.name)
        yield "insufficient", _of_unit(unit, name, asked.amount, there)
    if offer is None:
        if asked.amount <= 0 or asked.amount < (unit.redeem_least or 0):
            least = unit.redeem_least or 0
            yield "minimum", _of_unit(unit, name, Decimal(least), asked.amount)
        if asked.amount % (unit.redeem_step or 1):
            step = unit.redeem_step or 1
            yield "step", _of_unit(unit, name, Decimal(step), asked.amount)
    for one in counted:
        if one.key == stock and book.used.get(one.key, 0) >= one.most:
            yield "stock", one.short(offer, book.used.get(one.key, 0))


def _of_unit(unit: Unit, offer: str | None, asked: Decimal, there: Decimal | int) -> Shortfall:
    """What is asked of a unit and what there is, both counted in its precision."""
    there = Decimal(there).scaleb(-unit.precision)
    return Shortfall(offer, unit.name, f"{asked.scaleb(-unit.precision):f}", f"{there:f}")


def _stock(offer: checked.Redeemable | None) -> CounterKey | None:
    return None if offer is None else (f"stock of reward {offer.name}", "", "", 0)


def _counters(customer: Customer, entry: Entry, asked: Asked) -> Iterator[Counted]:
    """The limits, marks and stock that a redemption of a reward counts in."""
    offer, clock = asked.offer, customer.compiled.clock
    if offer is None:
        return
    for allowance in offer.allowances:
        index = clock.period(entry.at, allowance.period) if allowance.period else 0
        holder = customer.id if allowance.scope == "limit" else ""
        key = (allowance.name, holder, "", index)
        if allowance.counts == "times":
            yield Counted(key, 1, capacity(allowance))
        elif allowance.counts == "money" and asked.unit.worth is not None:
            adds = money(asked.unit.worth, int(asked.amount), asked.unit.precision)
            yield Counted(key, adds, capacity(allowance))
        elif allowance.unit is not None and allowance.unit.name == asked.unit.name:
            yield Counted(key, int(asked.amount), capacity(allowance))
    for once in offer.once:
        index = clock.period(entry.at, once.period) if once.period else 0
        key = (once.name, customer.id if once.per_customer else "", "", index)
        yield Counted(key, 1, 1)
    stock = _stock(offer)
    if offer.stock is not None and stock is not None:
        yield Counted(stock, 1, offer.stock)


def cancel(book: Book, customer: Customer, entry: Entry) -> Changes:
    """Undo a redeem: each lot gets back what was taken of it; lots past their day expire at once.

    What rules gave for the redeem goes with it.
    """
    original = entry.event.attributes.get("original")
    found = book.entries.get(str(original))
    reason: Reason | None = None
    if found is None or found[0].id != customer.id or found[1].event.type != "redeem":
        reason = "unknown-original"
    elif found[1].is_gone:
        reason = "exceeds-original"
    if found is None or reason is not None:
        book.refuse(entry, reason or "unknown-original")
        return []
    redeemed = found[1]
    redeemed.correct(entry.place, None, book.recorded, is_gone=True)
    for unit, lot, part in redeemed.parts:
        wallet = customer.wallet(unit)
        wallet.moved_at = book.last_at
        wallet.give_back(lot, part, book.now)
    for key, adds in redeemed.drawn:
        book.used[key] = book.used.get(key, 0) - adds
    lines = corrections.take_all_back(book, entry, redeemed)
    customer.fold(customer.entries)
    challenges.recount(customer)
    book.others.forget()
    scene = book.seen(customer, entry)
    return deciding.finish(book, scene, scene.compiled.by_event.get("cancel", ()), entry, lines)
