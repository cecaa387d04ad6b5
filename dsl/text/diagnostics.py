"""Problems as values: the base of every diagnostic, and those that a text alone can have.

Tests assert them by value; their wording is in the message catalogue. Source of the codes:
docs/language.md, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from dsl.text.source import NOWHERE, Span

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A problem at a place: `span` in the text of the part numbered `part`.

    `suggestion` is what would stand right in place of the span's text, where that is known.
    """

    code: ClassVar[str]
    severity: ClassVar[Severity] = "error"

    span: Span = NOWHERE
    part: int = 0
    suggestion: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax(Diagnostic):
    """A word stands where another was expected; `found` is empty at the end of the text.

    `expected` says what could stand there in a reader's words, such as "`award`" or "a number",
    most likely first; it is empty where the text has no reading at all (a lone control character).
    """

    code: ClassVar[str] = "syntax"

    found: str
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLiteral(Diagnostic):
    """What looks like a date, a time or a text is none, such as 2026-02-30."""

    code: ClassVar[str] = "bad-literal"

    kind: Literal["date", "datetime", "time", "text", "name", "whole", "count", "day"]
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLong(Diagnostic):
    """One stored text is larger than `limit` bytes of UTF-8."""

    code: ClassVar[str] = "too-long"

    size: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooDeep(Diagnostic):
    """Expressions are nested deeper than `limit`, counting parentheses and operators."""

    code: ClassVar[str] = "too-deep"

    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow(Diagnostic):
    """A number has more digits (18) or decimals (12) than numbers can have."""

    code: ClassVar[str] = "overflow"

    digits: int
    decimals: int
