"""One cause decided: guards, discounts, all other rewards, the ledger, and what changes by it.

Source: docs/language.md, section 4, steps 1 to 9.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dsl.engine import challenges
from dsl.engine.cells import S_CURRENT, S_END
from dsl.engine.decision import Award, Decision, Outcome, Reason
from dsl.engine.late import go_back
from dsl.engine.paying import Matched, decide
from dsl.engine.posting import post
from dsl.engine.pricing import both_amounts, net_amount
from dsl.engine.settling import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsl.engine.book import Book, Changes
    from dsl.engine.customer import Holding
    from dsl.engine.entries import Entry, Paid
    from dsl.engine.plans import RulePlan
    from dsl.engine.scene import Scene


def guard(book: Book, scene: Scene, entry: Entry) -> None:
    """Step 1: a guard rejects, holds back or flags the event."""
    guards = scene.compiled.guards.get(entry.event.type, ())
    if not guards or scene.is_guarded:
        return
    scene.is_guarded = True
    with _priced(book, scene, entry):
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
    book: Book,
    scene: Scene,
    plans: Sequence[RulePlan],
    entry: Entry | None,
    lines: Sequence[Award] = (),
) -> Changes:
    """Decide, post and settle; the decision goes into the sink, what changed is returned.

    `lines` are awards of the event that were posted before: what a refund took back.
    """
    if entry is not None:
        guard(book, scene, entry)
    if scene.is_rejected:
        _reject_all(scene, plans)
        found: list[Matched] = []
        # It stays in history, which sees what was to be paid.
        if entry is not None and net_amount(scene.compiled, entry, scene.event):
            see_again(book, scene, entry)
    else:
        found = worked_out(book, scene, plans, entry)
    coupon = _coupon(scene, entry, book.now)
    if scene.compiled.has_recipients:
        _meet(book, scene, found)
    paid = posted(book, scene, found)
    if entry is not None:
        entry.paid = paid
        entry.coupon = coupon
        if coupon is not None:
            coupon.used = True
    tell(book, scene, [*lines, *[one.award for one in paid]])
    changes = _after(book, scene, entry)
    if scene.compiled.has_recipients:
        own = scene.customer.id
        others = {one.award.customer for one in paid if one.award.customer != own}
        for id_ in sorted(others, key=str.encode):
            changes += book.settled(book.customer(id_), scene.at, derived=scene.cause.is_derived)
    return changes


def _meet(book: Book, scene: Scene, found: list[Matched]) -> None:
    """Let others who are paid be known, and be where they stood before."""
    # Who is paid nothing is not known by it.
    paid = {one.recipient for matched in found for one in matched.payments if one.amount}
    for id_ in sorted(paid - book.customers.keys(), key=str.encode):
        book.settle(book.customer(id_), scene.at, "before")
    go_back(book, paid - {scene.customer.id}, scene.at)


def posted(book: Book, scene: Scene, found: list[Matched]) -> list[Paid]:
    """Post what was decided, and move the counters by it."""
    paid = post(scene, book.due, found, book.now, book.last_at)
    used = book.used
    for key, amount in scene.taken.items():
        used[key] = used.get(key, 0) + amount
    return paid


def _reject_all(scene: Scene, plans: Sequence[RulePlan]) -> None:
    for plan in plans:
        rule, at = plan.rule, scene.at
        in_force = (rule.starts is None or rule.starts <= at) and (
            rule.ends is None or at < rule.ends
        )
        reason: Reason = "guard" if in_force else "not-in-force"
        scene.outcomes[plan.order] = Outcome(plan.name, reason, by=scene.guard_name)


def tell(book: Book, scene: Scene, awards: Sequence[Award]) -> None:
    """Put a decision into the sink."""
    cause, outcomes = scene.cause, scene.outcomes
    book.sink.append(
        Decision(
            event_id=cause.event or cause.root,
            customer=scene.customer.id,
            tier=scene.customer.tier,
            segments=scene.customer.segments,
            awards=tuple(awards),
            outcomes=tuple([outcomes[order] for order in sorted(outcomes)]) if outcomes else (),
            taken=dict(scene.taken),
            guard=scene.guard_name,
            at=cause.at if cause.event is None else None,
        )
    )


def worked_out(
    book: Book, scene: Scene, plans: Sequence[RulePlan], entry: Entry | None
) -> list[Matched]:
    """Steps 2 to 8: discounts, then all else, which sees what is then to be paid."""
    if entry is None:
        return decide(scene, plans)
    found: list[Matched] = []
    compiled = scene.compiled
    if entry.event.type in compiled.discounting:
        with _priced(book, scene, entry):
            found = _decide(scene, plans, entry, discounts=True)
        entry.discount = sum(
            payment.amount
            for matched in found
            if not matched.withheld
            for payment in matched.payments
            if payment.name == "discount"
        )
    if net_amount(compiled, entry, scene.event):
        see_again(book, scene, entry)
    others = _decide(scene, plans, entry)
    return found + others if found else others


def _decide(
    scene: Scene, plans: Sequence[RulePlan], entry: Entry, *, discounts: bool = False
) -> list[Matched]:
    """Decide by the rules that can match; where reasons are asked for, by all of them."""
    if scene.why:
        return decide(scene, plans, discounts=discounts)
    index = scene.compiled.index(entry.event.type)
    found = index.candidates(scene.event, scene.customer.rank, scene.lines)
    return decide(scene, found, discounts=discounts, sure=index.sure)


@contextmanager
def _priced(book: Book, scene: Scene, entry: Entry) -> Iterator[None]:
    """For discounts and guards an absent amount or gross reads as the other."""
    with both_amounts(scene.compiled, entry.event, scene.event) as is_other:
        if is_other:
            see_again(book, scene, entry)
        yield
    if is_other:
        see_again(book, scene, entry)


def see_again(book: Book, scene: Scene, entry: Entry) -> None:
    """An amount, or a balance, is another than before: so is all that was worked out of it."""
    compiled, customer = scene.compiled, scene.customer
    scene.scratch[:] = compiled.scratch()
    if customer.row[S_CURRENT] < customer.row[S_END]:
        customer.record_again(scene.event, scene.lines, scene.scratch)
        scene.scratch[:] = compiled.scratch()
    customer.forget_sums()
    customer.fill(entry.at, book.now)
    book.others.correct(compiled, customer, entry, scene.event, scene.lines)
    book.others.fill(book, customer, scene.event, scene.scratch, entry.place)


def _coupon(scene: Scene, entry: Entry | None, now: int) -> Holding | None:
    """The coupon a purchase uses: one it names and holds now, the first to expire."""
    if entry is None or entry.event.type != "purchase" or not scene.customer.holdings:
        return None
    code = entry.event.attributes.get("coupon")
    held = [
        one
        for one in scene.customer.holdings
        if (one.kind, one.name) == ("coupon", code) and one.is_held(max(scene.at, now))
    ]
    return min(held, key=lambda one: one.expires, default=None)


def _after(book: Book, scene: Scene, entry: Entry | None) -> Changes:
    customer, at = scene.customer, scene.at
    changes = book.settled(customer, at, derived=scene.cause.is_derived)
    if entry is not None and scene.compiled.challenges:
        for name in challenges.count(customer, entry, scene.event, scene.lines):
            changes.append((customer, Change("challenge completed", name)))
    return changes
