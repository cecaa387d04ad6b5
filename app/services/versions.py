"""Which version of a program decides an event."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Program, ProgramVersion, ProgramVersionRule, RuleVersion
from app.services import programs
from dsl import Compiled


@dataclass(frozen=True, slots=True)
class Ruling:
    """What decides at an instant; without a version nothing is in force, so nothing is awarded.

    By rule name: the id of its version, and what it says after `because`.

    `compiled` then still says what events may carry and how a customer's state follows from them.
    """

    version: ProgramVersion | None
    compiled: Compiled
    rule_versions: dict[str, int]
    because: dict[str, str]


class Rulings:
    """All versions of a program as of one transaction, each compiled when it is first needed."""

    def __init__(self, session: Session, program: Program, now: dt.datetime) -> None:
        self._session, self._program, self._now = session, program, now
        self._versions = session.scalars(
            select(ProgramVersion)
            .where(ProgramVersion.program_id == program.id)
            .order_by(ProgramVersion.in_force_from, ProgramVersion.number)
        ).all()
        self._starts = [version.in_force_from for version in self._versions]
        self._rulings: dict[int | None, Ruling] = {}

    def at(self, moment: dt.datetime) -> Ruling:
        """What was in force at an instant; where versions start together, the later number."""
        place = bisect_right(self._starts, moment)
        version = self._versions[place - 1] if place else None
        key = version.id if version else None
        if key not in self._rulings:
            self._rulings[key] = self._ruling(version)
        return self._rulings[key]

    def _ruling(self, version: ProgramVersion | None) -> Ruling:
        if version is not None:
            compiled = programs.compiled_for(self._session, version)
            because = {rule.name: rule.because for rule in compiled.program.rules if rule.because}
            return Ruling(version, compiled, self._rule_versions(version), because)
        if self._versions:
            first = programs.compiled_for(self._session, self._versions[0])
        else:
            first = programs.current_compiled(self._session, self._program, self._now)
        return Ruling(None, first, {}, {})

    def _rule_versions(self, version: ProgramVersion) -> dict[str, int]:
        rows = self._session.execute(
            select(RuleVersion.name, RuleVersion.id)
            .join(ProgramVersionRule, ProgramVersionRule.rule_version_id == RuleVersion.id)
            .where(ProgramVersionRule.program_version_id == version.id)
        )
        return dict(rows.all())
