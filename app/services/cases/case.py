"""A case as its file states it: programs, customers, events, and what is expected of them.

Numbers are int or Decimal, dates and times the texts that stand in the file.
Source: docs/language.md, section 7.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.services.errors import ServiceError

POSTED = "posted"


class CaseFileError(ServiceError):
    """A case file is not one, at a line of it."""


@dataclass(frozen=True, slots=True)
class Version:
    """A program's text in force from an instant on; without one, from ever."""

    starts: dt.datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A customer before the first event; `given` holds attributes and opening balances by name."""

    id: str
    joined: str | None
    tier: str | None
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AwardLine:
    """One award: a number of a unit, or a thing; `at` stands in place of `event` for timers."""

    event: str | None
    at: dt.datetime | None
    rule: str
    customer: str
    unit: str
    value: Decimal | str
    status: str = POSTED

    def __str__(self) -> str:
        """The line as a case file writes it."""
        cause = f"at: {self.at.isoformat()}" if self.at is not None else f"event: {self.event}"
        value = f"{self.value:f}" if isinstance(self.value, Decimal) else self.value
        status = "" if self.status == POSTED else f", status: {self.status}"
        named = f"rule: {self.rule}, customer: {self.customer}"
        return f"{{{cause}, {named}, {self.unit}: {value}{status}}}"


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """A rule that did not pay on an event, or an event that was not taken."""

    event: str
    rule: str | None
    reason: str

    def __str__(self) -> str:
        """The line as a case file writes it."""
        rule = f"rule: {self.rule}, " if self.rule is not None else ""
        return f"{{event: {self.event}, {rule}reason: {self.reason}}}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come of a case; what is None is not looked at."""

    awards: tuple[AwardLine, ...] | None = None
    balances: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    tiers: Mapping[str, str | None] = field(default_factory=dict)
    refusals: tuple[RefusalLine, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a file, from `line` on; events are raw and in the order of delivery."""

    name: str
    path: Path
    line: int
    versions: tuple[Version, ...]
    customers: tuple[Opening, ...]
    events: tuple[Mapping[str, Any], ...]
    expect: Expectation
    start: dt.datetime | None = None
    until: dt.datetime | None = None
    secret: str = ""

    @property
    def ends(self) -> dt.datetime | None:
        """The instant at which balances and tiers are looked at: `until` or the last event's."""
        times = [at for event in self.events if (at := instant(event.get("at"))) is not None]
        return self.until or max(times, default=None)


def instant(text: object) -> dt.datetime | None:
    """The aware time a text states, None where it states none."""
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.astimezone(dt.UTC) if moment.tzinfo is not None else None
