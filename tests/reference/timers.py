"""When timers fire, and for whom (docs/language.md, section 3, "TRIGGER")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction

from dsl.text import ast
from tests.reference.audiences import audiences
from tests.reference.book import EVER, Moment, just_before
from tests.reference.deciding import Triggered
from tests.reference.draws import draw
from tests.reference.expressions import holds, value
from tests.reference.instants import (
    ALWAYS,
    DAY,
    NEVER,
    TICK,
    days_on,
    is_anniversary,
    local_day,
    midnight,
    on_year,
    stepped,
    to_instant,
)
from tests.reference.programs import Program
from tests.reference.reading import Event
from tests.reference.scenes import Scene, World

CALENDAR = (ast.EveryDay, ast.EveryWeekday, ast.EveryMonth)
DERIVED = (ast.TierChange, ast.SegmentChange, ast.ChallengeCompleted)
YEARS = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}


def is_timer(trigger: ast.Trigger) -> bool:
    """True of what time alone sets off."""
    return not isinstance(trigger, (ast.EventTrigger, *DERIVED))


def wakes(program: Program) -> bool:
    """True where anything can listen at midnight: a timer, a change, a tier with a memory."""
    silent = (ast.EventTrigger, ast.ChallengeCompleted)
    listens = any(not isinstance(rule.trigger, silent) for _, rule in program.rules)
    lasting = (ast.Keep, ast.KeepUntilEnd, ast.Grace, ast.OneStep)
    return listens or any(isinstance(o, lasting) for t in program.tiers for o in t.options)


def instants_of(program: Program, after: dt.datetime, upto: dt.datetime) -> Iterator[dt.datetime]:
    """The local midnights after an instant, up to and including another, and the times of `at`."""
    calendars = [rule.trigger for _, rule in program.rules if isinstance(rule.trigger, CALENDAR)]
    times = {trigger.at.value for trigger in calendars if trigger.at is not None}
    day = local_day(after, program.zone)
    while day <= local_day(upto, program.zone):
        moments = [to_instant(dt.datetime.combine(day, time), program.zone) for time in times]
        for moment in (midnight(day, program.zone), *moments):
            if after < moment <= upto:
                yield moment
        day += DAY


def is_due(rule: ast.Rule, customer: str, at: dt.datetime, world: World, program: Program) -> bool:
    """True where a timer rule fires for a customer at an instant."""
    day, trigger = local_day(at, program.zone), rule.trigger
    if isinstance(trigger, CALENDAR):
        time = trigger.at.value if trigger.at is not None else dt.time()
        on_time = at == to_instant(dt.datetime.combine(day, time), program.zone)
        return on_time and _on_calendar(trigger, day) and _has_joined(customer, at, world, program)
    if at != midnight(day, program.zone):
        return False
    scene = timer_scene(customer, at, world, program, "")
    match trigger:
        case ast.Birthday():
            return _falls_on(day, _date(scene, "birthday"), yearly=True)
        case ast.Anniversary():
            return _is_joining_anniversary(day, _date(scene, "joined"))
        case ast.Around():
            return any(_near(scene, trigger, day))
        case ast.Without(duration, event):
            past = _events(scene, event)
            if not past:
                return False
            due = stepped(past[-1].at, duration, program.zone)
            return at == _first_midnight(due, program)
        case ast.Expiring(unit, duration):
            name = program.unit_name(unit.dotted)
            dated = [lot for lot in world.ledger.lots[customer, name] if lot.ends != NEVER]
            alive = [lot for lot in dated if lot.begins(scene.moment) != NEVER]
            last = [local_day(x.ends - TICK, program.zone) for x in alive if x.rest(scene.moment)]
            return any(days_on(each, duration, -1) == day for each in last)
    return False


def timer_scene(
    customer: str, at: dt.datetime, world: World, program: Program, event: str
) -> Scene:
    """What a timer sees: all before the events of its instant."""
    moment = Moment(at, just_before(at), EVER, at)
    settled = world.settled[customer]
    standing = settled[-1].standing if settled else None
    return Scene(
        world,
        program,
        moment,
        Event(event, "", at, customer),
        customer,
        standing.tier if standing else None,
        standing.segments if standing else frozenset(),
    )


def _on_calendar(trigger: ast.Calendar, day: dt.date) -> bool:
    match trigger:
        case ast.EveryDay():
            return True
        case ast.EveryWeekday(weekday):
            return day.weekday() == weekday
        case ast.EveryMonth(number):
            wanted = number if number is not None else 31
            return day == on_year(day.year, day.month, wanted)


def _has_joined(customer: str, at: dt.datetime, world: World, program: Program) -> bool:
    scene = timer_scene(customer, at, world, program, "")
    joined = scene.attributes(customer).get("joined")
    return joined is not None and joined <= at


def _date(scene: Scene, attribute: str) -> dt.date | None:
    """A date of the customer, of a time its local day."""
    found = scene.attributes(scene.customer).get(attribute)
    return local_day(found, scene.program.zone) if isinstance(found, dt.datetime) else found


def _falls_on(day: dt.date, date: dt.date | None, *, yearly: bool) -> bool:
    if date is None:
        return False
    return is_anniversary(day, date) if yearly else day == date


def _is_joining_anniversary(day: dt.date, joined: dt.date | None) -> bool:
    return joined is not None and day.year > joined.year and is_anniversary(day, joined)


def _near(scene: Scene, trigger: ast.Around, day: dt.date) -> Iterator[bool]:
    """Whether a day lies so long before or after each date that is meant."""
    sign = -1 if trigger.side == "before" else 1
    # The years in which a yearly date can be that far from the day.
    reach = trigger.duration.count // YEARS.get(trigger.duration.unit, 365) + 2
    for date in _dates(scene, trigger.of, day, reach):
        yield days_on(date, trigger.duration, sign) == day


def _dates(scene: Scene, of: ast.Name, day: dt.date, reach: int) -> Iterator[dt.date]:
    match of.parts:
        case ("birthday",) | ("anniversary",):
            yearly = _date(scene, "birthday" if of.parts[0] == "birthday" else "joined")
            if yearly is None:
                return
            for year in range(max(day.year - reach, 1), min(day.year + reach, dt.MAXYEAR) + 1):
                date = on_year(year, yearly.month, yearly.day)
                if of.parts[0] == "birthday" or date > yearly:
                    yield date
        case ("customer", attribute):
            single = _date(scene, attribute)
            if single is not None:
                yield single
        case _:
            for event in _events(scene, of):
                yield local_day(event.at, scene.program.zone)


def _events(scene: Scene, name: ast.Name) -> list[Event]:
    wanted = scene.program.event_name(name)
    events = scene.history(scene.customer)
    return [event for event in events if event.type == wanted and not event.turned]


def _first_midnight(at: dt.datetime, program: Program) -> dt.datetime:
    """The first local midnight at or after an instant."""
    day = local_day(at, program.zone)
    today = midnight(day, program.zone)
    return today if today >= at else midnight(day + DAY, program.zone)


def winners(one: Triggered, scenes: list[Scene]) -> dict[ast.Target, frozenset[str]]:
    """Who ranks among the customers for whom the rule's condition is true."""
    found: dict[ast.Target, frozenset[str]] = {}
    program = scenes[0].program
    meant = [s for s in scenes if holds(one.rule.where)(s)]
    meant = [s for s in meant if program.dated(one.rule.clauses, s.event.at)]
    for target in audiences(one.rule.rewards, program):
        match target:
            case ast.Top(count, by):
                found[target] = frozenset(_top(count, by, meant))
            case ast.AtRandom(count):
                drawn = sorted(meant, key=lambda s: (_random(one, s), s.customer.encode()))
                found[target] = frozenset(s.customer for s in drawn[:count])
    return found


def _random(one: Triggered, scene: Scene) -> Fraction:
    return draw(scene.world.secret, "random", one.name, scene.event.id)


def _top(count: int, by: ast.Expr, scenes: list[Scene]) -> list[str]:
    """The highest; ties by the earlier last event that changed the value, then by id."""
    values = {scene.customer: value(by, scene) for scene in scenes}
    ranked = [s for s in scenes if values[s.customer] is not None and values[s.customer] > 0]
    tied = [values[s.customer] for s in ranked]

    def order(scene: Scene) -> tuple[Fraction, dt.datetime, bytes]:
        mine = values[scene.customer]
        since = scene.event.at
        if tied.count(mine) > 1:
            since = _changed(by, scene)
        return -mine, since, scene.customer.encode()

    return [scene.customer for scene in sorted(ranked, key=order)[:count]]


def _changed(by: ast.Expr, scene: Scene) -> dt.datetime:
    """When the last event happened that changed the value, or moved a unit, as seen from now."""
    world, moment = scene.world, scene.moment
    records = [r for r in world.book.of(None) if r.place <= moment.place]
    last = ALWAYS
    before = value(by, replace(scene, moment=replace(moment, place=just_before(ALWAYS))))
    for record in records:
        now = value(by, replace(scene, moment=replace(moment, place=record.place)))
        if now != before:
            last = record.at
        before = now
    for unit in _units(by, scene.program):
        for seq in world.ledger.numbers((scene.customer, unit)):
            # Whatever moved it counts with the event before it.
            last = max([last, *(one.at for one in records if one.seq < seq)])
    return last


def _units(node: object, program: Program) -> Iterator[str]:
    """The units an expression asks for."""
    if isinstance(node, ast.Name):
        unit = program.unit_name(node.dotted)
        if unit in program.units:
            yield unit
    elif is_dataclass(node):
        for one in fields(node):
            yield from _units(getattr(node, one.name), program)
    elif isinstance(node, tuple):
        for one in node:
            yield from _units(one, program)
