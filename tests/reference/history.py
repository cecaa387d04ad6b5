"""Figures over past events (docs/language.md, section 3, "history").

Every function is given what its nested condition comes to as `holds`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from fractions import Fraction

from dsl.text import ast
from tests.reference.instants import DAY, inside, local_day, period_start
from tests.reference.reading import Event
from tests.reference.scenes import Scene
from tests.reference.values import NOTHING, Value, divided

Holds = Callable[[Scene], bool]
DAY_SECONDS = 86400


def everything(_: Scene) -> bool:
    """What holds where no condition is."""
    return True


def days(span: dt.timedelta) -> Fraction:
    """24-hour days, exact."""
    micro = Fraction(span // dt.timedelta(microseconds=1))
    return micro / (DAY_SECONDS * 10**6)


def matching(past: ast.Past, scene: Scene, holds: Holds) -> Iterator[Event]:
    """The events that are meant, in order; turned purchases among them."""
    program, moment = scene.program, scene.moment
    name = program.event_name(past.event)
    within = inside(past.window or ast.Ever(), moment.at, program.zone)
    everybody = past.anyone or past.role is not None
    alike = {same.parts: _seen_from(scene, same) for same in past.same}
    if None in alike.values():
        return
    for event in scene.history(None if everybody else scene.customer, name):
        if event.type != name or not within(event.at):
            continue
        if past.previous and event.id == scene.event.id:
            continue
        if past.role is not None and not _names(event, past.role, scene):
            continue
        if any(_own(event, parts, scene) != wanted for parts, wanted in alike.items()):
            continue
        if holds is everything or holds(scene.of_past(event)):
            yield event


def _names(event: Event, role: ast.Name, scene: Scene) -> bool:
    """True of an event of somebody else that names the customer in a role."""
    named = _own(event, role.parts, scene)
    return bool(named == scene.customer) and event.customer != scene.customer


def _seen_from(scene: Scene, name: ast.Name) -> Value:
    return scene.of_past(scene.event).name(name.parts)


def _own(event: Event, parts: tuple[str, ...], scene: Scene) -> Value:
    """An attribute of the past event itself, with no other looked at behind it."""
    if len(parts) == 1 and parts[0] not in ("id", "at"):
        return event.values.get(parts[0])
    return scene.of_past(event).name(parts)


def count(past: ast.Past, scene: Scene, holds: Holds) -> int:
    """How many; a refund without original is no purchase."""
    return sum(1 for event in matching(past, scene, holds) if not event.turned)


def figure(node: ast.EventFigure, scene: Scene, holds: Holds) -> Fraction | None:
    """The total, average, largest or smallest of what is known."""
    known: list[tuple[Fraction, bool]] = []
    for event in matching(node.past, scene, holds):
        value = _own(event, node.attribute.parts, scene)
        if value is not None:
            known.append((value, event.turned))
    total = sum((value for value, _ in known), NOTHING)
    counted = [value for value, turned in known if not turned]
    if node.figure == "total":
        return total
    if not counted:
        return None
    match node.figure:
        case "average":
            return divided(total, Fraction(len(counted)))
        case "largest":
            return max(counted)
        case "smallest":
            return min(counted)


def distinct(node: ast.EventDistinct, scene: Scene, holds: Holds) -> int:
    """How many different known values."""
    events = [event for event in matching(node.past, scene, holds) if not event.turned]
    values = {_own(event, node.attribute.parts, scene) for event in events}
    return len(values - {None})


def item_count(past: ast.Past, scene: Scene, holds: Holds, item_holds: Holds) -> Fraction:
    """The quantities of the lines of past events."""
    total = NOTHING
    for event in matching(past, scene, holds):
        if not event.turned:
            lines = scene.of_past(event).lines(item_holds)
            total += sum((line["quantity"] for line in lines), NOTHING)
    return total


def item_total(past: ast.Past, scene: Scene, holds: Holds, item_holds: Holds) -> Fraction:
    """The known amounts of the lines of past events; those of a turned purchase are taken off."""
    total = NOTHING
    for event in matching(past, scene, holds):
        amounts = [line.get("amount") for line in scene.of_past(event).lines(item_holds)]
        known = sum((amount for amount in amounts if amount is not None), NOTHING)
        total += -abs(known) if event.turned else known
    return total


def is_nth(node: ast.Nth, scene: Scene, holds: Holds) -> bool:
    """True where the event at hand is that one of those that are meant."""
    events = [event for event in matching(node.past, scene, holds) if not event.turned]
    if not events or events[-1].id != scene.event.id:
        return False
    return len(events) % node.number == 0 if node.every else len(events) == node.number


def since_previous(event: ast.Name, scene: Scene) -> Fraction | None:
    """24-hour days since the last one before the event at hand, absent where there was none."""
    past = ast.Past(event, previous=True)
    before = [e for e in matching(past, scene, everything) if not e.turned]
    return days(scene.event.at - before[-1].at) if before else None


def streak(node: ast.Streak, scene: Scene, holds: Holds) -> int:
    """Calendar periods in a row up to the one of the event at hand, each with one that counts."""
    zone = scene.program.zone
    events = matching(ast.Past(node.event), scene, holds)
    had = {period_start(local_day(e.at, zone), node.period) for e in events if not e.turned}
    period = period_start(local_day(scene.moment.at, zone), node.period)
    length = 0
    while period in had:
        length += 1
        period = period_start(period - DAY, node.period)
    return length
