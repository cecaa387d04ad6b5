"""From the parser's nodes to the one tree, for the clauses of a rule."""

from __future__ import annotations

from typing import Literal, cast

from dsl.text import ast
from dsl.text.pieces import Pieces
from dsl.text.rewards import Rewards

_CLAUSES = frozenset(
    {
        *("limit", "once", "budget", "whole_awards", "in_campaign", "from", "through", "until"),
        *("only_of", "priority", "pending", "expires_after", "expires_on", "never_expires"),
        *("after_opting_in", "chance", "holdout", "funded_by", "because"),
    }
)


class Clauses(Rewards):
    """Makes the clauses of a rule, some of which others have as options."""

    def _clauses(self, pieces: Pieces) -> tuple[ast.Clause, ...]:
        return tuple(cast("ast.Clause", clause.value) for clause in pieces.among(_CLAUSES))

    # --- how much ------------------------------------------------------------------------------

    def build_limit(self, pieces: Pieces) -> ast.Limit:
        """`limit 500 points per customer [per month]`."""
        return ast.Limit(
            span=pieces.span,
            amount=self._amount(pieces),
            unit=self._name(pieces, "unit"),
            period=self._period(pieces),
        )

    def build_once(self, pieces: Pieces) -> ast.Once:
        """`once per customer [per post_id] [per month]`, `once per code`."""
        attribute, customer = pieces.maybe("path"), pieces.maybe_token("CUSTOMER")
        if attribute is None and customer is None:
            # `once per month` leaves open for whom.
            period = pieces.of("period")[0]
            said = self._text[period.span.start : period.span.end]
            self._wrong(period.span, "`customer`", meant=f"customer per {said}")
        return ast.Once(
            span=pieces.span,
            per_customer=customer is not None,
            attribute=cast("ast.Name", attribute.value) if attribute else None,
            period=self._period(pieces),
        )

    def build_budget(self, pieces: Pieces) -> ast.Budget:
        """`budget 50000 points [per month]`."""
        return ast.Budget(
            span=pieces.span,
            amount=self._amount(pieces),
            unit=self._name(pieces, "unit"),
            period=self._period(pieces),
        )

    def build_whole_awards(self, pieces: Pieces) -> ast.WholeAwards:
        """`whole awards only`."""
        return ast.WholeAwards(span=pieces.span)

    # --- when ----------------------------------------------------------------------------------

    def build_in_campaign(self, pieces: Pieces) -> ast.InCampaign:
        """`in campaign "Spring"`."""
        return ast.InCampaign(span=pieces.span, name=self._quoted(pieces))

    def build_from(self, pieces: Pieces) -> ast.From:
        """`from 2026-11-01`."""
        return ast.From(span=pieces.span, moment=self._moment(pieces.token("DATE", "DATETIME")))

    def build_through(self, pieces: Pieces) -> ast.Through:
        """`through 2026-11-30`."""
        return ast.Through(span=pieces.span, date=self._date(pieces))

    def build_until(self, pieces: Pieces) -> ast.Until:
        """`until 2026-11-30 18:00`."""
        return ast.Until(span=pieces.span, moment=self._moment(pieces.token("DATE", "DATETIME")))

    # --- which of several ----------------------------------------------------------------------

    def build_only_of(self, pieces: Pieces) -> ast.OnlyOf:
        """`only best of "group"`, `only first of "group"`."""
        which: Literal["best", "first"] = "best" if pieces.maybe_token("BEST") else "first"
        return ast.OnlyOf(span=pieces.span, which=which, group=self._quoted(pieces))

    def build_priority(self, pieces: Pieces) -> ast.Priority:
        """`priority 10`."""
        value = self._whole(pieces.token("NUMBER"))
        sign = -1 if pieces.maybe_token("MINUS") else 1
        return ast.Priority(span=pieces.span, value=sign * value)

    # --- how long the awards are waiting and live ----------------------------------------------

    def build_pending(self, pieces: Pieces) -> ast.Pending:
        """`pending 14 days`."""
        return ast.Pending(span=pieces.span, duration=self._length(pieces))

    def build_expires_after(self, pieces: Pieces) -> ast.ExpiresAfter:
        """`expires 90 days after award`."""
        return ast.ExpiresAfter(span=pieces.span, duration=self._length(pieces))

    def build_expires_on(self, pieces: Pieces) -> ast.ExpiresOn:
        """`expires on 2026-12-31`."""
        return ast.ExpiresOn(span=pieces.span, date=self._date(pieces))

    def build_never_expires(self, pieces: Pieces) -> ast.NeverExpires:
        """`never expires`."""
        return ast.NeverExpires(span=pieces.span)

    # --- for whom, from whom -------------------------------------------------------------------

    def build_after_opting_in(self, pieces: Pieces) -> ast.AfterOptingIn:
        """`after opting in`."""
        return ast.AfterOptingIn(span=pieces.span)

    def build_chance(self, pieces: Pieces) -> ast.Chance:
        """`with 5% chance`."""
        return ast.Chance(span=pieces.span, percent=self._percent(pieces))

    def build_holdout(self, pieces: Pieces) -> ast.Holdout:
        """`holdout 10%`."""
        return ast.Holdout(span=pieces.span, percent=self._percent(pieces))

    def build_funded_by(self, pieces: Pieces) -> ast.FundedBy:
        """`funded by "Bakery Co" [50%]`."""
        share = pieces.maybe_token("PERCENT")
        return ast.FundedBy(
            span=pieces.span,
            name=self._quoted(pieces),
            percent=self._number(share) if share else None,
        )

    def build_because(self, pieces: Pieces) -> ast.Because:
        """`because "…"`."""
        return ast.Because(span=pieces.span, text=self._quoted(pieces))
