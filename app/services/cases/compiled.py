"""Cases on the compiled evaluator: a book, and one event after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import dsl
from app.services.cases.case import AwardLine, Case, RefusalLine, instant
from app.services.cases.engines import (
    award_lines,
    opening_balances,
    profile_of,
    refusal_lines,
    refused_event,
)
from app.services.cases.outcome import Actual, Difference
from dsl.engine.calendar import instant as instant_of
from dsl.meaning.checked import Program
from dsl.meaning.events import Event, read_recorded

BY_PEOPLE = ("release", "reject")


class CompiledEngine:
    """The engine's fold, each version compiled once; without `why` it gives no reasons of rules."""

    def __init__(self, *, why: bool = True) -> None:
        self._why = why

    def run(self, case: Case, programs: Sequence[Program]) -> Actual:
        """What the compiled program decides, event by event in the order of delivery."""
        return _CompiledRun(case, programs, why=self._why).actual()


class _CompiledRun:
    def __init__(self, case: Case, programs: Sequence[Program], *, why: bool) -> None:
        self.case = case
        versions = [
            (None if version.starts is None else instant_of(version.starts), dsl.compile_program(p))
            for version, p in zip(case.versions, programs, strict=True)
        ]
        start = None if case.start is None else instant_of(case.start)
        self.book = dsl.Book(versions, secret=case.secret.encode(), start=start, why=why)
        self.programs = [(at, compiled.program) for at, compiled in versions]
        self.awards: list[AwardLine] = []
        self.refusals: list[RefusalLine] = []
        self.problems: list[Difference] = []
        self._seen: set[str] = set()

    def actual(self) -> Actual:
        self._open()
        for raw in self.case.events:
            self._deliver(raw)
        ends = self.case.ends
        if ends is not None:
            self._note(self.book.until(instant_of(ends)))
        return Actual(self.awards, self._balances(), self._tiers(), self.refusals, self.problems)

    def _open(self) -> None:
        program = self.programs[0][1]
        for opening in self.case.customers:
            profile = read_recorded(profile_of(opening, program), program)
            values = dict(profile.attributes)
            self.book.open(
                opening.id,
                values,
                tier=opening.tier,
                balances=opening_balances(opening, program),
            )

    def _program(self, at: dt.datetime | None) -> Program:
        found = self.programs[0][1]
        for starts, program in self.programs:
            if at is not None and (starts is None or starts <= instant_of(at)):
                found = program
        return found

    def _deliver(self, raw: Mapping[str, Any]) -> None:
        if raw.get("type") in BY_PEOPLE:
            self._judge(raw)
            return
        event = dsl.read_event(raw, self._program(instant(raw.get("at"))))
        if not isinstance(event, Event):
            self.problems.append(refused_event(raw.get("id"), event))
            return
        decisions = self.book.step(event)
        if event.id not in self._seen or any(one.refused == "conflict" for one in decisions):
            self._note(decisions)
        self._seen.add(event.id)

    def _judge(self, raw: Mapping[str, Any]) -> None:
        """A person releases or rejects what a guard holds."""
        kind, original = str(raw["type"]), str(raw.get("original"))
        id_ = str(raw.get("id") or f"{kind} {original}")
        at = instant(raw.get("at"))
        if at is None and not self.book.has_begun:
            return
        when = self.book.now if at is None else instant_of(at)
        judge = self.book.release if kind == "release" else self.book.reject
        self._note(judge(id_, original, when))

    def _note(self, decisions: Sequence[dsl.Decision]) -> None:
        for decision in decisions:
            self.awards += award_lines(decision)
            self.refusals += refusal_lines(decision)

    def _balances(self) -> dict[str, dict[str, Decimal]]:
        held: dict[str, dict[str, Decimal]] = {}
        for id_, customer in self.book.customers.items():
            units = customer.compiled.program.units
            held[id_] = {
                name: Decimal(wallet.balance).scaleb(-units[name].precision)
                for name, wallet in customer.wallets.items()
                if name in units
            }
        return held

    def _tiers(self) -> dict[str, str | None]:
        return {id_: self.book.tier(id_) for id_ in list(self.book.customers)}
