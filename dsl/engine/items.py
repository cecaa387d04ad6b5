"""What is asked about the lines of an event: tests, counts, totals, different values.

Each is a function of its own that walks the lines once. About the event at hand it keeps its answer
in X; about a past event it is given the event's row r. Source: docs/language.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.cells import E_LINES, NA
from dsl.engine.conditions import holds
from dsl.engine.nodes import is_of_past
from dsl.engine.values import ARGUMENTS, HERE, Place, Value, cell
from dsl.meaning import checked

if TYPE_CHECKING:
    from dsl.engine.emitter import Emitter
    from dsl.engine.writer import Writer


@dataclass(frozen=True, slots=True)
class KnownTotal:
    """A total that passes over lines of no amount."""

    node: checked.ItemTotal


Counted = checked.ItemCount | checked.ItemTotal | checked.ItemDistinct
Asked = Counted | checked.ItemTest | KnownTotal


class Items:
    """Writes the functions about lines, each once."""

    def __init__(self, emitter: Emitter) -> None:
        self._e = emitter

    def value(self, node: Counted, at: Place = HERE) -> Value:
        """How much or how many of the lines; a total is absent where one has no amount."""
        call = self._asked(node, at)
        present = (f"{call} != {NA}",) if isinstance(node, checked.ItemTotal) else ()
        return Value(call, 10**node.type.decimals, present)

    def known_total(self, node: checked.ItemTotal, at: Place) -> str:
        """The same of past events: what is known of the amounts, never absent."""
        return self._asked(KnownTotal(node), at)

    def test(self, node: checked.ItemTest, at: Place = HERE) -> str:
        """1 where it is true of the lines, 0 where it is false, NA where it is neither."""
        return self._asked(node, at)

    def column(self, name: str) -> int:
        """The place of a line's built-in attribute."""
        info = self._e.layout.program.item_attributes[name]
        return self._e.layout.line.place(("attribute", name), info.type)

    def _asked(self, node: Asked, at: Place) -> str:
        e = self._e
        # Lines are counted by the width of their rows, which is never nothing.
        self.column("quantity")
        if isinstance(node, KnownTotal):
            self.column("amount")
        if at.row is None or at.recording:
            with e.memo(node) as write:
                if write is not None:
                    write("i = 0", f"end = E[{E_LINES}] * @L", "first = 0")
                    self._body(write, node, "I")
            return e.call(node)
        if is_of_past(node.node if isinstance(node, KnownTotal) else node):
            return cell("H", at.row, e.layout.past.place(("value", node)))
        start = e.layout.past.place(("lines", "start"))
        end = e.layout.past.place(("lines", "end"))
        name = e.named(("past lines", node), "k")
        if name is not None:
            with e.function(name, f"{ARGUMENTS}, r") as write:
                write(f"i = H[r + {start}]", "first = i", f"end = H[r + {end}]")
                self._body(write, node, "K", "r")
                write("return x")
        return f"{e.name_of(('past lines', node))}({ARGUMENTS}, {at.row})"

    def _body(self, write: Writer, node: Asked, lines: str, row: str | None = None) -> None:
        place = Place(lines=lines, line="i", row=row)
        match node:
            case checked.ItemTest():
                self._tested(write, node, place)
            case checked.ItemDistinct():
                self._distinct(write, node, place)
            case checked.ItemCount():
                self._sum(write, node.where, cell(lines, "i", self.column("quantity")), place)
            case KnownTotal(node=total):
                found = cell(lines, "i", self.column("amount"))
                self._sum(write, total.where, found, place, known=True)
            case _:
                self._sum(write, node.where, cell(lines, "i", self.column("amount")), place)

    def _true(self, where: checked.Condition | None, place: Place) -> str:
        return "1 == 1" if where is None else holds(self._e, where, place)

    def _tested(self, write: Writer, node: checked.ItemTest, place: Place) -> None:
        true = holds(self._e, node.where, place)
        false = holds(self._e, node.where, place, truth=False)
        write("trues = 0", "falses = 0", "all = 0")
        with write.block("while i < end:"):
            write("all = all + 1")
            with write.block(f"if {true}:"):
                write("trues = trues + 1")
            with write.block(f"elif {false}:"):
                write("falses = falses + 1")
            write("i = i + @L")
        write(f"x = {NA}")
        tests = {
            "any": (("trues > 0", 1), ("falses == all", 0)),
            "every": (("falses > 0", 0), ("trues == all", 1)),
            "no": (("trues > 0", 0), ("falses == all", 1)),
        }[node.quantifier]
        for head, (test, answer) in zip(("if", "elif"), tests, strict=True):
            with write.block(f"{head} {test}:"):
                write(f"x = {answer}")

    def _sum(
        self,
        write: Writer,
        where: checked.Condition | None,
        found: str,
        place: Place,
        *,
        known: bool = False,
    ) -> None:
        write("x = 0")
        with write.block("while i < end:"):
            with write.block(f"if {self._true(where, place)}:"):
                with write.block(f"if {found} != {NA}:"):
                    write(f"x = x + {found}")
                # Of a quantity this never is so: it is 1 where nothing is said.
                if not known:
                    with write.block("else:"):
                        write(f"x = {NA}", "i = end")
            write("i = i + @L")

    def _distinct(self, write: Writer, node: checked.ItemDistinct, place: Place) -> None:
        column = self._e.layout.line.place(("attribute", node.attribute.name), node.attribute.type)
        found = cell(place.lines, "i", column)
        before = Place(lines=place.lines, line="j", row=place.row)
        write("x = 0")
        with write.block("while i < end:"):
            with write.block(f"if {found} != {NA} and ({self._true(node.where, place)}):"):
                write("j = first", "new = 1")
                same = f"{cell(place.lines, 'j', column)} == {found}"
                with write.block("while j < i:"):
                    with write.block(f"if {same} and ({self._true(node.where, before)}):"):
                        write("new = 0", "j = i")
                    write("j = j + @L")
                write("x = x + new")
            write("i = i + @L")
