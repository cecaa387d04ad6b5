"""Refunds: the original decided again, and the difference posted (docs/language.md, section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from tests.reference.book import EVER, Moment, Record, Return, end_of, less, net, place_of
from tests.reference.instants import NEVER
from tests.reference.ledger import Move
from tests.reference.payments import THINGS, Decision, Line, Payment, Payments
from tests.reference.posting import grant, line_of, post
from tests.reference.reading import Event
from tests.reference.reading import Line as Item
from tests.reference.scenes import World
from tests.reference.values import NOTHING


def taken_off(refund: Event, record: Record, decision: Decision, seq: int) -> Return | None:
    """What a refund takes off its original; None where it is more than the rest."""
    # A late one takes off what all that are recorded left.
    latest = Moment(refund.at, end_of(NEVER), EVER, refund.at)
    rest = net(record, decision.program, latest)
    if rest is None:
        return None
    lines = _lines(refund.items, rest.items)
    if lines is None:
        return None
    left = rest.values.get("amount")
    asked = refund.values.get("amount")
    amount = NOTHING if asked is None else abs(asked)
    if asked is None and refund.items:
        amount = sum((part for _, part in lines.values()), NOTHING)
        # What discounts took off the lines is not paid back.
        amount = amount if left is None else min(amount, max(left, NOTHING))
    elif asked is None:
        amount = left or NOTHING
        return Return(seq, place_of(refund.at, refund.id), amount, lines, whole=True)
    if left is not None and amount > left:
        return None
    found = Return(seq, place_of(refund.at, refund.id), amount, lines, whole=False)
    return replace(found, whole=_is_whole(less(rest, found), rest))


def _is_whole(after: Event, before: Event) -> bool:
    """True where nothing is left to refund."""
    if before.values.get("amount") is not None:
        return bool(after.values["amount"] <= 0)
    return bool(before.items) and all(line["quantity"] <= 0 for line in after.items)


def _lines(
    given: Sequence[Item], left: Sequence[Item]
) -> dict[int, tuple[Fraction, Fraction]] | None:
    """What is taken off each line; None where there is not so much of it."""
    taken: dict[int, tuple[Fraction, Fraction]] = {}
    for item in given:
        wanted: Fraction = item["quantity"]
        whole = item.get("amount")
        for index, line in enumerate(left):
            had, off = taken.get(index, (NOTHING, NOTHING))
            part = min(wanted, line["quantity"] - had)
            if part <= 0 or not _is_of(item, line):
                continue
            share = _share(item, line, part, whole)
            taken[index] = had + part, off + share
            wanted -= part
        if wanted > 0:
            return None
    return taken


def _share(item: Item, line: Item, part: Fraction, whole: Fraction | None) -> Fraction:
    """The amount of so much of a line: as the refund says, else as the purchase did."""
    if whole is not None:
        return Fraction(whole * part / item["quantity"])
    if line.get("amount") is None:
        return NOTHING
    return Fraction(line["amount"] * part / line["quantity"])


def _is_of(item: Item, line: Item) -> bool:
    """True where an item that is given back is of a line: alike in all that it names."""
    named = {k: v for k, v in item.items() if k not in ("quantity", "amount")}
    return all(line.get(name) == value for name, value in named.items())


def standing(decision: Decision) -> dict[tuple[object, ...], Payments]:
    """What was paid on a decision, by award."""
    found: dict[tuple[object, ...], Payments] = {}
    for payment in decision.payments:
        found.setdefault(payment.key, []).append(payment)
    return found


def post_difference(
    world: World,
    refund: Decision,
    original: Decision,
    again: Mapping[tuple[object, ...], Payment],
    *,
    whole: bool,
) -> Iterator[Line]:
    """Bring the awards of a decision to what it comes to now; the lines are the refund's."""
    paid = standing(original)
    moment = refund.moment
    for key, payments in paid.items():
        if payments[0].kind == "discount" and not whole:
            continue
        had = sum(
            (p.net(Moment(moment.at, moment.place, EVER, moment.now)) for p in payments), NOTHING
        )
        comes_to = again[key].amount if key in again else NOTHING
        yield from _changed(world, refund, payments, comes_to - had)
        if whole:
            _leave_nothing(world, payments)
    for key, payment in again.items():
        if key in paid or payment.kind in ("discount", "message") or payment.withheld:
            continue
        line = post(world, original, payment, moment.now)
        if line is not None:
            yield replace(line, event=refund.event.id, at=refund.event.at)


def _leave_nothing(world: World, payments: Payments) -> None:
    for payment in payments:
        kept = payment.holding is not None and payment.holding.revoked is None
        if not kept:
            payment.gone = world.number()


def _changed(
    world: World, refund: Decision, payments: Payments, difference: Fraction
) -> Iterator[Line]:
    """Post what an award comes to more or less than it did."""
    first = payments[0]
    if difference == 0 or first.kind == "message":
        return
    program = refund.program
    if first.kind in (*THINGS, "tier"):
        if difference < 0 and _revoke(world, refund, payments):
            yield replace(_line(refund, first, NOTHING), status="revoked")
        return
    really = difference
    account = (first.recipient, first.kind)
    if first.kind in program.units:
        at = refund.moment.now
        if first.amount < 0:
            really = _deducted(world, refund, payments, difference)
        elif difference > 0:
            grant(world, first.decision or refund, first, difference, at)
        else:
            below = not program.units[first.kind].never_below_zero
            own = [lot for payment in payments for lot in payment.lots]
            really = -world.ledger.take_back(account, own, -difference, at, below=below)
            own[0].reversed.append(Move(world.number(), at, -difference))
    if really != 0:
        first.back.append((world.number(), -really))
        yield _line(refund, first, really)


def _deducted(world: World, refund: Decision, payments: Payments, difference: Fraction) -> Fraction:
    """Give back of a deduction, or deduct more, by what it comes to now."""
    first, at = payments[0], refund.moment.now
    account = (first.recipient, first.kind)
    if difference < 0:
        more = world.ledger.take(account, -difference, at)
        first.taken += more
        return -sum((amount for _, amount in more), NOTHING)
    left, back = difference, []
    for lot, amount in reversed(first.taken):
        part = min(left, amount)
        back.append((lot, part))
        left -= part
    world.ledger.give_back(account, [(lot, part) for lot, part in back if part > 0], at)
    return difference


def _revoke(world: World, refund: Decision, payments: Payments) -> bool:
    """Take an unused thing or an awarded tier back; True where there was one."""
    moment = Moment(refund.event.at, end_of(refund.event.at), EVER, refund.moment.now)
    mark = (world.number(), refund.moment.now)
    found = False
    for payment in payments:
        holding, tier = payment.holding, payment.tier_award
        if holding is not None and holding.revoked is None and not holding.is_used(moment):
            holding.revoked = mark
        elif tier is not None and tier.revoked is None:
            tier.revoked = mark
        else:
            continue
        payment.back.append((mark[0], payment.amount))
        found = True
    return found


def _line(refund: Decision, payment: Payment, amount: Fraction) -> Line:
    line = line_of(refund, payment, "posted")
    return line if payment.kind in (*THINGS, "tier") else replace(line, value=amount)
