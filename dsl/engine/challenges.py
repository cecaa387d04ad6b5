"""Challenges: events not used up by an earlier completion, all inside one window.

Source: docs/language.md, section 2, "Challenge".
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsl.engine.cells import E_AT

if TYPE_CHECKING:
    from dsl.engine.customer import Customer
    from dsl.engine.entries import Entry
    from dsl.engine.plans import ChallengePlan
    from dsl.meaning import checked


@dataclass(slots=True)
class Progress:
    """Events that count towards a challenge, with what each adds to its goals.

    `used` are the ids of those that a completion has used up, under whatever program.
    """

    counted: list[tuple[Entry, tuple[int, ...]]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


def count(customer: Customer, entry: Entry, row: list[int], lines: list[int]) -> list[str]:
    """Count an event towards every challenge; the names of those it completes."""
    return [
        plan.challenge.name
        for plan in customer.compiled.challenges
        if _completes(customer, plan, entry, row, lines)
    ]


def _completes(
    customer: Customer, plan: ChallengePlan, entry: Entry, row: list[int], lines: list[int]
) -> bool:
    name, rule = plan.challenge.name, plan.rule.rule
    adds = _adds(customer, plan, entry, row, lines)
    if not any(adds):
        return False
    progress = customer.challenges.setdefault(name, Progress())
    if plan.asks_customer:
        # What is asked of the customer is asked as of now, of all events as in history.
        _recount(customer, plan, entry.at)
    open_ = progress.counted = [one for one in progress.counted if one[0] is not entry]
    if open_ and entry.place < open_[-1][0].place:
        insort(open_, (entry, adds), key=lambda counted: counted[0].place)
    else:
        open_.append((entry, adds))
    if (rule.starts is not None and entry.at < rule.starts) or (
        rule.ends is not None and entry.at >= rule.ends
    ):
        return False
    if plan.challenge.once_per_customer and customer.completed.get(name):
        return False
    if any(_is_done(customer, name, once, entry.at) for once in rule.once):
        return False
    inside = _inside(customer, plan, entry, open_)
    sums = [sum(adds[n] for _, adds in inside) for n in range(len(plan.goals))]
    if any(done < goal.asked for done, goal in zip(sums, plan.goals, strict=True)):
        return False
    progress.used.update(one.id for one, _ in inside)
    progress.counted = [counted for counted in open_ if counted[0].id not in progress.used]
    customer.completed.setdefault(name, []).append(entry.at)
    return True


def _inside(
    customer: Customer, plan: ChallengePlan, last: Entry, open_: list[tuple[Entry, tuple[int, ...]]]
) -> list[tuple[Entry, tuple[int, ...]]]:
    """The events of the window that ends with an event, the latest first."""
    within = plan.challenge.within
    after = customer.compiled.clock.before(last.at, within.count, within.unit)
    found = []
    for counted in reversed(open_):
        if counted[0].at <= after:
            break
        if counted[0].place <= last.place:
            found.append(counted)
    return found


def _is_done(customer: Customer, name: str, once: checked.Once, at: int) -> bool:
    """True where `once per customer` has been had, in its period."""
    done = customer.completed.get(name, [])
    if once.period is None:
        return bool(done)
    clock, period = customer.compiled.clock, once.period
    return any(clock.period(one, period) == clock.period(at, period) for one in done)


def _adds(
    customer: Customer, plan: ChallengePlan, entry: Entry, row: list[int], lines: list[int]
) -> tuple[int, ...]:
    """How much an event, as it counts now, adds to each goal."""
    if not entry.is_counted:
        return (0,) * len(plan.goals)
    compiled = customer.compiled
    rows = (row, lines, customer.row, customer.history, customer.lines, compiled.scratch())
    return tuple(goal.adds(*rows) for goal in plan.goals)


def recount(customer: Customer) -> None:
    """See what is not used up by the goals of the program that is in force now.

    What came before it counts too, though it did not then.
    """
    for plan in customer.compiled.challenges:
        _recount(customer, plan)


def _recount(customer: Customer, plan: ChallengePlan, now: int | None = None) -> None:
    """See what is not used up by a challenge's goals; `now` is when it is asked of the customer."""
    progress = customer.challenges.setdefault(plan.challenge.name, Progress())
    # A late event is decided on what came before it; what came after stays counted.
    known = {one.id: one for one, _ in progress.counted}
    known.update((one.id, one) for one in customer.entries if one.id not in progress.used)
    counted = ((one, _adds_of(customer, plan, one, now)) for one in known.values())
    progress.counted = sorted(
        (pair for pair in counted if any(pair[1])), key=lambda pair: pair[0].place
    )


def _adds_of(
    customer: Customer, plan: ChallengePlan, entry: Entry, now: int | None = None
) -> tuple[int, ...]:
    encoder, event = customer.compiled.encoder, entry.net or entry.event
    row, lines = encoder.row(event, entry.at), encoder.lines(event.items)
    row[E_AT] = entry.at if now is None else now
    return _adds(customer, plan, entry, row, lines)
