"""What a refund takes off its purchase: an amount, or lines, never more than the rest.

Source: docs/language.md, section 4, "A refund".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from dsl.engine.encode import item_value

if TYPE_CHECKING:
    from dsl.engine.entries import Entry
    from dsl.meaning.checked import Program
    from dsl.meaning.events import Event, Item

NOTHING = Fraction(0)
# Of a line, what says how much of it there is; all else says what it is.
MEASURES = ("quantity", "amount")


@dataclass(frozen=True, slots=True)
class Return:
    """A purchase with a refund taken off; None where nothing of it is left."""

    event: Event | None
    is_whole: bool


def taken_off(refund: Event, purchase: Entry) -> Return | None:
    """The purchase less a refund; None where the refund is more than the rest."""
    if purchase.is_gone:
        return None
    rest = purchase.net or purchase.event
    lines = _lines(refund.items or (), rest.items or ())
    if lines is None:
        return None
    left = rest.attributes.get("amount")
    asked = refund.attributes.get("amount")
    if asked is None and refund.items:
        amount = sum((share for _, share in lines.values()), NOTHING)
        # What discounts took off the lines is not paid back.
        amount = amount if left is None else min(amount, max(_exact(left), NOTHING))
    elif asked is None:
        return Return(None, is_whole=True)
    else:
        amount = abs(_exact(asked))
    if left is not None and amount > _exact(left):
        return None
    after = _less(rest, amount, lines)
    if after.attributes.get("amount") is not None:
        is_whole = _exact(after.attributes["amount"]) <= 0
    else:
        is_whole = bool(rest.items) and not after.items
    return Return(None if is_whole else after, is_whole)


def _exact(value: object) -> Fraction:
    return Fraction(value) if isinstance(value, Decimal | int) else NOTHING


def _quantity(line: Item) -> Fraction:
    return _exact(item_value(line, "quantity"))


def _lines(
    given: tuple[Item, ...], left: tuple[Item, ...]
) -> dict[int, tuple[Fraction, Fraction]] | None:
    """What is taken off each line, quantity and amount; None where there is not so much of it."""
    taken: dict[int, tuple[Fraction, Fraction]] = {}
    for item in given:
        wanted = _quantity(item)
        for place, line in enumerate(left):
            had, off = taken.get(place, (NOTHING, NOTHING))
            part = min(wanted, _quantity(line) - had)
            if part > 0 and _is_of(item, line):
                taken[place] = had + part, off + _share(item, line, part)
                wanted -= part
        if wanted > 0:
            return None
    return taken


def _is_of(item: Item, line: Item) -> bool:
    """True where what is given back is of a line: alike in all that it names."""
    return all(line.get(name) == value for name, value in item.items() if name not in MEASURES)


def _share(item: Item, line: Item, part: Fraction) -> Fraction:
    """The amount of so much of a line: as the refund says, else as the purchase did."""
    said = item_value(item, "amount")
    if said is not None:
        return _exact(said) * part / _quantity(item)
    known = item_value(line, "amount")
    return NOTHING if known is None else _exact(known) * part / _quantity(line)


def _less(event: Event, amount: Fraction, lines: Mapping[int, tuple[Fraction, Fraction]]) -> Event:
    """The event with an amount and lines taken off; a line of which nothing is left is none."""
    attributes = dict(event.attributes)
    for name in ("amount", "gross"):
        if name in attributes:
            attributes[name] = _decimal(_exact(attributes[name]) - amount)
    items: list[Item] = []
    for place, line in enumerate(event.items or ()):
        if place not in lines:
            items.append(line)
            continue
        quantity, off = lines[place]
        rest = dict(line)
        rest["quantity"] = _decimal(_quantity(line) - quantity)
        known = item_value(line, "amount")
        if known is not None:
            rest["amount"] = _decimal(_exact(known) - off)
        if rest["quantity"]:
            items.append(rest)
    return event.changed(attributes, items=None if event.items is None else tuple(items))


def _decimal(value: Fraction) -> Decimal:
    """The exact decimal; a share that is none is rounded to the 8 decimals of a line's amount."""
    scaled = value * 10**8
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-8)


def turned_purchase(refund: Event, program: Program) -> Event:
    """The purchase of the negative amount that a refund without an original is."""
    known = program.events["purchase"].attributes
    attributes = {name: value for name, value in refund.attributes.items() if name in known}
    amount = refund.attributes.get("amount")
    if amount is None:
        total = sum((_exact(item_value(line, "amount")) for line in refund.items or ()), NOTHING)
        amount = _decimal(total)
    attributes["amount"] = -abs(amount) if isinstance(amount, Decimal) else Decimal(0)
    return refund.changed(attributes, type="purchase")
