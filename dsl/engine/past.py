"""History as restricted Python: counts, figures, streaks over a customer's past events.

A past event is a row of H, in the order of time. What a history condition says of a past event
alone is worked out when it is recorded and stands in its row. Counts, totals, averages and streaks
of such events keep what they found in S: the window's first and last row and the sums between,
which follow from H alone and can be forgotten at any time. All else walks the window's rows, newest
first.
Source: docs/language.md, section 3, "history", and section 4, "Windows".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsl.engine.calendar import FIXED_US
from dsl.engine.cells import (
    E_AT,
    H_COUNTS,
    H_TYPE,
    NA,
    S_CURRENT,
    S_END,
)
from dsl.engine.conditions import every, holds
from dsl.engine.nodes import is_of_past
from dsl.engine.sums import ROW, Figure, Flag, write_average, write_streak, write_sums
from dsl.engine.values import ARGUMENTS, Value, past_cell, value
from dsl.meaning import checked
from dsl.meaning.catalogue import COUNT
from dsl.meaning.times import first_instant_of
from dsl.meaning.types import DIVISION_DECIMALS
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.engine.emitter import Emitter
    from dsl.engine.writer import Writer

EVERY_ROW = "r >= 0"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A value over events of others: the function that finds it, and the cell of X it is put in."""

    name: str
    memo: int
    past: checked.Past


class PastText:
    """Writes the functions about history, each once."""

    def __init__(self, emitter: Emitter) -> None:
        self._e = emitter
        self.foreign: list[Foreign] = []

    # --- what is asked ------------------------------------------------------------------------

    def value(self, node: Figure) -> Value:
        """A count or a figure; an average, a largest and a smallest of nothing are absent."""
        text = self._written(node)
        if isinstance(node, checked.EventFigure) and node.figure != "total":
            divisor = 10**node.attribute.type.decimals
            if node.figure == "average":
                divisor = 10**DIVISION_DECIMALS
            return Value(text, divisor, (f"{text} != {NA}",))
        if isinstance(node, checked.EventFigure):
            return Value(text, 10**node.attribute.type.decimals)
        if isinstance(node, checked.PastItemCount | checked.PastItemTotal):
            name = "quantity" if isinstance(node, checked.PastItemCount) else "amount"
            info = self._e.layout.program.item_attributes[name]
            return Value(text, 10**info.type.decimals)
        return Value(text)

    def days_since(self, node: checked.DaysSincePrevious) -> str:
        """Microseconds since the event of a type before this one; NA without one."""
        e = self._e
        e.layout.recorded.add(node.event)
        code = e.layout.type_code(node.event)
        with e.memo(node) as write:
            if write is not None:
                write(f"r = S[{S_CURRENT}] - @W", f"x = {NA}")
                with write.block(f"while {EVERY_ROW}:"):
                    with write.block(f"if H[r + {H_TYPE}] == {code} and H[r + {H_COUNTS}] == 1:"):
                        write(f"x = E[{E_AT}] - H[r]", "r = 0")
                    write("r = r - @W")
        return e.call(node)

    def nth(self, node: checked.Nth) -> str:
        """1 where this event is counted and the right one in number, else 0."""
        e, past = self._e, node.past
        count = checked.EventCount(past, type=COUNT)
        counted = self._written(count)
        e.layout.recorded.add(past.event)
        code = e.layout.type_code(past.event)
        with e.memo(node) as write:
            if write is not None:
                tests = [f"S[{S_CURRENT}] < S[{S_END}]", f"H[r + {H_TYPE}] == {code}"]
                # A window can leave the event at hand out, and then it is none of its events.
                lower, upper = self._bounds(past.window)
                tests += [f"H[r] > {lower}"] if lower is not None else []
                tests += [f"H[r] <= {upper}"] if upper is not None else []
                tests += ["1 == 0"] if past.previous else []
                tests.append(self._counted(past))
                write(f"r = S[{S_CURRENT}]", "x = 0")
                with write.block(f"if {every(tests)}:"):
                    write(f"n = {counted}")
                    right = f"n % {node.number} == 0" if node.every else f"n == {node.number}"
                    with write.block(f"if {right}:"):
                        write("x = 1")
        return e.call(node)

    # --- writing a function once --------------------------------------------------------------

    def _written(self, node: Figure) -> str:
        """The text of a figure's value: the call of its function, or a cell filled beforehand."""
        e, past = self._e, node.past
        e.layout.recorded.add(past.event)
        if past.anyone or past.role is not None:
            return self._of_others(node)
        if self._is_kept(node):
            with e.memo(node) as write:
                if write is not None and isinstance(node, checked.Streak):
                    write_streak(write, e, node, f"{self._walk(node)}({ARGUMENTS}, end)")
                elif write is not None:
                    write_sums(write, e, node, self._bounds(node.past.window))
            return e.call(node)
        with e.memo(node) as write:
            if write is not None:
                end = S_CURRENT if past.previous else S_END
                name = self._walk(node)
                write(f"x = {name}({ARGUMENTS}, S[{end}])")
        return e.call(node)

    def _of_others(self, node: Figure) -> str:
        e = self._e
        key = ("others", node)
        name = e.named(key, "o")
        if name is not None:
            self.foreign.append(Foreign(self._walk(node), e.memo_place(), node.past))
            e.keep(key, f"X[{self.foreign[-1].memo}]")
        if node.past.role is not None:
            info = e.layout.program.events[node.past.event].attributes[node.past.role]
            e.layout.event.place(("attribute", node.past.role), info.type)
        return e.name_of(key)

    def _walk(self, node: Figure) -> str:
        """The function that walks the rows of a window, from the newest before `end` back."""
        e = self._e
        name = e.named(("walk", node), "w")
        if name is None:
            return e.name_of(("walk", node))
        with e.function(name, f"{ARGUMENTS}, end") as write:
            if isinstance(node, checked.Streak):
                self._streak(write, node)
            else:
                self._figure(write, node)
            write("return x")
        return name

    # --- which rows ---------------------------------------------------------------------------

    def _bounds(self, window: ast.Window | None) -> tuple[str | None, str | None]:
        """Texts of the instant before a window's first, and of its last where that is not now."""
        e = self._e
        match window:
            case ast.Last(duration=duration) if duration.unit in FIXED_US:
                return f"E[{E_AT}] - {duration.count * FIXED_US[duration.unit]}", None
            case ast.Last(duration=duration):
                place = e.layout.event.place(("ago", duration.unit, duration.count))
                return f"E[{place}]", None
            case ast.This(period=period):
                return f"E[{e.layout.event.place(('start', period, 0))}] - 1", None
            case ast.Previous(period=period):
                first = e.layout.event.place(("start", period, 1))
                end = e.layout.event.place(("start", period, 0))
                return f"E[{first}] - 1", f"E[{end}] - 1"
            case ast.Since(date=date):
                zone = ZoneInfo(e.program.timezone)
                return str(first_instant_of(date.value, zone) - 1), None
            case _:
                return None, None

    def _counted(self, past: checked.Past, *, sums: bool = False) -> str:
        """The text that holds where the row r is counted (or at least adds to sums)."""
        e = self._e
        tests = [f"H[r + {H_TYPE}] == {e.layout.type_code(past.event)}"]
        if not sums:
            tests.append(f"H[r + {H_COUNTS}] == 1")
        for name in past.same:
            info = e.layout.program.events[past.event].attributes[name]
            field = checked.PastField(name, type=info.type)
            then = past_cell(e, ("attribute", name), field, ROW)
            now = f"E[{e.layout.event.place(('attribute', name), info.type)}]"
            tests += [f"{now} != {NA}", f"{then} == {now}"]
        if past.where is not None and is_of_past(past.where):
            flag = e.layout.past.place(("flag", Flag(past.event, past.where)))
            tests.append(f"H[r + {flag}] == 1")
        elif past.where is not None:
            tests.append(holds(e, past.where, ROW))
        return every(tests)

    def _rows(self, write: Writer, past: checked.Past, *, start: bool = True) -> str:
        """Write where a walk begins; the text of the loop's head."""
        lower, upper = self._bounds(past.window)
        if start:
            write("r = end - @W")
        if upper is not None:
            write(f"last = {upper}")
            with write.block(f"while {EVERY_ROW} and H[r] > last:"):
                write("r = r - @W")
        if lower is None:
            return f"while {EVERY_ROW}:"
        write(f"after = {lower}")
        return f"while {EVERY_ROW} and H[r] > after:"

    # --- walking ------------------------------------------------------------------------------

    def _figure(self, write: Writer, node: Figure) -> None:
        e, past = self._e, node.past
        match node:
            case checked.EventCount():
                write("x = 0")
                with write.block(self._rows(write, past)):
                    with write.block(f"if {self._counted(past)}:"):
                        write("x = x + 1")
                    write("r = r - @W")
            case checked.EventDistinct(attribute=attribute):
                self._distinct(write, node, attribute)
            case checked.EventFigure(figure=figure, attribute=attribute):
                found = value(e, attribute, ROW)
                self._over(write, past, figure, found)
            case checked.PastItemCount(items=items) | checked.PastItemTotal(items=items):
                of_lines = isinstance(node, checked.PastItemTotal)
                added = self._of_lines(items, total=of_lines)
                write("x = 0")
                with write.block(self._rows(write, past)):
                    with write.block(f"if {self._counted(past, sums=of_lines)}:"):
                        sign = f" * (2 * H[r + {H_COUNTS}] - 1)" if of_lines else ""
                        write(f"x = x + {added}{sign}")
                    write("r = r - @W")

    def _of_lines(self, items: checked.Condition | None, *, total: bool) -> str:
        """What a past event's lines add: quantities, or known amounts."""
        e = self._e
        attributes = e.layout.program.item_attributes
        if total:
            return e.items.known_total(
                checked.ItemTotal(items, type=attributes["amount"].type), ROW
            )
        return e.items.value(checked.ItemCount(items, type=attributes["quantity"].type), ROW).text

    def _over(self, write: Writer, past: checked.Past, figure: str, found: Value) -> None:
        """A figure over known values."""
        total = figure in ("total", "average")
        write("x = 0" if total else f"x = {NA}", "n = 0")
        with write.block(self._rows(write, past)):
            test = every([self._counted(past, sums=total), *found.present])
            with write.block(f"if {test}:"):
                write(f"y = {found.text}")
                if total:
                    write("x = x + y", f"n = n + H[r + {H_COUNTS}]")
                else:
                    sign = ">" if figure == "largest" else "<"
                    with write.block(f"if x == {NA} or y {sign} x:"):
                        write("x = y")
            write("r = r - @W")
        if figure == "average":
            write_average(write, found.divisor)

    def _distinct(
        self, write: Writer, node: checked.EventDistinct, attribute: checked.PastField
    ) -> None:
        found = value(self._e, attribute, ROW)
        later = found.text.replace("[r", "[q")
        head = self._rows(write, node.past)
        write("x = 0", "top = r")
        counted = self._counted(node.past)
        # The same test at the row q: texts of rows name r alone.
        again = counted.replace("[r", "[q").replace(", r)", ", q)")
        with write.block(head):
            with write.block(f"if {every([counted, *found.present])}:"):
                write("q = top", "new = 1")
                with write.block("while q > r:"):
                    with write.block(f"if {every([f'{later} == {found.text}', again])}:"):
                        write("new = 0", "q = r")
                    write("q = q - @W")
                write("x = x + new")
            write("r = r - @W")

    def _streak(self, write: Writer, node: checked.Streak) -> None:
        e = self._e
        now = f"E[{e.layout.event.place(('period', node.period))}]"
        then = past_cell(e, ("period", node.period), None, ROW)
        write("r = end - @W", "x = 0", f"due = {now}")
        with write.block(f"while {EVERY_ROW} and {then} >= due:"):
            with write.block(f"if {then} == due and ({self._counted(node.past)}):"):
                write("x = x + 1", "due = due - 1")
            write("r = r - @W")

    # --- sums that are kept -------------------------------------------------------------------

    def _is_kept(self, node: Figure) -> bool:
        past = node.past
        if past.same or not (past.where is None or is_of_past(past.where)):
            return False
        match node:
            case checked.EventCount():
                return True
            case checked.Streak():
                return not past.previous
            case checked.EventFigure(figure=figure):
                return figure in ("total", "average")
            case checked.PastItemCount(items=items) | checked.PastItemTotal(items=items):
                return items is None or is_of_past(items)
            case _:
                return False
