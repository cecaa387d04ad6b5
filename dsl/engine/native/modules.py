"""A text as what LLVM compiles at once: all of it, or what an edit mostly leaves, and the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dsl.engine.native.lower import HEAD, function, is_array
from dsl.engine.native.primitives import COPY, FETCH, UNPACK

NEXT = re.compile(r"^def ", re.MULTILINE)
# Functions of windows, lines, tiers and segments, which others call, and what brings a customer up
# to an event. None of them calls a function of a condition or an amount.
OF_THE_PAST = re.compile(r"[a-ln-pr-z]\d+|observe|earned|settle|record")
CALLED = re.compile(r"\b([a-z]\w*)\(")


@dataclass(frozen=True, slots=True)
class Lowered:
    """LLVM's texts, one or several, and for each function they export which arguments are arrays.

    Functions of one text may be called by others.
    """

    texts: tuple[str, ...]
    exported: dict[str, tuple[bool, ...]]


def lowered(text: str, exported: frozenset[str]) -> Lowered:
    """The functions of a text; those that are exported can be called from outside.

    What follows from the past is a text of its own, which an edit of what is asked of one event, or
    paid for it, leaves as it is. Raises UnfitError, and TypeError of what is no restricted Python.
    """
    functions = [_Source.of(one) for one in NEXT.split(text)[1:]]
    kept = [one for one in functions if one.is_of_the_past]
    pieces = kept, [one for one in functions if not one.is_of_the_past]
    texts = [_module(own, functions, exported) for own in pieces if own]
    signatures = {
        one.name: tuple(map(is_array, one.arguments)) for one in functions if one.name in exported
    }
    return Lowered(tuple(texts), signatures)


@dataclass(frozen=True, slots=True)
class _Source:
    """The text of one function."""

    name: str
    arguments: tuple[str, ...]
    text: str

    @classmethod
    def of(cls, piece: str) -> _Source:
        """What follows `def`."""
        name, given = piece[: piece.index(")")].split("(")
        return cls(name, tuple(given.split(", ")), f"def {piece}")

    @property
    def is_of_the_past(self) -> bool:
        """True where no function of a condition or an amount is called."""
        return OF_THE_PAST.fullmatch(self.name) is not None

    @property
    def is_common(self) -> bool:
        """True of what every text has by itself: functions of numbers, and of cells."""
        return self.name == "copy" or not any(map(is_array, self.arguments))


def _module(own: list[_Source], every: list[_Source], exported: frozenset[str]) -> str:
    """LLVM's text of some functions, and of what is common to all of them."""
    names = {one.name for one in own} | {one.name for one in every if one.is_common}
    here = [one for one in every if one.name in names]
    called = {found for one in own for found in CALLED.findall(one.text)} - names
    # Else the other text calls what is of the past, which then has to be seen from there.
    is_alone = len(here) == len(every)
    declared = [
        f"declare i64 @{one.name}(ptr, {', '.join(_kind(name) for name in one.arguments)})\n"
        for one in every
        if one.name in called
    ]
    bodies = [
        COPY
        if one.name == "copy"
        else function(
            one.text, is_open=one.name in exported or (one.is_of_the_past and not is_alone)
        )
        for one in here
    ]
    return "".join([HEAD, UNPACK, FETCH, *declared, *bodies])


def _kind(argument: str) -> str:
    return "ptr" if is_array(argument) else "i64"
