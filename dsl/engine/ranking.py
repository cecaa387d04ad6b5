"""Who is among the `top 10 by …`, and who the `10 at random` are.

Source: docs/language.md, section 3, "to".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine.cells import NA
from dsl.engine.nodes import walk
from dsl.engine.scene import draw
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsl.engine.book import Book
    from dsl.engine.customer import Customer
    from dsl.engine.plans import RewardPlan, RulePlan
    from dsl.engine.scene import Scene


def chosen_by(
    book: Book, plan: RulePlan, scenes: Iterable[tuple[Customer, Scene]]
) -> Mapping[str, frozenset[str]]:
    """Who ranks, by the name of each reward that only some of the customers get.

    Exactly so many of those the condition is true for: the highest values, of equal ones those
    whose last change came earlier, then by id; nothing, less and absent never rank. At random, the
    lowest draws.
    """
    values: dict[str, list[tuple[int, Customer]]] = {}
    rule = plan.rule
    at = 0
    for customer, scene in scenes:
        at = scene.at
        if rule.starts is not None and scene.at < rule.starts:
            continue
        if rule.ends is not None and scene.at >= rule.ends:
            continue
        if plan.matches is not None and plan.matches(*scene.rows) != 1:
            continue
        for reward in plan.rewards:
            audience = reward.reward.audience
            if isinstance(audience, checked.Top) and reward.ranking is not None:
                value = reward.ranking(*scene.rows)
                if value != NA and value > 0:
                    values.setdefault(reward.name, []).append((-value, customer))
            elif isinstance(audience, checked.AtRandom):
                number = draw(book.secret, "random", plan.name, scene.cause.draw)
                values.setdefault(reward.name, []).append((number, customer))
    return {
        reward.name: _first(book, reward, values.get(reward.name, []), audience.count, at)
        for reward in plan.rewards
        if isinstance(audience := reward.reward.audience, checked.Top | checked.AtRandom)
    }


def _first(
    book: Book, reward: RewardPlan, values: list[tuple[int, Customer]], count: int, at: int
) -> frozenset[str]:
    """The ids of exactly so many with the least values; ties matter only where not all fit."""
    if len(values) <= count:
        return frozenset(customer.id for _, customer in values)
    last = sorted(value for value, _ in values)[count - 1]
    ahead = [customer.id for value, customer in values if value < last]
    tied = [customer for value, customer in values if value == last]
    if len(ahead) + len(tied) > count:
        tied.sort(key=lambda one: (_changed(book, one, reward, at), one.id.encode()))
    return frozenset([*ahead, *(one.id for one in tied[: count - len(ahead)])])


def _changed(book: Book, customer: Customer, reward: RewardPlan, at: int) -> int:
    """When the last event happened that changed the value a customer is ranked by.

    Seen from now: the value is worked out after each of the customer's events in turn; what moved
    a wallet is noted with it.
    """
    audience = reward.reward.audience
    if reward.ranking is None or not isinstance(audience, checked.Top):
        return at
    last = book.first_at
    entries = customer.entries
    before: int | None = None
    customer.begin_again()
    for count in range(len(entries) + 1):
        if count:
            customer.fold_in(entries[count - 1])
            customer.forget_sums()
        row, scratch = book.tick(customer, at)
        customer.fill(at)
        now = reward.ranking(row, [], customer.row, customer.history, customer.lines, scratch)
        if before is not None and now != before:
            last = max(last, entries[count - 1].at)
        before = now
    customer.forget_sums()
    customer.fill(at)
    for node in walk(audience.by):
        if isinstance(node, checked.Balance | checked.Lifetime | checked.Earned):
            wallet = customer.wallets.get(node.unit.name)
            if wallet is not None:
                last = max(last, wallet.moved_at)
    return last
