"""Which tier a customer is in, and which segments, as settled at an instant.

A tier is held where its items hold; while it is kept; in its grace; or by award. The highest that
is held counts. Source: docs/language.md, section 2, "Tier".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.engine.cells import NA, S_TIER
from dsl.engine.customer import TierState
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import Customer
    from dsl.meaning import checked

When = Literal["before", "after", "midnight"]


@dataclass(frozen=True, slots=True)
class Change:
    """What changed by settling: a tier crossed, or a segment entered or left."""

    kind: Literal[
        "tier upgrade",
        "tier downgrade",
        "entering segment",
        "leaving segment",
        "challenge completed",
    ]
    name: str


def settle(
    customer: Customer, event: list[int], scratch: list[int], at: int, when: When
) -> list[Change]:
    """Settle tier and segments; what changed, which is nothing the first time."""
    compiled = customer.compiled
    customer.fill(at)
    no_lines: list[int] = []
    rows = (event, no_lines, customer.row, customer.history, customer.lines, scratch)
    changes: list[Change] = []
    fresh = tuple(scratch)
    rank = _rank(customer, rows, at, when)
    if customer.settled and rank != customer.rank:
        changes += _tier_changes(compiled, customer.rank, rank)
    customer.rank = customer.row[S_TIER] = rank
    if compiled.segments or customer.segments:
        changes += _settle_segments(customer, rows, fresh)
    if not customer.settled:
        customer.settled, customer.first_settled_at = True, at
        if customer.known_at == NA:
            customer.known_at = at
    customer.settled_at = at
    return changes


def _settle_segments(
    customer: Customer, rows: tuple[list[int], ...], fresh: tuple[int, ...]
) -> list[Change]:
    """Who is in which segment; what changed. `fresh` is X as it was before the tier was settled."""
    compiled, scratch = customer.compiled, rows[-1]
    changes = []
    segments = set(customer.segments & compiled.segments.keys())
    for name, inside in compiled.segments.items():
        # What asks about tiers and segments is worked out anew: these have just been settled.
        scratch[:] = fresh
        is_in = inside(*rows) == 1
        if is_in is not (name in segments) and customer.settled:
            changes.append(Change("entering segment" if is_in else "leaving segment", name))
        (segments.add if is_in else segments.discard)(name)
        place = compiled.uses.segments.get(name)
        if place is not None:
            customer.row[place] = int(is_in)
    customer.segments = frozenset(segments)
    return changes


def _tier_changes(compiled: Compiled, before: int, now: int) -> list[Change]:
    """An upgrade for each tier crossed, lowest first; one downgrade, to where it ends."""
    tiers = compiled.program.tiers
    if now < before:
        return [Change("tier downgrade", tiers[now - 1].name if now else "")]
    return [Change("tier upgrade", tiers[rank - 1].name) for rank in range(before + 1, now + 1)]


def _stepped(compiled: Compiled, before: int, now: int, when: When) -> int:
    """A tier of one step at a time is risen to after an event, fallen from at midnight, by one."""
    tiers = compiled.program.tiers
    if now > before and tiers[now - 1].one_step:
        return before + 1 if when == "after" else before
    if now < before and tiers[before - 1].one_step:
        return before - 1 if when == "midnight" else before
    return now


def _rank(customer: Customer, rows: tuple[list[int], ...], at: int, when: When) -> int:
    compiled = customer.compiled
    if customer.fixed_tier is not None:
        ranks = [t.rank for t in compiled.program.tiers if t.name == customer.fixed_tier]
        return ranks[0] if ranks else 0
    if customer.tiers:
        _forget_unkept(customer)
    highest = 0
    reached: list[checked.Tier] = []
    for tier, function in zip(compiled.program.tiers, compiled.tiers, strict=True):
        holds = function is not None and function(*rows) == 1
        if holds:
            highest = tier.rank
        if tier.keep is None and tier.grace is None:
            continue
        if not customer.tiers.setdefault(tier.name, TierState()).inside:
            if holds:
                reached.append(tier)
        elif holds or _is_kept(customer, tier, at):
            highest = tier.rank
            if holds:
                customer.tiers[tier.name].ended = None
    rank = highest
    if customer.settled:
        rank = _stepped(compiled, customer.rank, highest, when)
    if customer.awarded:
        names = {one.tier for one in customer.awarded if one.is_held(at)}
        rank = max([rank, *(tier.rank for tier in compiled.program.tiers if tier.name in names)])
    for tier in reached:
        if tier.rank <= rank:
            customer.tiers[tier.name] = TierState(
                inside=True, keep_until=kept_until(compiled, tier, at)
            )
    return rank


def _forget_unkept(customer: Customer) -> None:
    """What was kept, or in grace, under a version before is not so under one that keeps nothing."""
    tiers = customer.compiled.program.tiers
    lasting = {tier.name for tier in tiers if not (tier.keep is None and tier.grace is None)}
    for name in customer.tiers.keys() - lasting:
        del customer.tiers[name]


def _is_kept(customer: Customer, tier: checked.Tier, at: int) -> bool:
    """A tier whose items do not hold is held: because it is kept, or in its grace."""
    state = customer.tiers[tier.name]
    if at < state.keep_until:
        return True
    if tier.grace is not None:
        if state.ended is None:
            state.ended = at
        if at < customer.compiled.clock.after(state.ended, tier.grace):
            return True
    customer.tiers[tier.name] = TierState()
    return False


def kept_until(compiled: Compiled, tier: checked.Tier, at: int) -> int:
    """The first instant a tier reached (or kept again) on a day is no longer kept."""
    clock = compiled.clock
    day = clock.day(at)
    match tier.keep:
        case ast.Keep(duration=duration):
            return clock.midnight(clock.later_day(day, duration) + 1)
        case ast.KeepUntilEnd(which=which, period=period):
            return clock.midnight(clock.last_day(day, period, 0 if which == "this" else 1) + 1)
        case _:
            return at


def renew(customer: Customer, event: list[int], scratch: list[int], at: int) -> None:
    """Keep tiers again whose items hold at the last instant they are kept."""
    compiled = customer.compiled
    customer.fill(at)
    no_lines: list[int] = []
    rows = (event, no_lines, customer.row, customer.history, customer.lines, scratch)
    for tier, function in zip(compiled.program.tiers, compiled.tiers, strict=True):
        state = customer.tiers.get(tier.name)
        if state is None or not state.inside or state.keep_until != at + 1 or tier.keep is None:
            continue
        if function is not None and function(*rows) == 1:
            again = kept_until(compiled, tier, at)
            # A period that ends on this very day is counted from the next one.
            state.keep_until = again if again > at + 1 else kept_until(compiled, tier, at + 1)
