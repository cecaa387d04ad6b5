"""Decisions as they are made, told with their reasons and the versions of the rules."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

import dsl
from app.api import answers
from app.models import Program
from app.services import programs
from app.services.versions import Rulings


class Teller:
    """Tells many decisions of one program; each version is looked up once."""

    def __init__(self, session: Session, program: Program, now: dt.datetime, language: str) -> None:
        self.now = now
        self._session, self._language = session, language
        self._rulings = Rulings(session, program, now)
        self._numbers: dict[int, dict[str, int]] = {}

    def tell(self, decision: dsl.Decision, at: dt.datetime) -> answers.Json:
        """The decision about an event at an instant, as it is answered."""
        ruling = self._rulings.at(at)
        if ruling.version is None:
            return answers.decision(decision, at, ())
        numbers = self._numbers.get(ruling.version.id)
        if numbers is None:
            held = programs.rule_versions(self._session, ruling.version)
            numbers = self._numbers[ruling.version.id] = {one.name: one.number for one in held}
        told = dsl.explain(ruling.compiled.program, decision, self._language, at=at)
        return answers.decision(decision, at, told, numbers)
