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
    values: dict[str, list[tuple[int, int, bytes, str]]] = {}
    rule = plan.rule
    for customer, scene in scenes:
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
                    since = _changed(book, customer, reward, scene)
                    id_ = customer.id
                    values.setdefault(reward.name, []).append((-value, since, id_.encode(), id_))
            elif isinstance(audience, checked.AtRandom):
                number = draw(book.secret, "random", plan.name, scene.cause.draw)
                id_ = customer.id
                values.setdefault(reward.name, []).append((number, 0, id_.encode(), id_))
    return {
        reward.name: frozenset(
            id_ for *_, id_ in sorted(values.get(reward.name, ()))[: audience.count]
        )
        for reward in plan.rewards
        if isinstance(audience := reward.reward.audience, checked.Top | checked.AtRandom)
    }


def _changed(book: Book, customer: Customer, reward: RewardPlan, scene: Scene) -> int:
    """When the last event happened that changed the value a customer is ranked by.

    Seen from now: the value is worked out after each of the customer's events in turn; what moved
    a wallet is noted with it.
    """
    audience = reward.reward.audience
    if reward.ranking is None or not isinstance(audience, checked.Top):
        return scene.at
    last = book.first_at
    entries = customer.entries
    before: int | None = None
    for count in range(len(entries) + 1):
        customer.fold(entries[:count])
        row, scratch = book.tick(customer, scene.at)
        customer.fill(scene.at)
        now = reward.ranking(row, [], customer.row, customer.history, customer.lines, scratch)
        if before is not None and now != before:
            last = max(last, entries[count - 1].at)
        before = now
    customer.fill(scene.at)
    for node in walk(audience.by):
        if isinstance(node, checked.Balance | checked.Lifetime | checked.Earned):
            wallet = customer.wallets.get(node.unit.name)
            if wallet is not None:
                last = max(last, wallet.moved_at)
    return last
