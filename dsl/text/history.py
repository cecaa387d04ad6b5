"""From the parser's nodes to the one tree, for items, windows, past events and units held."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, cast

from dsl.text import ast
from dsl.text.expressions import Expressions
from dsl.text.pieces import Pieces, place

_WINDOWS = ("last", "this", "previous", "since", "ever")
_FIGURES: dict[str, ast.Figure] = {
    "TOTAL": "total",
    "AVERAGE": "average",
    "LARGEST": "largest",
    "SMALLEST": "smallest",
}
_STREAKS: dict[str, Literal["day", "week", "month"]] = {
    "DAYS": "day",
    "WEEKS": "week",
    "MONTHS": "month",
}


class History(Expressions):
    """Makes what counts items and past events."""

    # --- items ---------------------------------------------------------------------------------

    def _item_test(self, pieces: Pieces, quantifier: Literal["any", "every", "no"]) -> ast.ItemTest:
        where = cast("ast.Condition", self._restriction(pieces))
        return ast.ItemTest(span=pieces.span, quantifier=quantifier, where=where)

    def build_any_item(self, pieces: Pieces) -> ast.ItemTest:
        """`any item (…)`."""
        return self._item_test(pieces, "any")

    def build_every_item(self, pieces: Pieces) -> ast.ItemTest:
        """`every item (…)`."""
        return self._item_test(pieces, "every")

    def build_no_item(self, pieces: Pieces) -> ast.ItemTest:
        """`no item (…)`."""
        return self._item_test(pieces, "no")

    def build_item_count(self, pieces: Pieces) -> ast.ItemCount:
        """`number of items [(…)]`."""
        return ast.ItemCount(span=pieces.span, where=self._restriction(pieces))

    def build_item_total(self, pieces: Pieces) -> ast.ItemTotal:
        """`total of items [(…)]`."""
        return ast.ItemTotal(span=pieces.span, where=self._restriction(pieces))

    def build_item_distinct(self, pieces: Pieces) -> ast.ItemDistinct:
        """`number of distinct sku of items [(…)]`."""
        return ast.ItemDistinct(
            span=pieces.span,
            attribute=self._name(pieces, "path"),
            where=self._restriction(pieces),
        )

    # --- windows -------------------------------------------------------------------------------

    def build_period(self, pieces: Pieces) -> ast.Period:
        """`month`."""
        return cast("ast.Period", self._value("PERIOD", pieces.token("PERIOD")))

    def build_last(self, pieces: Pieces) -> ast.Last:
        """`in last 30 days`."""
        return ast.Last(span=pieces.span, duration=self._length(pieces))

    def build_this(self, pieces: Pieces) -> ast.This:
        """`in this month`."""
        return ast.This(span=pieces.span, period=cast("ast.Period", self._period(pieces)))

    def build_previous(self, pieces: Pieces) -> ast.Previous:
        """`in previous month`."""
        return ast.Previous(span=pieces.span, period=cast("ast.Period", self._period(pieces)))

    def build_since(self, pieces: Pieces) -> ast.Since:
        """`since 2026-11-01`."""
        return ast.Since(span=pieces.span, date=self._date(pieces))

    def build_ever(self, pieces: Pieces) -> ast.Ever:
        """`ever`."""
        return ast.Ever(span=pieces.span)

    def _window(self, pieces: Pieces) -> ast.Window:
        return cast("ast.Window", pieces.of(*_WINDOWS)[0].value)

    # --- past events ---------------------------------------------------------------------------

    def build_counted(self, pieces: Pieces) -> ast.Past:
        """`[previous] purchase [where (…)] [as referrer] [by anyone] [with same …] in …`."""
        where, role = self._once(pieces, "past_where"), self._once(pieces, "as_role")
        window = pieces.maybe(*_WINDOWS)
        anyone = self._once(pieces, "by_anyone") is not None
        return ast.Past(
            span=pieces.span,
            event=self._name(pieces, "event_name"),
            previous=pieces.maybe_token("PREVIOUS") is not None,
            where=cast("ast.Condition", where.value) if where else None,
            role=cast("ast.Name", role.value) if role else None,
            anyone=anyone,
            same=self._names(pieces, "with_same"),
            window=cast("ast.Window", window.value) if window else None,
        )

    build_happened = build_counted
    build_nth = build_counted

    def build_past_where(self, pieces: Pieces) -> ast.Condition:
        """`where (…)` after an event."""
        return cast("ast.Condition", self._restriction(pieces))

    def build_as_role(self, pieces: Pieces) -> ast.Name:
        """`as referrer`."""
        return self._name(pieces, "path")

    def build_by_anyone(self, pieces: Pieces) -> bool:
        """`by anyone`."""
        return pieces.maybe_token("ANYONE") is not None

    def build_with_same(self, pieces: Pieces) -> ast.Name:
        """`with same device`."""
        return self._name(pieces, "path")

    def _past(self, pieces: Pieces) -> ast.Past:
        return cast("ast.Past", pieces.of("counted", "happened", "nth")[0].value)

    def build_event_count(self, pieces: Pieces) -> ast.EventCount:
        """`number of purchases …`."""
        return ast.EventCount(span=pieces.span, past=self._past(pieces))

    def build_event_figure(self, pieces: Pieces) -> ast.EventFigure:
        """`total amount of purchase …`."""
        return ast.EventFigure(
            span=pieces.span,
            figure=_FIGURES[pieces.token(*_FIGURES).type],
            attribute=self._name(pieces, "path"),
            past=self._past(pieces),
        )

    def build_event_distinct(self, pieces: Pieces) -> ast.EventDistinct:
        """`number of distinct store of purchase …`."""
        attribute = self._name(pieces, "path")
        return ast.EventDistinct(span=pieces.span, attribute=attribute, past=self._past(pieces))

    def build_past_item_count(self, pieces: Pieces) -> ast.PastItemCount:
        """`number of items [(…)] of purchase …`."""
        items = self._restriction(pieces)
        return ast.PastItemCount(span=pieces.span, items=items, past=self._past(pieces))

    def build_past_item_total(self, pieces: Pieces) -> ast.PastItemTotal:
        """`total of items [(…)] of purchase …`."""
        items = self._restriction(pieces)
        return ast.PastItemTotal(span=pieces.span, items=items, past=self._past(pieces))

    def build_streak(self, pieces: Pieces) -> ast.Streak:
        """`streak of checkin [where (…)] in days`."""
        where = pieces.maybe("past_where")
        return ast.Streak(
            span=pieces.span,
            event=self._name(pieces, "event_name"),
            where=cast("ast.Condition", where.value) if where else None,
            period=_STREAKS[pieces.token(*_STREAKS).type],
        )

    # --- tests of past events ------------------------------------------------------------------

    def build_no_event(self, pieces: Pieces) -> ast.EventTest:
        """`no purchase …`."""
        return ast.EventTest(span=pieces.span, quantity="no", count=0, past=self._past(pieces))

    def build_at_least(self, pieces: Pieces) -> ast.EventTest:
        """`at least 3 purchases …`."""
        count = self._whole(pieces.token("NUMBER"))
        past = self._past(pieces)
        return ast.EventTest(span=pieces.span, quantity="at least", count=count, past=past)

    def build_more_than(self, pieces: Pieces) -> ast.EventTest:
        """`more than 3 purchases …`."""
        count = self._whole(pieces.token("NUMBER"))
        past = self._past(pieces)
        return ast.EventTest(span=pieces.span, quantity="more than", count=count, past=past)

    def build_first(self, pieces: Pieces) -> ast.Nth:
        """`first purchase …`."""
        return ast.Nth(span=pieces.span, number=1, every=False, past=self._past(pieces))

    def _nth(self, pieces: Pieces, *, every: bool) -> ast.Nth:
        token = pieces.token("ORDINAL")
        number = self._literals.whole(token.text[:-2], place(token), least=1)
        return ast.Nth(span=pieces.span, number=number, every=every, past=self._past(pieces))

    def build_ordinal(self, pieces: Pieces) -> ast.Nth:
        """`3rd purchase …`."""
        return self._nth(pieces, every=False)

    def build_every_ordinal(self, pieces: Pieces) -> ast.Nth:
        """`every 5th purchase …`."""
        return self._nth(pieces, every=True)

    # --- units, tiers, days, places ------------------------------------------------------------

    def build_lifetime(self, pieces: Pieces) -> ast.Lifetime:
        """`lifetime points`."""
        return ast.Lifetime(span=pieces.span, unit=self._name(pieces, "unit"))

    def build_earned(self, pieces: Pieces) -> ast.Earned:
        """`points earned in last 30 days`."""
        unit = self._name(pieces, "unit")
        return ast.Earned(span=pieces.span, unit=unit, window=self._window(pieces))

    def build_left_to(self, pieces: Pieces) -> ast.LeftTo:
        """`left to gold`."""
        return ast.LeftTo(span=pieces.span, tier=self._name(pieces, "name"))

    def build_days_since_joined(self, pieces: Pieces) -> ast.DaysSinceJoined:
        """`days since joined`."""
        return ast.DaysSinceJoined(span=pieces.span)

    def build_days_since_previous(self, pieces: Pieces) -> ast.DaysSincePrevious:
        """`days since previous purchase`."""
        return ast.DaysSincePrevious(span=pieces.span, event=self._name(pieces, "event_name"))

    def build_distance(self, pieces: Pieces) -> ast.Distance:
        """`distance to (31.23, -121.47)`."""
        lat, lon = (cast("Decimal", piece.value) for piece in pieces.of("degrees"))
        return ast.Distance(span=pieces.span, lat=lat, lon=lon)

    def build_degrees(self, pieces: Pieces) -> Decimal:
        """`-121.47`."""
        value = self._amount(pieces)
        return -value if pieces.maybe_token("MINUS") else value
