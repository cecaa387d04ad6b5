"""What of a history is decided, and what is shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsl.engine.decision import Decision


@dataclass(frozen=True, slots=True)
class Sample:
    """One decision of the run with its reasons, and its instant."""

    at: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Span:
    """What is decided: events from row `first` to `end`, what falls due up to an instant.

    `since` is the instant it starts at, where there is anything before it.
    """

    first: int
    end: int
    since: int
    until: int
