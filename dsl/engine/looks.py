"""What conditions ask of one cell at a time: values it has, values it has not, or a range.

A condition is true where all its parts are; the parts that compare one cell of the event's row, or
the customer's tier, with constants are told as looks, exactly as they are emitted: absent included.
Source: docs/language.md, sections 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.cells import NA
from dsl.engine.conditions import COMPLEMENTS
from dsl.engine.nodes import parts_of
from dsl.meaning import checked
from dsl.meaning.possible import MIRRORED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dsl.engine.layout import Layout

# The place of the customer's tier, which stands in no cell of E.
RANK = -1
# Parts of a time that are never absent and have few values.
CALENDAR = {"hour": range(24), "day": range(7), "month": range(1, 13)}


@dataclass(frozen=True, slots=True)
class Values:
    """A cell has one of some values, or (`barred`) none of them."""

    place: int
    values: frozenset[int]
    barred: bool = False

    def both(self, other: Values) -> Values:
        """What asks for the same as the two."""
        mine, others = self.values, other.values
        if self.barred and other.barred:
            return Values(self.place, mine | others, barred=True)
        if self.barred:
            return Values(self.place, others - mine)
        return Values(self.place, mine - others if other.barred else mine & others)


@dataclass(frozen=True, slots=True)
class Range:
    """A cell is between two numbers, both included; no lower bound also takes what is absent."""

    place: int
    low: int | None
    high: int | None

    def both(self, other: Range) -> Range:
        """What asks for the same as the two."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Range(self.place, max(lows, default=None), min(highs, default=None))


Look = Values | Range


@dataclass(frozen=True, slots=True)
class OfLines:
    """A line at least has one of some values at a place of its row."""

    place: int
    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class Cell:
    """The cell of an expression: its decimals, whether it can be absent, and all it can be."""

    place: int
    decimals: int = 0
    optional: bool = False
    domain: range | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of a condition; `is_whole` where it asks for nothing else."""

    looks: tuple[Look, ...]
    is_whole: bool


def looks_of(layout: Layout, where: checked.Condition | None) -> Looks:
    """The parts of a condition that look at one cell each."""
    found = []
    is_whole = True
    for node in parts_of(where):
        for part, truth in _parts(node, truth=True):
            look = _look(layout, part, truth=truth)
            if look is None:
                is_whole = False
            else:
                found.append(look)
    return Looks(tuple(found), is_whole)


def lines_of(layout: Layout, where: checked.Condition | None) -> OfLines | None:
    """What some line must be for a condition to be true; None where no line need be anything."""
    for node in parts_of(where):
        for part, truth in _parts(node, truth=True):
            lines = _lines_asked(part, truth=truth)
            for asked, is_true in () if lines is None else _parts(lines, truth=True):
                found = _of_line(layout, asked) if is_true else None
                if found is not None:
                    return found
    return None


def _lines_asked(node: checked.Condition, *, truth: bool) -> checked.Condition | None:
    """What is true of some line where a part of a condition is true."""
    match node:
        case checked.ItemTest(quantifier="any", where=where) if truth:
            return where
        case checked.ItemTest(quantifier="no", where=where) if not truth:
            return where
        case checked.Comparison(
            op=">=" | ">" | "=" as op,
            left=checked.ItemCount(where=where) | checked.ItemTotal(where=where),
            right=checked.Const(value=int() as least),
        ) if truth and (least > 0 or (op == ">" and least == 0)):
            return where
        case _:
            return None


def _of_line(layout: Layout, node: checked.Condition) -> OfLines | None:
    match node:
        case checked.Comparison(
            op="=", left=checked.ItemField() as field, right=checked.Const() as constant
        ):
            constants: tuple[checked.Const, ...] = (constant,)
        case checked.Membership(value=checked.ItemField() as field, choices=choices, negated=False):
            constants = choices
        case _:
            return None
    place = layout.line.places.get(("attribute", field.name))
    if place is None:
        return None
    values = _equal(layout, Cell(place, field.type.decimals), constants)
    return None if values is None else OfLines(place, values)


def ranks_of(rule: checked.Rule, tiers: int) -> Values | None:
    """The tiers that any reward of a rule is for; None where more than the tier is asked."""
    every = frozenset(range(tiers + 1))
    ranks: set[int] = set()
    for reward in rule.rewards:
        audience = reward.audience
        if not isinstance(audience, checked.Group) or audience.segments:
            return None
        ranks |= every - audience.ranks if audience.negated else audience.ranks
    return Values(RANK, frozenset(ranks))


def _parts(node: checked.Condition, *, truth: bool) -> Iterator[tuple[checked.Condition, bool]]:
    """What must all be true, or false, for a node to be so."""
    match node:
        case checked.Inversion(operand=operand):
            yield from _parts(operand, truth=not truth)
        case checked.Conjunction(parts=parts) if truth:
            for part in parts:
                yield from _parts(part, truth=True)
        case checked.Disjunction(parts=parts) if not truth:
            for part in parts:
                yield from _parts(part, truth=False)
        case _:
            yield node, truth


def _look(layout: Layout, node: checked.Condition, *, truth: bool) -> Look | None:  # noqa: PLR0911 - one for each form
    match node:
        case checked.Comparison(op=op, left=left, right=checked.Const() as right):
            return _compared(layout, left, op if truth else COMPLEMENTS[op], right)
        case checked.Comparison(op=op, left=checked.Const() as left, right=right):
            return _compared(layout, right, MIRRORED[op if truth else COMPLEMENTS[op]], left)
        case checked.Between(value=value, low=checked.Const() as low, high=checked.Const() as high):
            if not truth:
                return None
            least = _compared(layout, value, ">=", low)
            return _same(least, _compared(layout, value, "<=", high))
        case checked.Membership(value=value, choices=choices, negated=negated):
            return _member(layout, value, choices, barred=truth is negated)
        case checked.Known(value=checked.EventField() as value, negated=negated):
            known = truth is not negated
            return _values(cell_of(layout, value), frozenset({NA}), barred=known)
        case checked.Truth(value=checked.EventField() as value):
            return _values(cell_of(layout, value), frozenset({int(truth)}))
        case checked.TextTest(op=op, value=checked.EventField(name=name), text=text):
            place = layout.event.places.get(("test", op, name, str(text.value)))
            return None if place is None else Values(place, frozenset({int(truth)}))
        case checked.Disjunction(parts=parts) if truth:
            return _any(_look(layout, part, truth=True) for part in parts)
        case checked.Conjunction(parts=parts) if not truth:
            return _any(_look(layout, part, truth=False) for part in parts)
        case _:
            return None


def cell_of(layout: Layout, node: checked.Expr) -> Cell | None:
    """The cell an expression is; None where it is more than that."""
    key: tuple[object, ...]
    match node:
        case checked.TierNow():
            return Cell(RANK, domain=range(len(layout.program.tiers) + 1))
        case checked.EventField(name=name):
            key = ("customer",) if name == "customer" else ("attribute", name)
        case checked.Calendar(part=part, past=False):
            key = ("local", part)
        case _:
            return None
    place = layout.event.places.get(key)
    if place is None:
        return None
    if isinstance(node, checked.Calendar):
        return Cell(place, node.type.decimals, domain=CALENDAR.get(node.part))
    return Cell(place, node.type.decimals, optional=True)


def _values(cell: Cell | None, values: frozenset[int], *, barred: bool = False) -> Look | None:
    return None if cell is None else Values(cell.place, values, barred)


def _scaled(layout: Layout, cell: Cell, constant: checked.Const) -> tuple[int, int] | None:
    """A constant as a fraction of a cell's smallest part; None of a text that stands nowhere."""
    value = constant.value
    if isinstance(value, str):
        code = layout.texts.get(value)
        return None if code is None else (code, 1)
    return value * 10**cell.decimals, 10**constant.type.decimals


def _compared(layout: Layout, node: checked.Expr, op: str, constant: checked.Const) -> Look | None:
    cell = cell_of(layout, node)
    if cell is None or (found := _scaled(layout, cell, constant)) is None:
        return None
    upper, lower = found
    if op in ("=", "!="):
        values = frozenset() if upper % lower else frozenset({upper // lower})
        if op == "=":
            return Values(cell.place, values)
        return Values(cell.place, values | ({NA} if cell.optional else set()), barred=True)
    if isinstance(constant.value, str):
        return None
    low: int | None = NA + 1 if cell.optional else None
    high: int | None = None
    match op:
        case ">=":
            low = -(-upper // lower)
        case ">":
            low = upper // lower + 1
        case "<=":
            high = upper // lower
        case _:
            high = -(-upper // lower) - 1
    # No value there is stands below what marks an absent one.
    if cell.optional and low is not None:
        low = max(low, NA + 1)
    return _narrow(cell, Range(cell.place, low, high))


def _narrow(cell: Cell, found: Range) -> Look:
    """A range over few values as those values."""
    if cell.domain is None:
        return found
    return Values(
        cell.place,
        frozenset(
            value
            for value in cell.domain
            if (found.low is None or value >= found.low)
            and (found.high is None or value <= found.high)
        ),
    )


def _same(one: Look | None, other: Look | None) -> Look | None:
    if isinstance(one, Range) and isinstance(other, Range):
        return one.both(other)
    if isinstance(one, Values) and isinstance(other, Values):
        return one.both(other)
    return None


def _member(
    layout: Layout, node: checked.Expr, choices: Iterable[checked.Const], *, barred: bool
) -> Look | None:
    cell = cell_of(layout, node)
    if cell is None:
        return None
    values = _equal(layout, cell, choices)
    if values is None:
        return None
    return Values(cell.place, values | ({NA} if barred and cell.optional else set()), barred)


def _equal(layout: Layout, cell: Cell, constants: Iterable[checked.Const]) -> frozenset[int] | None:
    """The values of a cell that equal one of constants."""
    values = set()
    for constant in constants:
        found = _scaled(layout, cell, constant)
        if found is None:
            return None
        upper, lower = found
        if upper % lower == 0:
            values.add(upper // lower)
    return frozenset(values)


def _any(looks: Iterable[Look | None]) -> Look | None:
    """One look for any of several at the same cell, where all tell the values it has."""
    found: Values | None = None
    for look in looks:
        if not isinstance(look, Values) or look.barred:
            return None
        if found is not None and look.place != found.place:
            return None
        found = Values(look.place, look.values | (found.values if found else frozenset()))
    return found
