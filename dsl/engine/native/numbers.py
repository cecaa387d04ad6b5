"""The numbers of rules apart from a text: texts that differ in them alone are one to the compiler.

They stand in the array V instead. A number is one of those where it is compared with, added, taken
off, multiplied with or assigned; widths of rows, divisors, 0 and 1, and what stands for absent are
part of the text, as the machine works better with numbers it knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dsl.engine.cells import LARGEST
from dsl.engine.native.modules import OF_THE_PAST

# The first cell of V is set where a number has left 64 bits.
TRAPPED, FIRST = 0, 1
# Functions of rules, tiers, segments, windows, of what is recorded, and of awards.
OF_RULES = re.compile(r"^def (?:[a-z]\d|pay\d|earned|observe)", re.MULTILINE)
NEXT = re.compile(r"^def ", re.MULTILINE)
# What the emitted text writes of a number and its scale.
SCALED = re.compile(r"\((\d+)\) \* (\d+)")
TOKENS = re.compile(r"[\[\]]|(?<!\w)\d+(?!\w)")
# A number after an operator or a bracket that is none of a call.
BEFORE = re.compile(r"(?:(?:[<>=!]=|[<>*+=-]|(?<![\w\])])\() ?)$")
# One that an argument of a call begins with, and goes on.
ARGUMENT, GOES_ON = re.compile(r", $"), re.compile(r" [-+*] ")
DIVIDED = re.compile(r"(?://|%) \(*$")
# One step of a walk over rows.
STEP = re.compile(r"(\w+) = \1 [+-] $")


@dataclass(frozen=True, slots=True)
class Apart:
    """A text without the numbers of its rules, and those by their places in V from FIRST on."""

    text: str
    numbers: tuple[int, ...]


def apart(text: str) -> Apart:
    """The numbers of a text apart from it.

    Those of functions of the past come first: where they stand hangs on no other function.
    """
    starts = [one.start() for one in NEXT.finditer(text)]
    ends = [*starts[1:], len(text)]
    pieces = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    numbers: list[int] = []
    for of_the_past in (True, False):
        for place, piece in enumerate(pieces):
            name = piece[len("def ") : piece.index("(")]
            if OF_RULES.match(piece) and (OF_THE_PAST.fullmatch(name) is not None) is of_the_past:
                pieces[place] = _function(piece, numbers)
    head = text[: starts[0]] if starts else text
    return Apart("".join([head, *pieces]), tuple(numbers))


def _function(text: str, numbers: list[int]) -> str:
    text = SCALED.sub(lambda found: str(int(found[1]) * int(found[2])), text)
    parts, end, depth = [], 0, 0
    for token in TOKENS.finditer(text):
        word = token[0]
        if word == "[":
            depth += 1
        elif word == "]":
            depth -= 1
        elif not depth and _is_of_a_rule(text, token.start(), token.end()):
            parts += [text[end : token.start()], f"V[{FIRST + len(numbers)}]"]
            numbers.append(int(word))
            end = token.end()
    return "".join([*parts, text[end:]])


def _is_of_a_rule(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 40) : start]
    is_argument = ARGUMENT.search(before) is not None and GOES_ON.match(text, end) is not None
    return (
        1 < int(text[start:end]) < LARGEST
        and (is_argument or BEFORE.search(before) is not None)
        and not DIVIDED.search(before)
        and not STEP.search(before)
    )
