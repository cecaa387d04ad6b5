"""Challenges: what an event completes (docs/language.md, section 2, "Challenge")."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from dsl.text import ast
from tests.reference.expressions import holds
from tests.reference.history import everything, matching
from tests.reference.instants import local_day, period_start
from tests.reference.reading import Event
from tests.reference.scenes import Completion, Scene
from tests.reference.values import NOTHING

PURCHASE = ast.Name(("purchase",))


def complete(scene: Scene) -> Iterator[str]:
    """The challenges that the event at hand completes, recorded as completed."""
    for challenge in scene.program.challenges:
        used = _using_up(challenge, scene)
        if used is not None:
            done = Completion(challenge.name, scene.customer, scene.event.at, used)
            scene.world.completions.append(done)
            yield challenge.name


def _using_up(challenge: ast.ChallengeDecl, scene: Scene) -> frozenset[str] | None:
    """The events that a completion uses up; None where the event at hand completes nothing."""
    earlier = [
        one
        for one in scene.world.completions
        if (one.challenge, one.customer) == (challenge.name, scene.customer)
    ]
    spent = {event for one in earlier for event in one.events}
    if not scene.program.dated(challenge.clauses, scene.event.at):
        return None
    if any(_once_done(clause, earlier, scene) for clause in challenge.clauses):
        return None
    counted: set[str] = set()
    for goal in challenge.goals:
        events = [e for e in _counting(challenge, goal, scene) if e.id not in spent]
        if _amount(goal, events, scene) < goal.count:
            return None
        counted |= {event.id for event in events}
    return frozenset(counted) if scene.event.id in counted else None


def _once_done(clause: ast.Clause, earlier: list[Completion], scene: Scene) -> bool:
    """True where `once per customer` has been had, in its period."""
    if not isinstance(clause, ast.Once) or clause.attribute is not None:
        return False
    if clause.period is None:
        return bool(earlier)
    zone, period = scene.program.zone, clause.period
    this = period_start(local_day(scene.event.at, zone), period)
    return any(period_start(local_day(one.at, zone), period) == this for one in earlier)


def _counting(
    challenge: ast.ChallengeDecl, goal: ast.EventGoal | ast.ItemGoal, scene: Scene
) -> Iterator[Event]:
    """The events inside the window that count towards a goal."""
    window = ast.Last(challenge.within)
    if isinstance(goal, ast.EventGoal):
        past = ast.Past(goal.event, where=goal.where, window=window)
        events = matching(past, scene, holds(goal.where))
        yield from (event for event in events if not event.turned)
        return
    for event in matching(ast.Past(PURCHASE, window=window), scene, everything):
        if not event.turned and _amount(goal, [event], scene) > 0:
            yield event


def _amount(goal: ast.EventGoal | ast.ItemGoal, events: list[Event], scene: Scene) -> Fraction:
    """How much events come to: their number, or the quantities of their lines."""
    if isinstance(goal, ast.EventGoal):
        return Fraction(len(events))
    total = NOTHING
    for event in events:
        lines = scene.of_past(event).lines(holds(goal.where))
        total += sum((line["quantity"] for line in lines), NOTHING)
    return total
