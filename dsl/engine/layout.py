"""Where every value stands: the columns of an event, of its lines, of a customer and of the past.

A value is asked for by its key; the first asking gives it a place. Keys say what stands there:

E  ("attribute", name) · ("customer",) · ("test", op, name, text) whether an attribute starts with,
   ends with or contains a text · ("other", root, path, name, test) an attribute of another
   customer · ("local", part) · ("period", period) its index · ("start", period, back) the instant a
   period starts, so many periods back · ("ago", unit, count) · ("distance", lat, lon)
I  ("attribute", name) · ("test", op, name, text)                of one line
S  ("attribute", name) · ("test", op, name, text) · ("tag", text) · ("balance", unit) ·
   ("lifetime", unit) · ("earned", unit, window) · ("segment", name) · ("holds", kind, name) ·
   ("cache", function, cell)                                      of the customer
H  ("field", key of E) · ("flag", function) · ("value", function) · ("lines",) the start and the
   end of its lines in K                                          of a past event
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsl.engine.cells import E_FIRST, H_FIRST, S_FIRST

if TYPE_CHECKING:
    from dsl.meaning.checked import Program
    from dsl.meaning.types import Type

Key = tuple[object, ...]


@dataclass(slots=True)
class Columns:
    """Places by key, from `first` on; `types` has the types of what stands there."""

    first: int
    places: dict[Key, int] = field(default_factory=dict)
    types: dict[Key, Type] = field(default_factory=dict)

    def place(self, key: Key, type_: Type | None = None) -> int:
        """The place of a key, a new one where it has none yet."""
        if type_ is not None:
            self.types.setdefault(key, type_)
        return self.places.setdefault(key, self.first + len(self.places))

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return self.first + len(self.places)


@dataclass(slots=True)
class Layout:
    """The places of a program's values, the codes of its event types and of its texts."""

    program: Program
    event: Columns = field(default_factory=lambda: Columns(E_FIRST))
    line: Columns = field(default_factory=lambda: Columns(0))
    customer: Columns = field(default_factory=lambda: Columns(S_FIRST))
    past: Columns = field(default_factory=lambda: Columns(H_FIRST))
    types: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    # Event types whose events are kept as history.
    recorded: set[str] = field(default_factory=set)
    # How many values are worked out at most once an event.
    memos: int = 0

    def type_code(self, name: str) -> int:
        """The code of an event's type, from 1."""
        return self.types.setdefault(name, len(self.types) + 1)

    def text_code(self, text: str) -> int:
        """The code of a text of the program, from 1."""
        return self.texts.setdefault(text, len(self.texts) + 1)
