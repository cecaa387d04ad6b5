"""Looking through typed nodes."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from dsl.meaning import checked
from dsl.meaning.types import Type, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

# What follows from a past event alone, so that it can be worked out when the event is recorded.
OF_PAST = (
    checked.Const,
    checked.PastField,
    checked.ItemField,
    checked.Calendar,
    checked.Arithmetic,
    checked.Negation,
    checked.Call,
    checked.ItemCount,
    checked.ItemTotal,
    checked.ItemDistinct,
    checked.Comparison,
    checked.Between,
    checked.Membership,
    checked.TextTest,
    checked.Known,
    checked.Truth,
    checked.Inversion,
    checked.Conjunction,
    checked.Disjunction,
    checked.ItemTest,
)


def walk(node: Any) -> Iterator[Any]:  # noqa: ANN401 - any typed node, by its dataclass fields
    """The node and all typed nodes below it, parents first."""
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
    elif is_dataclass(node) and not isinstance(node, Type | Unit):
        yield node
        for part in fields(node):
            yield from walk(getattr(node, part.name))


def refers_to_segments(program: checked.Program) -> bool:
    """True where a tier or a segment asks for a segment: what it was before then counts."""
    asked = (*program.tiers, *program.segments.values())
    return any(isinstance(node, checked.InSegment) for node in walk(asked))


def remembers(program: checked.Program) -> bool:
    """True where what tiers and segments are hangs on what they were, and on when that is asked."""
    return refers_to_segments(program) or any(
        tier.keep is not None or tier.grace is not None or tier.one_step for tier in program.tiers
    )


def is_of_past(node: Any) -> bool:  # noqa: ANN401 - as above
    """True of an expression or condition that looks at nothing but the past event."""
    return all(
        isinstance(part, OF_PAST) and not (isinstance(part, checked.Calendar) and not part.past)
        for part in walk(node)
        if isinstance(part, checked.Typed)
    )


def parts_of(where: checked.Condition | None) -> tuple[checked.Condition, ...]:
    """The parts of a condition that must all hold, in text order."""
    if where is None:
        return ()
    return where.parts if isinstance(where, checked.Conjunction) else (where,)
