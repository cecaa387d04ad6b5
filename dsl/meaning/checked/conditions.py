"""Checked conditions, three-valued: true, false, or neither where something is absent.

Source: docs/language.md, sections 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.meaning.checked.expressions import Typed

if TYPE_CHECKING:
    from dsl.meaning.checked.expressions import Const, Expr, Past
    from dsl.text.ast import ThingKind


@dataclass(frozen=True, slots=True)
class Comparison(Typed):
    """True, false, or neither where a side is absent; sides may differ in scale."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Between(Typed):
    """`low <= value <= high`."""

    value: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class Membership(Typed):
    """The value is, or negated is not, one of the choices."""

    value: Expr
    choices: tuple[Const, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class InSegment(Typed):
    """The customer is in the segment, as settled just before the event; never absent."""

    segment: str


@dataclass(frozen=True, slots=True)
class TextTest(Typed):
    """The value starts with, ends with or contains a constant text, case included."""

    op: Literal["starts with", "ends with", "contains"]
    value: Expr
    text: Const


@dataclass(frozen=True, slots=True)
class HasTag(Typed):
    """The tags at hand include a constant text; never absent (no tags: false)."""

    value: Expr
    tag: Const


@dataclass(frozen=True, slots=True)
class Holds(Typed):
    """The customer holds the thing, unused and unexpired; never absent."""

    kind: ThingKind
    name: str


@dataclass(frozen=True, slots=True)
class IsBirthday(Typed):
    """The event's local date is the customer's birthday; absent where that is not known."""


@dataclass(frozen=True, slots=True)
class BirthdayMonth(Typed):
    """The event's local month is that of the customer's birthday; absent likewise."""


@dataclass(frozen=True, slots=True)
class Nth(Typed):
    """This event is counted by `past` and is the `number`th of them, or `every` such one."""

    number: int
    every: bool
    past: Past


@dataclass(frozen=True, slots=True)
class Known(Typed):
    """The value is there, or negated is absent; always true or false."""

    value: Expr
    negated: bool


@dataclass(frozen=True, slots=True)
class Truth(Typed):
    """A flag standing as a condition."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Inversion(Typed):
    """Three-valued not."""

    operand: Condition


@dataclass(frozen=True, slots=True)
class Conjunction(Typed):
    """Three-valued and."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Typed):
    """Three-valued or."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class ItemTest(Typed):
    """Three-valued over the lines; without lines any is false, every and no are true."""

    quantifier: Literal["any", "every", "no"]
    where: Condition


Condition = (
    Comparison
    | Between
    | Membership
    | InSegment
    | TextTest
    | HasTag
    | Holds
    | IsBirthday
    | BirthdayMonth
    | Nth
    | Known
    | Truth
    | Inversion
    | Conjunction
    | Disjunction
    | ItemTest
)
