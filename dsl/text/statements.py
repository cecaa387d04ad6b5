"""From the parser's nodes to the one tree, for rules, challenges and guards."""

from __future__ import annotations

from typing import Literal, cast

from dsl.text import ast
from dsl.text.declarations import Declarations
from dsl.text.pieces import Piece, Pieces

_TRIGGERS = frozenset(
    {
        *(
            "events",
            "birthday",
            "anniversary",
            "around",
            "without",
            "tier_change",
            "segment_change",
        ),
        *("every_day", "every_weekday", "every_month", "expiring", "completed"),
    }
)
_LAST_DAY = 31


class Statements(Declarations):
    """Makes the statements of one text."""

    # --- triggers ------------------------------------------------------------------------------

    def build_events(self, pieces: Pieces) -> ast.EventTrigger:
        """`purchase or review`."""
        return ast.EventTrigger(span=pieces.span, events=self._names(pieces, "event_name"))

    def build_birthday(self, pieces: Pieces) -> ast.Birthday:
        """`birthday`."""
        return ast.Birthday(span=pieces.span)

    def build_anniversary(self, pieces: Pieces) -> ast.Anniversary:
        """`anniversary`."""
        return ast.Anniversary(span=pieces.span)

    def build_around(self, pieces: Pieces) -> ast.Around:
        """`7 days before birthday`, `7 days after signup`."""
        return ast.Around(
            span=pieces.span,
            duration=self._length(pieces),
            side="before" if pieces.maybe_token("BEFORE") else "after",
            of=self._name(pieces, "occasion"),
        )

    def build_occasion(self, pieces: Pieces) -> ast.Name:
        """`birthday`, `signup`, `customer.renewal`."""
        return self._counted(self._name(pieces, "path"), self._spoken.events)

    def build_without(self, pieces: Pieces) -> ast.Without:
        """`60 days without purchase`."""
        event = self._name(pieces, "event_name")
        return ast.Without(span=pieces.span, duration=self._length(pieces), event=event)

    def build_tier_change(self, pieces: Pieces) -> ast.TierChange:
        """`tier upgrade [to gold]`."""
        direction: Literal["upgrade", "downgrade"]
        direction = "upgrade" if pieces.maybe_token("UPGRADE") else "downgrade"
        name = pieces.maybe("name")
        tier = cast("ast.Name", name.value) if name else None
        return ast.TierChange(span=pieces.span, direction=direction, tier=tier)

    def build_segment_change(self, pieces: Pieces) -> ast.SegmentChange:
        """`entering segment lapsed`."""
        direction: Literal["entering", "leaving"]
        direction = "entering" if pieces.maybe_token("ENTERING") else "leaving"
        segment = self._name(pieces, "name")
        return ast.SegmentChange(span=pieces.span, direction=direction, segment=segment)

    def build_at(self, pieces: Pieces) -> ast.Time:
        """`at 09:00`."""
        return self.build_time(pieces)

    @staticmethod
    def _at(pieces: Pieces) -> ast.Time | None:
        at = pieces.maybe("at")
        return cast("ast.Time", at.value) if at else None

    def build_every_day(self, pieces: Pieces) -> ast.EveryDay:
        """`every day [at 09:00]`."""
        return ast.EveryDay(span=pieces.span, at=self._at(pieces))

    def build_every_weekday(self, pieces: Pieces) -> ast.EveryWeekday:
        """`every monday [at 09:00]`."""
        weekday = cast("int", self._value("WEEKDAY", pieces.token("WEEKDAY")))
        return ast.EveryWeekday(span=pieces.span, weekday=weekday, at=self._at(pieces))

    def build_every_month(self, pieces: Pieces) -> ast.EveryMonth:
        """`day 1 of every month [at 09:00]`, `last day of every month`."""
        number = pieces.maybe_token("NUMBER")
        day = None
        if number is not None:
            day = self._whole(number, least=1, most=_LAST_DAY)
        return ast.EveryMonth(span=pieces.span, day=day, at=self._at(pieces))

    def build_expiring(self, pieces: Pieces) -> ast.Expiring:
        """`points expiring in 30 days`."""
        unit = self._name(pieces, "unit")
        return ast.Expiring(span=pieces.span, unit=unit, duration=self._length(pieces))

    def build_completed(self, pieces: Pieces) -> ast.ChallengeCompleted:
        """`challenge "Coffee week" completed`."""
        return ast.ChallengeCompleted(span=pieces.span, name=self._quoted(pieces))

    # --- rules ---------------------------------------------------------------------------------

    def build_where(self, pieces: Pieces) -> ast.Condition:
        """`where …`."""
        return self._conditions(pieces)[0]

    def build_rule(self, pieces: Pieces) -> ast.Rule:
        """`[rule "Gold double":] on … [where …] award … …`."""
        title = pieces.maybe_token("STRING")
        where = pieces.maybe("where")
        return ast.Rule(
            span=pieces.span,
            name=self._text_of(title) if title else None,
            trigger=cast("ast.Trigger", pieces.among(_TRIGGERS)[0].value),
            where=cast("ast.Condition", where.value) if where else None,
            rewards=self._rewards(pieces),
            clauses=self._clauses(pieces),
        )

    build_sentence = build_rule

    # --- challenges and guards -----------------------------------------------------------------

    def build_event_goal(self, pieces: Pieces) -> ast.EventGoal:
        """`3 purchases [where (…)]`."""
        return ast.EventGoal(
            span=pieces.span,
            count=self._whole(pieces.token("NUMBER"), least=1),
            event=self._name(pieces, "event_name"),
            where=self._restriction(pieces),
        )

    def build_item_goal(self, pieces: Pieces) -> ast.ItemGoal:
        """`10 items [(…)]`."""
        count = self._whole(pieces.token("NUMBER"), least=1)
        return ast.ItemGoal(span=pieces.span, count=count, where=self._restriction(pieces))

    def build_within(self, pieces: Pieces) -> ast.Duration:
        """`within 7 days`."""
        return self._length(pieces)

    def build_challenge(self, pieces: Pieces) -> ast.ChallengeDecl:
        """`challenge "Coffee week": 3 purchases and 1 review within 7 days award gift "Mug"`."""
        goals = [piece.value for piece in pieces.of("event_goal", "item_goal")]
        return ast.ChallengeDecl(
            span=pieces.span,
            name=self._quoted(pieces),
            goals=tuple(cast("list[ast.EventGoal | ast.ItemGoal]", goals)),
            within=cast("ast.Duration", pieces.of("within")[0].value),
            rewards=self._rewards(pieces),
            clauses=self._clauses(pieces),
        )

    def build_guard(self, pieces: Pieces) -> ast.GuardDecl:
        """`guard "Signup farm": hold signup where … [because "…"]`."""
        action: Literal["hold", "reject", "flag"] = "hold"
        if pieces.maybe_token("REJECT", "ONLY_FLAG"):
            action = "reject" if pieces.maybe_token("REJECT") else "flag"
        where = cast("Piece", pieces.maybe("where"))
        because = pieces.maybe("because")
        return ast.GuardDecl(
            span=pieces.span,
            name=self._quoted(pieces),
            action=action,
            events=self._names(pieces, "event_name"),
            where=cast("ast.Condition", where.value),
            because=cast("ast.Because", because.value).text if because else None,
        )
