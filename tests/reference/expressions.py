"""What expressions and conditions come to (docs/language.md, sections 3 and 5)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import cast

from dsl.text import ast
from tests.reference.history import (
    count,
    days,
    distinct,
    everything,
    figure,
    is_nth,
    item_count,
    item_total,
    since_previous,
    streak,
)
from tests.reference.instants import inside, is_anniversary, local_day, midnight, to_instant
from tests.reference.scenes import Scene
from tests.reference.values import (
    COMPARE,
    NOTHING,
    Truth,
    Value,
    all_of,
    any_of,
    called,
    computed,
    inverted,
)

EARTH_KM = 6371.0088
METRES = 1000


def holds(where: ast.Condition | None) -> Callable[[Scene], bool]:
    """A test of scenes: is the condition true, or is there none."""
    if where is None:
        return everything
    return lambda scene: truth(where, scene) is True


def value(node: ast.Expr, scene: Scene) -> Value:  # noqa: PLR0911 - one for each form
    """What an expression comes to; with an absent part it is absent."""
    match node:
        case ast.Name(parts):
            parameter = scene.program.parameters.get(parts[0]) if len(parts) == 1 else None
            found = scene.name(parts)
            return value(parameter, scene) if found is None and parameter is not None else found
        case ast.Number(number) | ast.Money(number):
            return Fraction(number)
        case ast.Percent(number):
            return Fraction(number) / 100
        case ast.DateTime(local):
            return to_instant(local, scene.program.zone)
        case ast.Text(constant) | ast.Flag(constant) | ast.Date(constant) | ast.Time(constant):
            return constant
        case ast.Weekday(constant) | ast.MonthName(constant):
            return constant
        case ast.Negation(operand):
            inner = value(operand, scene)
            return None if inner is None else -inner
        case ast.Arithmetic(op, left, right):
            return computed(op, value(left, scene), value(right, scene))
        case ast.Call(function, arguments):
            return called(function, [value(argument, scene) for argument in arguments])
        case ast.ItemCount() | ast.ItemTotal() | ast.ItemDistinct():
            return _of_items(node, scene)
        case ast.EventCount() | ast.EventFigure() | ast.EventDistinct() | ast.Streak():
            return _of_history(node, scene)
        case ast.PastItemCount() | ast.PastItemTotal() | ast.DaysSincePrevious():
            return _of_history(node, scene)
        case _:
            return _of_customer(node, scene)


def _of_items(node: ast.ItemCount | ast.ItemTotal | ast.ItemDistinct, scene: Scene) -> Value:
    lines = list(scene.lines(holds(node.where)))
    match node:
        case ast.ItemCount():
            return sum((line["quantity"] for line in lines), NOTHING)
        case ast.ItemTotal():
            amounts: list[Value] = [line.get("amount") for line in lines]
            return None if None in amounts else sum(amounts, NOTHING)
        case ast.ItemDistinct(ast.Name((name,))):
            return len({line[name] for line in lines if line.get(name) is not None})
    raise TypeError(node)


def _of_history(node: ast.Expr, scene: Scene) -> Value:
    match node:
        case ast.EventCount(past):
            return count(past, scene, holds(past.where))
        case ast.EventFigure():
            return figure(node, scene, holds(node.past.where))
        case ast.EventDistinct():
            return distinct(node, scene, holds(node.past.where))
        case ast.PastItemCount(items, past):
            return item_count(past, scene, holds(past.where), holds(items))
        case ast.PastItemTotal(items, past):
            return item_total(past, scene, holds(past.where), holds(items))
        case ast.Streak():
            return streak(node, scene, holds(node.where))
        case ast.DaysSincePrevious(event):
            return since_previous(event, scene)
    raise TypeError(node)


def _of_customer(node: ast.Expr, scene: Scene) -> Value:
    program, moment = scene.program, scene.moment
    match node:
        case ast.Lifetime(unit):
            return _earned(unit, ast.Ever(), scene)
        case ast.Earned(unit, window):
            return _earned(unit, window, scene)
        case ast.LeftTo(name):
            tier = next(t for t in program.tiers if t.name.dotted == name.dotted)
            return left_of(tier.items[0][0], scene) if tier.items else None
        case ast.DaysSinceJoined():
            joined = scene.attributes(scene.customer).get("joined")
            return None if joined is None else days(moment.at - joined)
        case ast.Distance(lat, lon):
            return _distance(scene, lat, lon)
    raise TypeError(node)


def _earned(unit: ast.Name, window: ast.Window, scene: Scene) -> Fraction:
    program, moment = scene.program, scene.moment
    account = (scene.customer, program.unit_name(unit.dotted))
    return scene.world.ledger.earned(account, moment, inside(window, moment.at, program.zone))


def reached(item: ast.TierItem, scene: Scene) -> tuple[Fraction, Fraction] | None:
    """How much a tier's item asks for, and how much there is; None where it asks no amount."""
    match item:
        case ast.Spent(amount, window):
            past = ast.Past(ast.Name(("purchase",)), window=window)
            total = ast.EventFigure("total", ast.Name(("amount",)), past)
            return Fraction(amount), figure(total, scene, everything) or NOTHING
        case ast.EarnedItem(amount, unit, window):
            return Fraction(amount), _earned(unit, window, scene)
        case ast.HeldItem(amount, unit):
            return Fraction(amount), scene.spendable(scene.program.unit_name(unit.dotted))
        case ast.EventsItem(least, past):
            found = count(past, scene, holds(past.where))
            return Fraction(least), Fraction(found)
        case ast.WhereItem():
            return None


def left_of(item: ast.TierItem, scene: Scene) -> Fraction | None:
    """What a tier's item still lacks."""
    amounts = reached(item, scene)
    return None if amounts is None else max(amounts[0] - amounts[1], NOTHING)


def item_holds(item: ast.TierItem, scene: Scene) -> bool:
    """True where a tier's item is reached, or its condition is true."""
    if isinstance(item, ast.WhereItem):
        return truth(item.where, scene) is True
    amounts = reached(item, scene)
    return amounts is not None and amounts[1] >= amounts[0]


def _distance(scene: Scene, lat: Decimal, lon: Decimal) -> Fraction | None:
    """Kilometres by haversine, to the metre: the one place where binary floats are used."""
    here = scene.name(("lat",)), scene.name(("lon",))
    if None in here:
        return None
    north, east = (math.radians(float(degrees)) for degrees in here)
    to_north, to_east = math.radians(float(lat)), math.radians(float(lon))
    half = (
        math.sin((to_north - north) / 2) ** 2
        + math.cos(north) * math.cos(to_north) * math.sin((to_east - east) / 2) ** 2
    )
    metres = 2 * EARTH_KM * math.asin(math.sqrt(half)) * METRES
    return Fraction(round(metres), METRES)


def truth(node: ast.Condition, scene: Scene) -> Truth:  # noqa: C901, PLR0911 - one for each form
    """True, false, or None for neither (section 5)."""
    match node:
        case ast.Not(operand):
            return inverted(truth(operand, scene))
        case ast.And(parts):
            return all_of(truth(part, scene) for part in parts)
        case ast.Or(parts):
            return any_of(truth(part, scene) for part in parts)
        case ast.Comparison(op, left, right):
            return compared(op, value(left, scene), value(right, scene), scene)
        case ast.Between(operand, low, high):
            v, ends = value(operand, scene), (value(low, scene), value(high, scene))
            if v is None or None in ends:
                return None
            return all_of((compared(">=", v, ends[0], scene), compared("<=", v, ends[1], scene)))
        case ast.In(operand, choices, negated):
            return _one_of(operand, choices, scene, negated=negated)
        case ast.InList(operand, name, negated):
            return _one_of(operand, scene.program.lists[name.dotted], scene, negated=negated)
        case ast.TextTest(op, operand, text):
            return _text_test(op, value(operand, scene), value(text, scene))
        case ast.Known(operand, negated):
            return (value(operand, scene) is None) == negated
        case ast.ItemTest(quantifier, where):
            tests = [truth(where, scene.of_item(i)) for i in scene.lines(everything)]
            if quantifier == "every":
                return all_of(tests)
            return any_of(tests) if quantifier == "any" else inverted(any_of(tests))
        case ast.EventTest(quantity, least, past):
            found = count(past, scene, holds(past.where))
            if quantity == "no":
                return found == 0
            return found >= least if quantity == "at least" else found > least
        case ast.Nth():
            return is_nth(node, scene, holds(node.past.where))
        case _:
            return _of_the_customer(node, scene)


def _of_the_customer(node: ast.Condition, scene: Scene) -> Truth:
    match node:
        case ast.InSegment(segment):
            return segment.dotted in scene.segments
        case ast.HasTag(operand, tag):
            return value(tag, scene) in (value(operand, scene) or ())
        case ast.Holds(kind, name):
            ledger = scene.world.ledger
            return ledger.holding(scene.customer, kind, name, scene.moment) is not None
        case ast.IsBirthday() | ast.BirthdayMonth():
            born = scene.attributes(scene.customer).get("birthday")
            today = local_day(scene.near.at, scene.program.zone)
            if born is None:
                return None
            if isinstance(node, ast.IsBirthday):
                return is_anniversary(today, born)
            return bool(today.month == born.month)
    flag = value(cast("ast.Expr", node), scene)
    assert flag is None or isinstance(flag, bool), node
    return flag


def _one_of(
    operand: ast.Expr, choices: tuple[ast.Expr, ...], scene: Scene, *, negated: bool
) -> Truth:
    v = value(operand, scene)
    found = any_of(compared("=", v, value(choice, scene), scene) for choice in choices)
    return inverted(found) if negated else found


def _text_test(op: str, text: str | None, part: str | None) -> Truth:
    if text is None or part is None:
        return None
    if op == "contains":
        return part in text
    return text.startswith(part) if op == "starts with" else text.endswith(part)


def compared(op: str, left: Value, right: Value, scene: Scene) -> Truth:
    """A comparison with an absent side is neither; a date beside an instant is its midnight."""
    if left is None or right is None:
        return None
    if isinstance(left, dt.datetime) != isinstance(right, dt.datetime):
        left, right = (
            side if isinstance(side, dt.datetime) else midnight(side, scene.program.zone)
            for side in (left, right)
        )
    return COMPARE[op](left, right)
