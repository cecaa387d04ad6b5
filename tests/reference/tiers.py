"""Tiers and segments settled (docs/language.md, section 2, "Tier").

Every tier is in or out by itself: in where its items hold, and then while it is kept or in its
grace. The highest that is in, or awarded, is the customer's, but for tiers of one step at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from dsl.text import ast
from tests.reference.book import EVER, Moment, end_of
from tests.reference.expressions import item_holds, truth
from tests.reference.instants import DAY, TICK, days_on, end_of_day, local_day, period_end, stepped
from tests.reference.programs import Program
from tests.reference.reading import Event
from tests.reference.scenes import Scene, World

When = Literal["before", "after", "midnight"]
# What lets a tier be held although its items do not hold.
LASTING = (ast.Keep, ast.KeepUntilEnd, ast.Grace)


@dataclass(frozen=True)
class Standing:
    """The tier, and for each tier that is in, to when it is kept or in grace; the segments."""

    tier: str | None = None
    kept: Mapping[str, dt.datetime | None] = field(default_factory=dict)
    grace: Mapping[str, dt.datetime] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()


@dataclass
class Settled:
    """A standing, and the place and the way in which it was settled."""

    moment: Moment
    when: When
    program: Program
    standing: Standing
    number: int


@dataclass(frozen=True)
class Change:
    """A trigger that a settling fires, with its tier or segment."""

    trigger: str
    name: str


def settle_at(
    world: World, customer: str, program: Program, moment: Moment, when: When
) -> tuple[Standing, list[Change]]:
    """Settle a customer and say what changed; where it was in the past, later ones are redone."""
    log = world.settled[customer]
    # Where nothing was recorded since, only a further step could change anything.
    idle = not any(_one_step(tier) for tier in program.tiers)
    if idle and log and (log[-1].moment, log[-1].number) == (moment, world.last):
        return log[-1].standing, []
    index = len(log)
    while index > 0 and log[index - 1].moment.place > moment.place:
        index -= 1
    before = log[index - 1].standing if index > 0 else None
    if index < len(log):
        # A late event sees balances of now, also in the settlings before it.
        moment = replace(moment, now=max(one.moment.now for one in log))
        is_before_all = moment.place[2] == 0
        if is_before_all:
            before = _seen_from(world, customer, log[:index], moment)
    standing = settled(world, customer, program, moment, before, when)
    log.insert(index, Settled(moment, when, program, standing, world.last))
    following = standing
    for later in log[index + 1 :]:
        following = settled(world, customer, later.program, later.moment, following, later.when)
        later.standing = following
    return standing, [] if before is None else changes(before, standing, program)


def _seen_from(world: World, customer: str, log: list[Settled], moment: Moment) -> Standing | None:
    """Where a customer stood before a late event, with the balances of now."""
    before = None
    for one in log:
        then = replace(one.moment, now=moment.now)
        before = settled(world, customer, one.program, then, before, one.when)
    return before


def changes(before: Standing, after: Standing, program: Program) -> list[Change]:
    """What a settling fires: each tier crossed upwards, lowest first; a fall once; segments."""
    found: list[Change] = []
    low, high = program.rank(before.tier), program.rank(after.tier)
    found += [
        Change("tier upgrade", tier.name.dotted) for tier in program.tiers[low:high] if high > low
    ]
    if high < low:
        found.append(Change("tier downgrade", after.tier or ""))
    for segment in program.segments:
        name = segment.name.dotted
        if (name in after.segments) != (name in before.segments):
            way = "entering segment" if name in after.segments else "leaving segment"
            found.append(Change(way, name))
    return found


def settled(
    world: World,
    customer: str,
    program: Program,
    moment: Moment,
    before: Standing | None,
    when: When,
) -> Standing:
    """Where a customer stands as of a moment, given where it stood before."""
    first = before is None
    old = before or Standing()
    event = Event("", "", moment.at, customer)
    scene = Scene(world, program, moment, event, customer, old.tier, old.segments)
    standing = _tiers(scene, old, when, first=first)
    scene = replace(scene, tier=standing.tier)
    segments = {name for name in old.segments if program.is_segment(name)}
    for segment in program.segments:
        name = segment.name.dotted
        here = replace(scene, segments=frozenset(segments))
        inside = truth(segment.where, here) is True
        segments = segments | {name} if inside else segments - {name}
    return replace(standing, segments=frozenset(segments))


def _tiers(scene: Scene, old: Standing, when: When, *, first: bool) -> Standing:
    program, moment = scene.program, scene.moment
    fixed = scene.world.openings[scene.customer].tier
    if fixed is not None:
        return Standing(fixed)
    kept: dict[str, dt.datetime | None] = {}
    grace: dict[str, dt.datetime] = {}
    reached: list[ast.TierDecl] = []
    highest = 0
    for rank, tier in enumerate(program.tiers, start=1):
        name = tier.name.dotted
        holds = _items_hold(tier, scene)
        if not any(isinstance(option, LASTING) for option in tier.options):
            highest = rank if holds else highest
            continue
        until = _kept(tier, old.kept[name], scene) if name in old.kept else None
        if name not in old.kept:
            if holds:
                reached.append(tier)
        elif holds or (until is not None and moment.at < until):
            kept[name] = until
        else:
            ends = old.grace.get(name) or _grace(tier, scene)
            if moment.at >= ends:
                continue
            kept[name], grace[name] = until, ends
        if holds or name in kept:
            highest = rank
    # A late event sees the tiers that were awarded then, not those of now.
    then = replace(moment, now=moment.at)
    awards = [one for one in scene.world.ledger.tiers[scene.customer] if one.is_held(then)]
    awarded = max((program.rank(one.tier) for one in awards), default=0)
    rank = highest if first else _stepped(program, program.rank(old.tier), highest, when)
    rank = max(rank, awarded)
    for tier in reached:
        if program.rank(tier.name.dotted) <= rank:
            kept[tier.name.dotted] = _keep(tier, local_day(moment.at, program.zone), scene)
    return Standing(program.tiers[rank - 1].name.dotted if rank else None, kept, grace)


def _items_hold(tier: ast.TierDecl, scene: Scene) -> bool:
    return any(all(item_holds(item, scene) for item in items) for items in tier.items)


def _stepped(program: Program, now: int, target: int, when: When) -> int:
    """A tier of one step at a time is risen to after an event, fallen from at midnight, by one."""
    if target > now and _one_step(program.tiers[target - 1]):
        return now + 1 if when == "after" else now
    if target < now and _one_step(program.tiers[now - 1]):
        return now - 1 if when == "midnight" else now
    return target


def _one_step(tier: ast.TierDecl) -> bool:
    return any(isinstance(option, ast.OneStep) for option in tier.options)


def _kept(tier: ast.TierDecl, until: dt.datetime | None, scene: Scene) -> dt.datetime | None:
    """To when it is kept: again, where the items hold at the last instant of its last day."""
    zone = scene.program.zone
    while until is not None and until <= scene.moment.at:
        last = until - TICK
        there = Moment(last, end_of(last), EVER, last)
        if not _items_hold(tier, replace(scene, moment=there, event=Event("", "", last, ""))):
            return until
        day = local_day(last, zone)
        again = _keep(tier, day, scene)
        until = again if again is not None and again > until else _keep(tier, day + DAY, scene)
    return until


def _keep(tier: ast.TierDecl, day: dt.date, scene: Scene) -> dt.datetime | None:
    """The first instant after the last day it is kept, counted from the day it was reached."""
    zone = scene.program.zone
    for option in tier.options:
        match option:
            case ast.Keep(duration):
                return end_of_day(days_on(day, duration), zone)
            case ast.KeepUntilEnd(which, period):
                return end_of_day(period_end(day, which, period), zone)
    return None


def _grace(tier: ast.TierDecl, scene: Scene) -> dt.datetime:
    """When its grace ends, counted from the settling at which items and keep had ended."""
    at = scene.moment.at
    for option in tier.options:
        if isinstance(option, ast.Grace):
            return stepped(at, option.duration, scene.program.zone)
    return at


def standing_at(world: World, customer: str, program: Program, moment: Moment) -> Standing:
    """Where a customer would stand just before an event of a moment; nothing is recorded."""
    earlier = [one for one in world.settled[customer] if one.moment.place <= moment.place]
    before = earlier[-1].standing if earlier else None
    return settled(world, customer, program, moment, before, "before")
