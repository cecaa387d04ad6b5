"""Writes statements: a clause on a line, with the comments that belong to them."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.text import ast
from dsl.text.english import WEEKDAYS
from dsl.text.layout import Break, Group, Indent, Layout, Line
from dsl.text.writing.declarations import Declarations
from dsl.text.writing.expressions import ANYWHERE, Part, joined
from dsl.text.writing.literals import duration, moment, quoted

_BLOCKS = (ast.Rule, ast.ChallengeDecl, ast.GuardDecl)


class Writer(Declarations):
    """Writes statements with the comments that belong to them."""

    def document(self, statements: Sequence[ast.Statement]) -> Layout:
        """All statements; rules and other kinds are set apart by an empty line."""
        parts: list[Layout] = []
        for at, statement in enumerate(statements):
            last = statements[at - 1] if at else None
            if last is not None:
                parts.append(Break())
                if isinstance(statement, _BLOCKS) or type(statement) is not type(last):
                    parts.append(Break())
            after = self._suffixes(self._comments.after.get(id(statement), ()))
            parts += [self._above(statement), self.statement(statement), after]
        if self._comments.last and statements:
            parts += [Break(), Break()]
        return [parts, _lines([f"# {comment}".rstrip() for comment in self._comments.last])]

    def statement(self, statement: ast.Statement) -> Layout:
        """One statement without the comments around it."""
        match statement:
            case ast.Rule():
                return self._rule(statement)
            case ast.ChallengeDecl():
                return self._challenge(statement)
            case ast.GuardDecl():
                return self._guard(statement)
            case _:
                return self._declaration(statement)

    def _declaration(self, statement: ast.Statement) -> Layout:
        match statement:
            case ast.ProgramDecl():
                return self._program(statement)
            case ast.AttributesDecl() | ast.EventDecl():
                return self._attributes(statement)
            case ast.UnitDecl():
                return self._unit_decl(statement)
            case ast.TierDecl():
                return self._tier(statement)
            case ast.SegmentDecl():
                return self._segment(statement)
            case ast.ListDecl():
                return self._list(statement)
            case ast.ParameterDecl():
                return self._parameter(statement)
            case ast.CampaignDecl():
                return self._campaign(statement)
            case ast.ThingDecl():
                return self._thing_decl(statement)
            case ast.RewardDecl():
                return self._reward_decl(statement)
            case _:
                raise TypeError(statement)

    # --- rules ---------------------------------------------------------------------------------

    def _rule(self, rule: ast.Rule) -> Layout:
        lines: list[Layout] = [self._trigger_line(rule.trigger)]
        if rule.where is not None:
            lines.append(self._where_line(rule.where))
        lines += [self._award(rule.rewards), *self._clause_lines(rule.clauses)]
        if rule.name is None:
            return [self._head(rule), _lines(lines)]
        head = f"rule {quoted(rule.name)}:"
        return [head, self._head(rule), Indent([Break(), _lines(lines)])]

    def _where_line(self, condition: ast.Condition) -> Layout:
        where = Group(["where ", Indent(self._anchored(condition))])
        return [self._above(condition), where]

    def _clause_lines(self, clauses: Sequence[ast.Clause]) -> list[Layout]:
        return [
            [self._above(clause), self._ended(clause, self.clause(clause))] for clause in clauses
        ]

    def _trigger_line(self, trigger: ast.Trigger) -> Layout:
        if isinstance(trigger, ast.EventTrigger):
            first, *others = trigger.events
            events: list[Part] = [("", self._event(first, "on"))]
            events += [("", self._event(event, "on purchase or")) for event in others]
            words: Layout = Group(["on ", Indent(joined(events, "or "))])
        else:
            words = f"on {self._trigger(trigger)}"
        return [self._above(trigger), self._ended(trigger, words)]

    def _trigger(self, trigger: ast.Trigger) -> str:
        match trigger:
            case ast.Birthday():
                return "birthday"
            case ast.Anniversary():
                return "anniversary"
            case ast.Around():
                of = self._event(trigger.of, ANYWHERE)
                return f"{duration(trigger.duration)} {trigger.side} {of}"
            case ast.Without():
                event = self._event(trigger.event, ANYWHERE)
                return f"{duration(trigger.duration)} without {event}"
            case ast.TierChange():
                to = "" if trigger.tier is None else f" to {self._name(trigger.tier)}"
                return f"tier {trigger.direction}{to}"
            case ast.SegmentChange():
                return f"{trigger.direction} segment {self._name(trigger.segment)}"
            case ast.Expiring():
                unit = self._unit(trigger.unit, "on")
                return f"{unit} expiring in {duration(trigger.duration)}"
            case ast.ChallengeCompleted():
                return f"challenge {quoted(trigger.name)} completed"
            case ast.EveryDay() | ast.EveryWeekday() | ast.EveryMonth():
                at = "" if trigger.at is None else f" at {moment(trigger.at.value)}"
                return f"{_calendar(trigger)}{at}"
            case ast.EventTrigger():
                raise TypeError(trigger)

    # --- challenges and guards -----------------------------------------------------------------

    def _challenge(self, challenge: ast.ChallengeDecl) -> Layout:
        goals = [self._part(goal, self._goal(goal)) for goal in challenge.goals]
        within: Layout = [Line(), f"within {duration(challenge.within)}"]
        lines: list[Layout] = [
            [goals[0][0], Group([joined([("", goals[0][1]), *goals[1:]], "and "), within])],
            self._award(challenge.rewards),
            *self._clause_lines(challenge.clauses),
        ]
        head = f"challenge {quoted(challenge.name)}:"
        return [head, self._head(challenge), Indent([Break(), _lines(lines)])]

    def _goal(self, goal: ast.EventGoal | ast.ItemGoal) -> Layout:
        if isinstance(goal, ast.ItemGoal):
            return [f"{goal.count} items", self._restriction(goal.where)]
        event = self._event(goal.event, 'challenge "x": 5', many=goal.count != 1)
        return [f"{goal.count} {event}", self._where(goal.where)]

    def _guard(self, guard: ast.GuardDecl) -> Layout:
        first, *others = guard.events
        events: list[Part] = [self._part(first, self._event(first, ANYWHERE))]
        events += [self._part(event, self._event(event, ANYWHERE)) for event in others]
        held = Group([f"{guard.action} ", Indent(joined([("", events[0][1]), *events[1:]], "or "))])
        lines: list[Layout] = [[events[0][0], held], self._where_line(guard.where)]
        if guard.because is not None:
            lines.append(f"because {quoted(guard.because)}")
        head = f"guard {quoted(guard.name)}:"
        return [head, self._head(guard), Indent([Break(), _lines(lines)])]


def _calendar(trigger: ast.Calendar) -> str:
    match trigger:
        case ast.EveryDay():
            return "every day"
        case ast.EveryWeekday():
            return f"every {WEEKDAYS[trigger.weekday]}"
        case ast.EveryMonth():
            day = "last day" if trigger.day is None else f"day {trigger.day}"
            return f"{day} of every month"


def _lines(parts: Sequence[Layout]) -> Layout:
    return [[Break() if at else "", part] for at, part in enumerate(parts)]
