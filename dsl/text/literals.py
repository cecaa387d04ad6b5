"""The values of literals, checked; what cannot be read is a diagnostic and a harmless value."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Literal, TypeVar

from dsl.text.diagnostics import BadLiteral, Diagnostic, Overflow
from dsl.text.source import QUOTES, Span

MOST_DIGITS = 18
MOST_DECIMALS = 12

Moment = TypeVar("Moment", dt.date, dt.datetime, dt.time)

_GAP = re.compile(r"[ \tTt]+")
_ESCAPE = re.compile(r"\\(.)")


class Literals:
    """Reads literals of one text, collecting what is wrong with them in `diagnostics`."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def number(self, text: str, span: Span) -> Decimal:
        """The exact value of `19.90`, of `5%` (5) and of `2x` (2)."""
        digits = text.rstrip("%xX")
        whole, _, fraction = digits.partition(".")
        count = len((whole + fraction).lstrip("0"))
        if count > MOST_DIGITS or len(fraction) > MOST_DECIMALS:
            self.diagnostics.append(Overflow(span=span, digits=count, decimals=len(fraction)))
            return Decimal(1)
        return Decimal(digits)

    def whole(self, text: str, span: Span, *, least: int = 0, most: int | None = None) -> int:
        """A whole number of at least `least`, 0 or 1; at most `most`, for a day of a month."""
        value = self.number(text, span)
        if value < least or value != int(value) or (most is not None and value > most):
            kind: Literal["whole", "count", "day"] = (
                "day" if most is not None else "count" if least else "whole"
            )
            self.diagnostics.append(BadLiteral(span=span, kind=kind, found=text))
            return least
        return int(value)

    def date(self, text: str, span: Span) -> dt.date:
        """The day of `2026-11-11`."""
        return self._moment("date", dt.date.fromisoformat, _day(text), text, span) or dt.date.min

    def time(self, text: str, span: Span) -> dt.time:
        """The time of day of `14:00`."""
        found = self._moment("time", dt.time.fromisoformat, _clock(text), text, span)
        return dt.time.min if found is None else found

    def datetime(self, text: str, span: Span) -> dt.datetime:
        """The local time of `2026-11-11 20:00`, without a timezone."""
        day, clock = _GAP.split(text)
        padded = f"{_day(day)} {_clock(clock)}"
        read = dt.datetime.fromisoformat
        found = self._moment("datetime", read, padded, f"{day} {clock}", span)
        return dt.datetime(1, 1, 1) if found is None else found  # noqa: DTZ001 - a local time

    def text(self, quoted: str, span: Span) -> str:
        r"""What stands in the quotes, with `\"` and `\\` read."""
        inner = quoted[1:-1]
        if "\\" not in inner:
            return inner
        for escape in _ESCAPE.finditer(inner):
            if escape[1] not in QUOTES and escape[1] != "\\":
                start = span.start + 1 + escape.start()
                wrong = Span(start, start + 2)
                self.diagnostics.append(
                    BadLiteral(
                        span=wrong, kind="text", found=escape[0], suggestion=f"\\{escape[0]}"
                    )
                )
        return _ESCAPE.sub(r"\1", inner)

    def _moment(
        self,
        kind: Literal["date", "datetime", "time"],
        read: Callable[[str], Moment],
        padded: str,
        text: str,
        span: Span,
    ) -> Moment | None:
        """What `read` makes of it; digits left out are a mistake with its correction."""
        try:
            value = read(padded)
        except ValueError:
            self.diagnostics.append(BadLiteral(span=span, kind=kind, found=text))
            return None
        if padded != text:
            self.diagnostics.append(BadLiteral(span=span, kind=kind, found=text, suggestion=padded))
        return value


def _day(text: str) -> str:
    return "-".join(part.zfill(2) for part in text.split("-"))


def _clock(text: str) -> str:
    return ":".join(part.zfill(2) for part in text.split(":"))


def name(text: str) -> str:
    """A word as a name: composed, so that what looks alike by its marks is alike."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
