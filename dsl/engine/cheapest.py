"""`cheapest 1 of every 3 items free`: units laid out dearest first, the last of each group free.

Source: docs/language.md, section 3, "money".
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from dsl.engine.cells import E_LINES, NA
from dsl.meaning.types import DIVISION_DECIMALS

if TYPE_CHECKING:
    from dsl.engine.plans import RewardPlan
    from dsl.engine.scene import Scene
    from dsl.meaning import checked


def cheapest_free(scene: Scene, plan: RewardPlan, form: checked.CheapestFree) -> int:
    """What is free, in the currency's precision, half up.

    A line's units cost its price each, else its amount over its quantity; a part of a unit, and a
    line of neither price nor amount, is in no group. Runs of like units are counted, not laid out
    one by one, so that a large quantity costs nothing.
    """
    layout = scene.compiled.layout
    places = {
        name: layout.line.places[("attribute", name)] for name in ("price", "quantity", "amount")
    }
    scales = {
        name: 10 ** scene.compiled.program.item_attributes[name].type.decimals for name in places
    }
    among = scene.compiled.functions[f"f{plan.name}"]
    runs: list[tuple[Fraction, int]] = []
    width = layout.line.width
    for line in range(0, scene.event[E_LINES] * width, width):
        cells = {name: scene.lines[line + place] for name, place in places.items()}
        quantity = Fraction(cells["quantity"], scales["quantity"])
        if quantity < 1 or among(*scene.rows, line) != 1:
            continue
        if cells["price"] != NA:
            price = Fraction(cells["price"], scales["price"])
        elif cells["amount"] != NA:
            price = _quotient(Fraction(cells["amount"], scales["amount"]) / quantity)
        else:
            continue
        if price < 0:
            continue
        runs.append((price, int(quantity)))
    runs.sort(key=lambda run: -run[0])
    whole = sum(count for _, count in runs) // form.every * form.every
    free, at = Fraction(0), 0
    for price, count in runs:
        end = min(at + count, whole)
        if end > at:
            free += price * (_free_before(end, form) - _free_before(at, form))
        at += count
    unit = plan.unit
    precision = unit.precision if unit is not None else 0
    scaled = free * int(10**precision)
    return (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)


def _quotient(exact: Fraction) -> Fraction:
    """What a division gives: 6 decimals, half to even."""
    return round(exact, DIVISION_DECIMALS)


def _free_before(place: int, form: checked.CheapestFree) -> int:
    """How many of the units before a place are free: the last ones of each group."""
    groups, rest = divmod(place, form.every)
    return groups * form.free + max(0, rest - (form.every - form.free))
