"""Sums over windows that are kept: counts, totals and averages of past events, and streaks.

What they look at stands in the rows of H since each event was recorded; S keeps the window's first
and last row and the sums between them, which follow from H alone and can be forgotten at any time.
Source: docs/language.md, section 3, "history", and section 4, "Windows".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.cells import H_COUNTS, NA, S_CURRENT, S_END
from dsl.engine.values import Place, past_cell
from dsl.meaning import checked
from dsl.meaning.types import DIVISION_DECIMALS

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsl.engine.emitter import Emitter
    from dsl.engine.writer import Writer

# What is asked of past events as a value.
Figure = (
    checked.EventCount
    | checked.EventFigure
    | checked.EventDistinct
    | checked.PastItemCount
    | checked.PastItemTotal
    | checked.Streak
)
Bounds = tuple[str | None, str | None]
ROW = Place(row="r")


@dataclass(frozen=True, slots=True)
class Flag:
    """A past event is counted: its type, and what is asked of it alone."""

    event: str
    where: checked.Condition | None
    known: checked.Expr | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A value of a past event that is worked out when it is recorded; 0 where it is absent."""

    event: str
    node: checked.Expr
    zero: bool = False


def write_average(write: Writer, divisor: int) -> None:
    """Make an average of a sum x over n; absent of none."""
    with write.block("if n == 0:"):
        write(f"x = {NA}")
    with write.block("else:"):
        write(f"x = quotient(x * {10**DIVISION_DECIMALS}, n * {divisor})")


def write_sums(write: Writer, e: Emitter, node: Figure, bounds: Bounds) -> None:
    """Move the window's two ends to where they are now, and its sums with them.

    `bounds` are texts of the instant before the window's first, and of its last.
    """
    first, last, count, total = (
        e.layout.customer.place(("cache", node, name))
        for name in ("first", "last", "count", "total")
    )
    add = _adding(write, e, node)
    lower, upper = bounds
    write(f"end = S[{S_CURRENT if node.past.previous else S_END}]")
    write(f"a = S[{first}]", f"b = S[{last}]", f"n = S[{count}]", f"x = S[{total}]")
    if upper is not None:
        write(f"until = {upper}")
    beyond = "" if upper is None else " and H[b] <= until"
    with write.block(f"while b < end{beyond}:"):
        add("b", "+")
        write("b = b + @W")
    beyond = "" if upper is None else " or (b > 0 and H[b - @W] > until)"
    with write.block(f"while b > end{beyond}:"):
        write("b = b - @W")
        with write.block("if b >= a:"):
            add("b", "-")
        with write.block("else:"):
            write("a = b")
    if lower is not None:
        write(f"after = {lower}")
        with write.block("while a < b and H[a] <= after:"):
            add("a", "-")
            write("a = a + @W")
        # By the calendar a window's start can go back: what comes in again is added again.
        with write.block("while a > 0 and H[a - @W] > after:"):
            write("a = a - @W")
            add("a", "+")
    write(f"S[{first}] = a", f"S[{last}] = b", f"S[{count}] = n", f"S[{total}] = x")
    if isinstance(node, checked.EventCount):
        write("x = n")
    elif isinstance(node, checked.EventFigure) and node.figure == "average":
        write_average(write, 10**node.attribute.type.decimals)


def write_streak(write: Writer, e: Emitter, node: checked.Streak, walked: str) -> None:
    """Take in what was recorded since the last call; how long the streak is that ends now.

    S keeps the next row, the newest period that has an event, and how many before it have one
    without a gap. Where a clock that went back brought an earlier period after a later one, the
    rows are walked from then on: `walked` is the text of that.
    """
    back, last, count, newest = (
        e.layout.customer.place(("cache", node, name))
        for name in ("first", "last", "count", "total")
    )
    flag = e.layout.past.place(("flag", Flag(node.past.event, node.past.where)))
    then = past_cell(e, ("period", node.period), None, ROW)
    write(f"end = S[{S_END}]", f"r = S[{last}]", f"n = S[{count}]", f"p = S[{newest}]")
    with write.block("if r > end:"):
        write("r = 0", "n = 0", f"S[{back}] = 0")
    with write.block("while r < end:"):
        with write.block(f"if H[r + {flag}] == 1 and H[r + {H_COUNTS}] == 1:"):
            with write.block("if n == 0:"):
                write("n = 1")
            with write.block(f"elif {then} == p + 1:"):
                write("n = n + 1")
            with write.block(f"elif {then} > p:"):
                write("n = 1")
            with write.block(f"elif {then} < p:"):
                write(f"S[{back}] = 1")
            write(f"p = {then}")
        write("r = r + @W")
    write(f"S[{last}] = r", f"S[{count}] = n", f"S[{newest}] = p", "x = 0")
    now = f"E[{e.layout.event.place(('period', node.period))}]"
    with write.block(f"if S[{back}] == 1 or (n > 0 and p > {now}):"):
        write(f"x = {walked}")
    with write.block(f"elif n > 0 and p == {now}:"):
        write("x = n")


def _adding(write: Writer, e: Emitter, node: Figure) -> Callable[[str, str], None]:
    """What adds the row of a past event to the sums, or takes it off them."""
    past, attributes = node.past, e.layout.program.item_attributes
    known: checked.Expr | None = None
    added, times = None, ""
    match node:
        case checked.EventFigure(attribute=attribute):
            known = attribute
            added = Recorded(past.event, attribute, zero=True)
        case checked.PastItemCount(items=items):
            type_ = attributes["quantity"].type
            added = Recorded(past.event, checked.ItemCount(items, type=type_), zero=True)
            times = f" * H[@R + {H_COUNTS}]"
        case checked.PastItemTotal(items=items):
            type_ = attributes["amount"].type
            added = Recorded(past.event, checked.ItemTotal(items, type=type_), zero=True)
            # What a refund without an original brings back is taken off.
            times = f" * (2 * H[@R + {H_COUNTS}] - 1)"
        case _:
            pass
    flag = e.layout.past.place(("flag", Flag(past.event, past.where, known)))
    column = e.layout.past.place(("value", added)) if added else None

    def add(row: str, sign: str) -> None:
        with write.block(f"if H[{row} + {flag}] == 1:"):
            write(f"n = n {sign} H[{row} + {H_COUNTS}]")
            if column is not None:
                write(f"x = x {sign} H[{row} + {column}]{times.replace('@R', row)}")

    return add
