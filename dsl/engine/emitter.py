"""Collects the functions of a program's text and the places of its values.

Every function takes E, I, S, H, K and X: the event, its lines, the customer, the customer's
history, the lines of that, and a scratch row for values that are worked out once an event. What it
holds is whole numbers, assignments, `if`, `while`, subscripts, and calls of its own functions.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dsl.engine.cells import UNSET
from dsl.engine.items import Items
from dsl.engine.layout import Layout
from dsl.engine.past import PastText
from dsl.engine.values import ARGUMENTS, Value, value
from dsl.engine.writer import Writer
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.meaning.checked import Program

# Whole-number arithmetic that every text begins with. Halves go away from zero, but for quotients,
# whose halves go to the even neighbour (docs/language.md, section 1).
PRELUDE = """\
def least(a, b):
    if a < b:
        return a
    return b

def most(a, b):
    if a > b:
        return a
    return b

def magnitude(a):
    if a < 0:
        return -a
    return a

def half_up(a, b):
    if b < 0:
        a = -a
        b = -b
    if a < 0:
        return -((-2 * a + b) // (2 * b))
    return (2 * a + b) // (2 * b)

def quotient(a, b):
    if b < 0:
        a = -a
        b = -b
    q = a // b
    r = 2 * (a - q * b)
    if r > b or (r == b and q % 2 == 1):
        return q + 1
    return q

def year_of(day):
    z = day + 719468
    era = z // 146097
    doe = z - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    m = (5 * doy + 2) // 153
    if m < 10:
        return yoe + era * 400
    return yoe + era * 400 + 1

def month_day_of(day):
    z = day + 719468
    era = z // 146097
    doe = z - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    m = (5 * doy + 2) // 153
    d = doy - (153 * m + 2) // 5 + 1
    if m < 10:
        return (m + 3) * 100 + d
    return (m - 9) * 100 + d

def is_leap(year):
    if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 1
    return 0

def birthday_day(born, day):
    b = month_day_of(born)
    if b == 229 and is_leap(year_of(day)) == 0:
        b = 228
    if month_day_of(day) == b:
        return 1
    return 0

def birthday_month(born, day):
    if month_day_of(born) // 100 == month_day_of(day) // 100:
        return 1
    return 0

"""


class Emitter:
    """Writes a program's functions; a value asked for twice is one function."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.layout = Layout(program)
        self.items = Items(self)
        self.past = PastText(self)
        self._functions: list[str] = []
        self._memos: dict[object, str] = {}

    def call(self, key: object) -> str:
        """The call of a function written before."""
        return f"{self._memos[key]}({ARGUMENTS})"

    def named(self, key: object, prefix: str) -> str | None:
        """A name for a function of a key, once: None where one was written before."""
        if key in self._memos:
            return None
        self._memos[key] = f"{prefix}{len(self._memos)}"
        return self._memos[key]

    def keep(self, key: object, text: str) -> None:
        """Let a key stand for a text from now on."""
        self._memos[key] = text

    def name_of(self, key: object) -> str:
        """The name of a function written before."""
        return self._memos[key]

    def memo_place(self) -> int:
        """A new cell of X."""
        self.layout.memos += 1
        return self.layout.memos - 1

    @contextmanager
    def memo(self, key: object) -> Iterator[Writer | None]:
        """Write a function of a value `x` that is worked out once an event; None: it was before."""
        if key in self._memos:
            yield None
            return
        place = self.memo_place()
        name = f"v{place}"
        self._memos[key] = name
        write = Writer()
        with write.block(f"def {name}({ARGUMENTS}):"):
            with write.block(f"if X[{place}] != {UNSET}:"):
                write(f"return X[{place}]")
            yield write
            write(f"X[{place}] = x", "return x")
        self._functions.append(write.text())

    @contextmanager
    def function(self, name: str, arguments: str = ARGUMENTS) -> Iterator[Writer]:
        """Write a function of its own name."""
        write = Writer()
        with write.block(f"def {name}({arguments}):"):
            yield write
        self._functions.append(write.text())

    def left_to(self, rank: int) -> Value:
        """What a tier's first item still lacks, not below zero; absent where it is no number."""
        tier = self.program.tiers[rank - 1]
        first = tier.items[0][0] if tier.items else None
        if not isinstance(first, checked.AtLeast):
            return Value("0", 1, ("1 == 0",))
        has = value(self, first.value)
        least = Value(str(first.least.value), 10**first.least.decimals)
        divisor = max(has.divisor, least.divisor)
        return Value(f"most(0, {least.over(divisor)} - {has.over(divisor)})", divisor, has.present)

    def text(self) -> str:
        """All functions; the widths of rows are known only now."""
        return self.laid_out(PRELUDE + "\n".join(self._functions))

    def laid_out(self, text: str) -> str:
        """A text with the widths of rows in their places."""
        return text.replace("@L", str(self.layout.line.width)).replace(
            "@W", str(self.layout.past.width)
        )
