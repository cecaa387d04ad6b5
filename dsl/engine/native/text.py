"""The whole decision of a program that fits, as one text: settle, take in, pay, event by event.

    settle(E, I, S, H, K, X, C, A)                 the customer just before an event
    record(E, I, S, H, K, X, C)                    the event on record
    pay(E, I, S, H, K, X, C, A, G, P, O, o, free)     its awards, see dsl/engine/native/paying
    tell(S, T, t, j)                               what an event says of its customer
    unpack_lines(I, L, l, J, n)                    the lines of an event out of their records
    tally(O, o, n, U, d, c)                        what was given is added up
    apart(…), together(…)                          all of it over the columns of a history

`apart` takes the events of one customer after the other, whose rows are used again for the next,
and shared counters cut nothing; `together` takes them as they came, each customer's rows at a place
of their own. Both end with
their place among the events in Z[0] and the length of O in Z[1], or give -1 where a calendar
period came after a later one. They are for LLVM alone: `A[i:]` is a part of an array.

Beside the rows (docs/engine.md, "Rows"): C and G are counters (cells.py), A what was earned when,
P the variables of long functions (parts.py), O awards as pairs of slot and amount, N how many cells
of O each event has, Y where the customer of each that paid stood, T triples of an event, a place of
S and a value (columns/told.py). X has behind its own cells as many of what was not asked for. E and
I are rows of one event: `unpack` (primitives.py) makes them of a record of the history.
Source: docs/language.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.cells import E_LINES, E_TYPE, S_CURRENT, S_END, S_TIER
from dsl.engine.native.cells import (
    BITS,
    C_LINES,
    Cells,
    Counter,
    standing_cells,
)
from dsl.engine.native.parts import in_parts
from dsl.engine.native.paying import Paying
from dsl.engine.values import ARGUMENTS
from dsl.engine.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsl.engine.compiled import Compiled
    from dsl.engine.layout import Key
    from dsl.engine.native.slots import Slot

# What LLVM's machine is asked for by name.
EXPORTED = frozenset({"apart", "together"})
# The column that says on which local date an event was.
DAY: Key = ("period", "day")


@dataclass(frozen=True, slots=True)
class Decisions:
    """A program's whole decision: its text, the cells it needs, what its slots stand for.

    `earned` is how many cells an entry of A has, `variables` how many there are of P.
    """

    text: str
    cells: Cells
    slots: Sequence[Slot]
    earned: int
    variables: int

    @property
    def first(self) -> list[int]:
        """The row C of a customer nothing is known of."""
        return list(self.cells.first)

    @property
    def shared(self) -> tuple[Counter, ...]:
        """The counters of all customers."""
        return self.cells.shared


def decisions(compiled: Compiled) -> Decisions:
    """The whole decision of a program that fits."""
    return _Writing(compiled).decisions()


class _Writing:
    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._cells = Cells(compiled.layout)
        self._paying = Paying(compiled, self._cells)

    @property
    def _clear(self) -> str:
        """Nothing was asked for yet: X has as many cells of that behind its own."""
        memos = self._compiled.layout.memos
        return f"x = copy(X, X[{memos}:], {memos})"

    def decisions(self) -> Decisions:
        compiled, paying = self._compiled, self._paying
        names = {event: f"pay{place}" for place, event in enumerate(compiled.by_event)}
        pays = [in_parts(paying.text(event, name)) for event, name in names.items()]
        parts = [
            compiled.text,
            _COPY,
            self._paying.earnings.text(),
            self._settle(),
            self._record(),
            self._stand(),
            _TELL,
            self._laid_out(_UNPACK_LINES),
            self._laid_out(_TALLY),
            *(one.text for one in pays),
            self._pay([(compiled.layout.types[event], name) for event, name in names.items()]),
        ]
        text = "\n".join([*parts, self._laid_out(_APART), self._laid_out(_TOGETHER)])
        variables = max((one.cells for one in pays), default=0)
        return Decisions(text, self._cells, tuple(paying.slots), paying.earnings.width, variables)

    def _laid_out(self, text: str) -> str:
        """The loops with the widths of rows."""
        widths = {
            "@I": max(1, self._compiled.layout.line.width),
            "@L": E_LINES,
            "@S": self._cells.state_width,
            "@C": len(self._cells.first),
            "@D": self._cells.column(DAY),
            "@N": len(self._paying.slots),
            "@E": S_END,
            "@H": self._compiled.width,
            "@A": _GIVEN,
        }
        for name, cells in widths.items():
            text = text.replace(name, str(cells))
        return text

    # --- before an event ----------------------------------------------------------------------

    def _settle(self) -> str:
        compiled = self._compiled
        write = Writer()
        with write.block(f"def settle({ARGUMENTS}, C, A):"):
            write(f"S[{S_CURRENT}] = S[{S_END}]")
            if self._paying.earnings.is_asked:
                write("x = earned(E, S, C, A)")
            write(self._clear, "rank = 0")
            for tier in compiled.program.tiers:
                if f"t{tier.rank}" in compiled.functions:
                    with write.block(f"if t{tier.rank}({ARGUMENTS}) == 1:"):
                        write(f"rank = {tier.rank}")
            write(f"S[{S_TIER}] = rank")
            for number, name in enumerate(compiled.program.segments):
                write(self._clear, f"x = g{number}({ARGUMENTS})")
                write(f"C[{self._cells.segment(name)}] = x")
                if name in compiled.uses.segments:
                    write(f"S[{compiled.uses.segments[name]}] = x")
            write("return 0")
        return write.text()

    # --- the event ----------------------------------------------------------------------------

    def _record(self) -> str:
        compiled = self._compiled
        layout = compiled.layout
        codes = sorted(layout.types[name] for name in compiled.recorded)
        write = Writer()
        with write.block(f"def record({ARGUMENTS}, C):"):
            write(f"S[{S_CURRENT}] = S[{S_END}]")
            recorded = " or ".join(f"E[{E_TYPE}] == {code}" for code in codes) or "1 == 0"
            with write.block(f"if {recorded}:"):
                write(f"h = S[{S_END}]", "i = 0")
                with write.block(f"while i < {compiled.width}:"):
                    write("H[h + i] = 0", "i = i + 1")
                first, last = compiled.line_places
                if first is not None and last is not None:
                    write(f"k = C[{C_LINES}]", f"H[h + {first}] = k", "i = 0")
                    with write.block(f"while i < E[{E_LINES}] * {layout.line.width}:"):
                        write("K[k + i] = I[i]", "i = i + 1")
                    write(f"C[{C_LINES}] = k + i", f"H[h + {last}] = k + i")
                write(f"S[{S_END}] = h + {compiled.width}", self._clear)
                write(f"x = observe({ARGUMENTS}, h)")
            write("return 0")
        return write.text()

    def _stand(self) -> str:
        """`stand`: where the customer stands, as cells: the tier, then segments, a bit each."""
        width = standing_cells(self._compiled.program)
        write = Writer()
        with write.block("def stand(S, C, Y, row):"):
            if width:
                write(f"y = row * {width}", f"Y[y] = S[{S_TIER}]")
            for number, name in enumerate(self._compiled.program.segments):
                cell = f"Y[y + {1 + number // BITS}]"
                if number % BITS == 0:
                    write(f"{cell} = 0")
                bit = 1 << number % BITS
                write(f"{cell} = {cell} + C[{self._cells.segment(name)}] * {bit}")
            write("return 0")
        return write.text()

    def _pay(self, pays: Sequence[tuple[int, str]]) -> str:
        write = Writer()
        with write.block(f"def pay({ARGUMENTS}, C, A, G, P, O, o, free):"):
            write(self._clear)
            for code, name in pays:
                with write.block(f"if E[{E_TYPE}] == {code}:"):
                    write(f"return {name}({ARGUMENTS}, C, A, G, P, O, o, free)")
            write("return o")
        return write.text()


_TELL = """\
def tell(S, T, t, j):
 while T[t] == j:
  S[T[t + 1]] = T[t + 2]
  t = t + 3
 return t
"""
_UNPACK_LINES = """\
def unpack_lines(I, L, l, J, n):
 i = 0
 while i < n:
  x = unpack(I[i * @I:], L, l + i, J)
  i = i + 1
 return l + n
"""
# U begins with how many customers are counted, 0 where nothing is, where they begin, and how many
# cells each has; then where the dates of the first slot begin, less the first date, and how many of
# them there are. Behind that each slot has how many awards there were, then the cell of a customer
# that has the bit of its rule, then that bit (columns/tally.py). No award is more than 2**60: sums
# up to 2**61 hold one more, and those of two threads together; beyond, counting ends.
_TALLY = """\
def tally(O, o, n, U, d, c):
 if c < U[0]:
  p = U[1] + c * U[2]
  while o < n:
   k = O[o]
   if k < @N:
    U[k + 5] = U[k + 5] + 1
    u = U[3] + k * U[4] + d
    if U[u] > 2305843009213693952:
     U[0] = 0
     return 0
    U[u] = U[u] + O[o + 1]
    u = p + U[k + 5 + @N]
    U[u] = U[u] | U[k + 5 + 2 * @N]
   o = o + 2
 return 0
"""
# What LLVM has an instruction for.
_COPY = """\
def copy(S, R, n):
 i = 0
 while i < n:
  S[i] = R[i]
  i = i + 1
 return 0
"""
# M are records of all rows E and L of all lines, customer by customer; F and J say how they are
# read. D has for each customer where theirs begin in M, in L and in T, from which place of M on
# they are decided, and from which on they are none of the run. R and Q are S and C of a customer
# nothing is known of. Z has a place among the events, the length of O, and where the customer
# stands in D, L and T.
_APART = """\
def apart(j, end, most, Z, M, F, L, J, T, D, R, Q, E, I, S, H, K, X, C, A, G, P, O, N, Y, U):
 o = 0
 first = j
 c = Z[2]
 l = Z[3]
 t = Z[4]
 while j < end and o < most:
  while j >= D[c * 5 + 5]:
   c = c + 1
   l = D[c * 5 + 1]
   t = D[c * 5 + 2]
   x = copy(S, R, @S)
   x = copy(C, Q, @C)
  N[j - first] = 0
  if j < D[c * 5 + 4]:
   x = unpack(E, M, j, F)
   l = unpack_lines(I, L, l, J, E[@L])
   x = settle(E, I, S, H, K, X, C, A)
   t = tell(S, T, t, j)
   x = record(E, I, S, H, K, X, C)
   if j >= D[c * 5 + 3]:
    n = pay(E, I, S, H, K, X, C, A, G, P, O, o, 1)
    if n < 0:
     return -1
    if n > o:
     x = stand(S, C, Y, j - first)
     x = tally(O, o, n, U, E[@D], c)
    N[j - first] = n - o
    o = n
  j = j + 1
 Z[0] = j
 Z[1] = o
 Z[2] = c
 Z[3] = l
 Z[4] = t
 return 0
"""
_GIVEN = "i, end, since, most, Z, W, B, M, F, L, J, T, D, E, I, S, H, K, X, C, A, G, P, O, N, Y, U"
# W are records of whose the events are, in the order they came. Of each customer the first cells of
# D say what comes next; behind them stands where their parts of H, K and A begin. Customers come in
# no order: what is known of one stands nowhere near the last one's, and is fetched beforehand.
_TOGETHER = """\
def together(@A):
 o = 0
 first = i
 while i < end and o < most:
  if i + 8 < end:
   x = unpack(Z[5:], W, i + 8, B)
   x = fetch(D[Z[5] * 6:], 6)
   x = fetch(S[Z[5] * @S:], @S)
   x = fetch(C[Z[5] * @C:], @C)
  if i + 4 < end:
   x = unpack(Z[6:], W, i + 4, B)
   d = Z[6] * 6
   x = fetch_record(M, D[d], F)
   x = fetch_record(L, D[d + 1], J)
   x = fetch(H[D[d + 3] + S[Z[6] * @S + @E]:], @H)
  x = unpack(Z[3:], W, i, B)
  d = Z[3] * 6
  j = D[d]
  s = Z[3] * @S
  c = Z[3] * @C
  h = D[d + 3]
  k = D[d + 4]
  a = D[d + 5]
  x = unpack(E, M, j, F)
  D[d] = j + 1
  D[d + 1] = unpack_lines(I, L, D[d + 1], J, E[@L])
  x = settle(E, I, S[s:], H[h:], K[k:], X, C[c:], A[a:])
  D[d + 2] = tell(S[s:], T, D[d + 2], j)
  x = record(E, I, S[s:], H[h:], K[k:], X, C[c:])
  N[i - first] = 0
  if i >= since:
   n = pay(E, I, S[s:], H[h:], K[k:], X, C[c:], A[a:], G, P, O, o, 0)
   if n < 0:
    return -1
   if n > o:
    x = stand(S[s:], C[c:], Y, i - first)
    x = tally(O, o, n, U, E[@D], Z[3])
   N[i - first] = n - o
   o = n
  i = i + 1
 Z[0] = i
 Z[1] = o
 return 0
"""
