"""What a text may name: events, attributes, units, with their types and docs.

The checker, the completion in the editor, the reader of events and the documentation all read
these same tables. Source: docs/language.md, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dsl.meaning.checked import Type


@dataclass(frozen=True, slots=True)
class AttributeInfo:
    """A named value of an event, of a line item or of a customer."""

    name: str
    type: Type
    doc: str = ""


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event and what it may carry beside id, type, at and customer."""

    name: str
    attributes: dict[str, AttributeInfo] = field(default_factory=dict)
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is awarded; amounts are integers of 10**-precision."""

    name: str
    precision: int = 0
    rounding: Literal["down", "up", "half up", "half even"] = "down"
