"""Challenges: events not used up by an earlier completion, all inside one window.

Source: docs/language.md, section 2, "Challenge".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsl.engine.compiled import ChallengePlan, Compiled
    from dsl.engine.customer import Customer, Entry
    from dsl.meaning import checked


def count(customer: Customer, entry: Entry) -> list[str]:
    """Count an event towards every challenge; the names of those it completes."""
    return [
        plan.challenge.name
        for plan in customer.compiled.challenges
        if _completes(customer, plan, entry)
    ]


def _completes(customer: Customer, plan: ChallengePlan, entry: Entry) -> bool:
    name, rule = plan.challenge.name, plan.rule.rule
    adds = _adds(customer, plan, entry)
    if not any(adds):
        return False
    open_ = customer.challenges.setdefault(name, [])
    open_.append((entry, adds))
    if (rule.starts is not None and entry.at < rule.starts) or (
        rule.ends is not None and entry.at >= rule.ends
    ):
        return False
    if plan.challenge.once_per_customer and customer.completed.get(name):
        return False
    if any(_is_done(customer, name, once, entry.at) for once in rule.once):
        return False
    within = plan.challenge.within
    after = customer.compiled.clock.before(entry.at, within.count, within.unit)
    inside = [(e, a) for e, a in open_ if after < e.at <= entry.at]
    sums = [sum(a[n] for _, a in inside) for n in range(len(plan.goals))]
    if any(done < goal.asked for done, goal in zip(sums, plan.goals, strict=True)):
        return False
    used = {id(e) for e, _ in inside}
    customer.challenges[name] = [(e, a) for e, a in open_ if id(e) not in used]
    customer.completed.setdefault(name, []).append(entry.at)
    return True


def _is_done(customer: Customer, name: str, once: checked.Once, at: int) -> bool:
    """True where `once per customer` has been had, in its period."""
    done = customer.completed.get(name, [])
    if once.period is None:
        return bool(done)
    clock, period = customer.compiled.clock, once.period
    return any(clock.period(one, period) == clock.period(at, period) for one in done)


def _adds(customer: Customer, plan: ChallengePlan, entry: Entry) -> tuple[int, ...]:
    """How much an event, as it counts now, adds to each goal."""
    if not entry.is_counted:
        return (0,) * len(plan.goals)
    compiled: Compiled = customer.compiled
    event = entry.net or entry.event
    row = compiled.encoder.row(event, entry.at)
    lines = compiled.encoder.lines(event.items)
    rows = (
        row,
        lines,
        customer.row,
        customer.history,
        customer.lines,
        compiled.scratch(),
    )
    return tuple(goal.adds(*rows) for goal in plan.goals)


def count_again(customer: Customer, entry: Entry) -> None:
    """See an event net of a refund in every challenge it is not used up by."""
    for plan in customer.compiled.challenges:
        open_ = customer.challenges.get(plan.challenge.name, [])
        customer.challenges[plan.challenge.name] = [
            (e, _adds(customer, plan, e) if e is entry else adds)
            for e, adds in open_
            if not (e is entry and entry.is_gone)
        ]
