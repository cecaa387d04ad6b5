"""How much of a customer's history has to be kept, and how a program's history is laid out.

Where all that a program asks of the past are counts and sums over windows that end, only what
such a window may still look at is needed. Source: docs/language.md, section 4, "Windows".
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from dsl.engine.cells import DAY_US, H_AT
from dsl.engine.nodes import walk
from dsl.meaning import checked
from dsl.meaning.types import TEXTUAL
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.engine.compiled import Compiled

# By the calendar a window's start can go back, by less than this.
SPAN = 2 * DAY_US
# Kept of each: the window's first and last row, the count and the total.
SUMS = 4
MOST_REMEMBERED = 256
FIGURES = (
    checked.EventCount,
    checked.EventFigure,
    checked.EventDistinct,
    checked.PastItemCount,
    checked.PastItemTotal,
    checked.Streak,
    checked.DaysSincePrevious,
)


@lru_cache(MOST_REMEMBERED)
def windows(compiled: Compiled) -> tuple[ast.Window, ...] | None:
    """The windows that are looked at; None where all of the past may be."""
    found: dict[ast.Window, None] = {}
    summed = {key[1] for key in compiled.layout.customer.places if key[0] == "cache"}
    program = compiled.program
    nodes = (*program.rules, *program.tiers, *program.segments.values())
    for node in walk(nodes):
        if isinstance(node, checked.Nth):
            window = node.past.window
        elif not isinstance(node, FIGURES):
            continue
        elif isinstance(node, checked.DaysSincePrevious) or node not in summed:
            return None
        else:
            window = node.past.window
        if not isinstance(window, ast.Last | ast.This | ast.Previous | ast.Since):
            return None
        found[window] = None
    return None if compiled.line_places[0] is not None else tuple(found)


def first_kept(compiled: Compiled, history: list[int]) -> int:
    """The place of the first row of H that a window looks at, or may look at again."""
    looked_at = windows(compiled)
    if looked_at is None or not history:
        return 0
    width = compiled.width
    last = history[len(history) - width + H_AT]
    after = min((compiled.window(one, last)[0] for one in looked_at), default=last) - SPAN
    place = len(history)
    while place and history[place - width + H_AT] > after:
        place -= width
    return place


def sums_from(compiled: Compiled, row: list[int], first: int) -> list[int]:
    """The cells of S that keep sums, where the history begins at a place; 0 where it cuts them."""
    cells: list[int] = []
    for place in range(0, len(compiled.uses.caches), SUMS):
        start, end, count, total = (row[one] for one in compiled.uses.caches[place : place + SUMS])
        cells += (start - first, end - first, count, total) if start >= first else (0,) * SUMS
    return cells


@lru_cache(MOST_REMEMBERED)
def layout_hash(compiled: Compiled) -> str:
    """Tells whether one program's histories can be read by another."""
    layout = compiled.layout
    parts = (
        compiled.program.timezone,
        sorted(layout.types.items()),
        sorted(layout.recorded),
        [(key, layout.event.types.get(key[1])) for key in layout.past.places],  # type: ignore[call-overload]  # of a field, the key of E
        [(key, layout.line.types.get(key)) for key in layout.line.places],
        [key for key in layout.customer.places if key[0] == "cache"],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@lru_cache(MOST_REMEMBERED)
def history_texts(compiled: Compiled) -> tuple[int, ...]:
    """The places of a row of H at which there are codes of texts."""
    found = []
    for key, place in compiled.layout.past.places.items():
        match key:
            case ("field", ("customer",)):
                found.append(place)
            case ("field", ("attribute", name)):
                if compiled.layout.event.types["attribute", name].kind in TEXTUAL:
                    found.append(place)
            case _:
                pass
    return tuple(found)


@lru_cache(MOST_REMEMBERED)
def line_texts(compiled: Compiled) -> tuple[int, ...]:
    """The places of a row of K at which there are codes of texts."""
    line = compiled.layout.line
    return tuple(
        place
        for key, place in line.places.items()
        if key[0] == "attribute" and line.types[key].kind in TEXTUAL
    )
