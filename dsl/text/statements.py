"""From the parser's tree to the one tree, for clauses and statements."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from lark import Token

from dsl.text import ast
from dsl.text.diagnostics import Syntax
from dsl.text.expressions import Expressions
from dsl.text.pieces import Piece, Pieces, place

STATEMENTS = frozenset({"program", "attributes", "event", "tier", "rule", "sentence"})


class Statements(Expressions):
    """Makes the statements of one text."""

    # --- windows -------------------------------------------------------------------------------

    def build_period(self, pieces: Pieces) -> ast.Period:
        """`month`."""
        return cast("ast.Period", self._value("PERIOD", pieces.token("PERIOD")))

    def build_last(self, pieces: Pieces) -> ast.Last:
        """`in last 30 days`."""
        duration = cast("ast.Duration", pieces.of("length")[0].value)
        return ast.Last(span=pieces.span, duration=duration)

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

    def _date(self, pieces: Pieces) -> ast.Date:
        return cast("ast.Date", self._moment(pieces.token("DATE")))

    # --- rewards -------------------------------------------------------------------------------

    def _amount(self, pieces: Pieces) -> Decimal:
        return self._number(pieces.token("NUMBER"))

    def build_flat(self, pieces: Pieces) -> ast.Flat:
        """`100 points`."""
        return ast.Flat(
            span=pieces.span, amount=self._amount(pieces), unit=self._name(pieces, "unit")
        )

    def build_rate(self, pieces: Pieces) -> ast.Rate:
        """`1 point per 10 spent [prorated]`, `2 points per 1 of … [prorated]`."""
        base = pieces.maybe("base")
        return ast.Rate(
            span=pieces.span,
            amount=self._amount(pieces),
            unit=self._name(pieces, "unit"),
            per=cast("Decimal", pieces.of("step")[0].value),
            of=cast("ast.Expr", base.value) if base else None,
            prorated=pieces.maybe("prorated") is not None,
        )

    def build_step(self, pieces: Pieces) -> Decimal:
        """The `10` of `per 10 spent`."""
        return self._amount(pieces)

    def build_base(self, pieces: Pieces) -> ast.Expr:
        """The expression of `per 1 of …`."""
        return self._operands(pieces)[0]

    def build_prorated(self, pieces: Pieces) -> bool:
        """`prorated`."""
        return bool(pieces.tokens("PRORATED"))

    def build_per_item(self, pieces: Pieces) -> ast.PerItem:
        """`5 points per item [(…)]`."""
        return ast.PerItem(
            span=pieces.span,
            amount=self._amount(pieces),
            unit=self._name(pieces, "unit"),
            where=self._restriction(pieces),
        )

    def build_multiplier(self, pieces: Pieces) -> ast.Multiplier:
        """`2x points`."""
        return ast.Multiplier(
            span=pieces.span,
            factor=self._number(pieces.token("FACTOR")),
            unit=self._name(pieces, "unit"),
        )

    def build_cap(self, pieces: Pieces) -> ast.Number | ast.Money:
        """The `500` of `at most 500`."""
        number, currency = pieces.token("NUMBER"), pieces.maybe_token("CURRENCY")
        value = self._number(number)
        if currency is None:
            return ast.Number(span=place(number), value=value)
        span = place(number).to(place(currency))
        return ast.Money(span=span, value=value, currency=str(currency))

    def build_any_of(self, pieces: Pieces) -> ast.AnyOf:
        """`gold or platinum`."""
        names = tuple(cast("ast.Name", piece.value) for piece in pieces.of("path"))
        return ast.AnyOf(span=pieces.span, names=names)

    def build_and_above(self, pieces: Pieces) -> ast.AndAbove:
        """`gold and above`."""
        return ast.AndAbove(span=pieces.span, name=self._name(pieces, "path"))

    def build_not_in(self, pieces: Pieces) -> ast.NotIn:
        """`not gold`."""
        return ast.NotIn(span=pieces.span, name=self._name(pieces, "path"))

    def build_everyone(self, pieces: Pieces) -> ast.Everyone:
        """`everyone`."""
        return ast.Everyone(span=pieces.span)

    def build_reward(self, pieces: Pieces) -> ast.Reward:
        """A form, what caps it and who gets it."""
        form = pieces.of("flat", "rate", "per_item", "multiplier")[0].value
        cap = pieces.maybe("cap")
        target = pieces.maybe("any_of", "and_above", "not_in", "everyone")
        return ast.Reward(
            span=pieces.span,
            form=cast("ast.RewardForm", form),
            at_most=cast("ast.Number | ast.Money", cap.value) if cap else None,
            to=cast("ast.Target", target.value) if target else None,
        )

    # --- clauses -------------------------------------------------------------------------------

    def build_limit(self, pieces: Pieces) -> ast.Limit:
        """`limit 500 points per customer [per month]`."""
        return ast.Limit(
            span=pieces.span,
            amount=self._amount(pieces),
            unit=self._name(pieces, "unit"),
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

    def build_from(self, pieces: Pieces) -> ast.From:
        """`from 2026-11-01`."""
        return ast.From(span=pieces.span, moment=self._moment(pieces.token("DATE", "DATETIME")))

    def build_through(self, pieces: Pieces) -> ast.Through:
        """`through 2026-11-30`."""
        return ast.Through(span=pieces.span, date=self._date(pieces))

    def build_until(self, pieces: Pieces) -> ast.Until:
        """`until 2026-11-30 18:00`."""
        return ast.Until(span=pieces.span, moment=self._moment(pieces.token("DATE", "DATETIME")))

    def build_because(self, pieces: Pieces) -> ast.Because:
        """`because "…"`."""
        return ast.Because(span=pieces.span, text=self._text_of(pieces.token("STRING")))

    # --- statements ----------------------------------------------------------------------------

    def build_program(self, pieces: Pieces) -> ast.ProgramDecl:
        """`program "Coffee Club" timezone "Asia/Shanghai" currency CNY limit …`."""
        timezone, currency = self._once(pieces, "timezone"), self._once(pieces, "currency")
        clauses = [piece.value for piece in pieces.of("limit", "budget")]
        return ast.ProgramDecl(
            span=pieces.span,
            name=self._text_of(pieces.token("STRING")),
            timezone=cast("ast.Text", timezone.value) if timezone else None,
            currency=cast("ast.Name", currency.value) if currency else None,
            clauses=tuple(cast("list[ast.Limit | ast.Budget]", clauses)),
        )

    def _once(self, pieces: Pieces, kind: str) -> Piece | None:
        """An option that a statement has at most once."""
        found = pieces.of(kind)
        self.diagnostics.extend(
            Syntax(span=again.span, found=self._text[again.span.start : again.span.end])
            for again in found[1:]
        )
        return found[0] if found else None

    def build_timezone(self, pieces: Pieces) -> ast.Text:
        """`timezone "Asia/Shanghai"`."""
        return self._quoted(pieces.token("STRING"))

    def build_currency(self, pieces: Pieces) -> ast.Name:
        """`currency CNY`."""
        token = pieces.token("CURRENCY", "NAME")
        return ast.Name(span=place(token), parts=(str(token),))

    def _quoted(self, token: Token) -> ast.Text:
        return ast.Text(span=place(token), value=self._text_of(token))

    def build_attributes(self, pieces: Pieces) -> ast.AttributesDecl:
        """`attributes of customer: style text, renewal date`."""
        return ast.AttributesDecl(
            span=pieces.span,
            holder=self._name(pieces, "holder", "any_event"),
            attributes=self._attributes(pieces),
        )

    def _attributes(self, pieces: Pieces) -> tuple[ast.Attribute, ...]:
        return tuple(cast("ast.Attribute", piece.value) for piece in pieces.of("attribute"))

    def build_holder(self, pieces: Pieces) -> ast.Name:
        """`customer`, `item` or an event."""
        return self._name(pieces, "event_name")

    def build_any_event(self, pieces: Pieces) -> ast.Name:
        """`any event`, as a name of two parts, which no event can have."""
        return ast.Name(span=pieces.span, parts=("any", "event"))

    def build_attribute(self, pieces: Pieces) -> ast.Attribute:
        """`style text`."""
        return ast.Attribute(
            span=pieces.span,
            name=self._name(pieces, "name"),
            type=cast("ast.AttributeType", pieces.of("type", "one_of")[0].value),
        )

    def build_type(self, pieces: Pieces) -> ast.AttributeType:
        """`text`, `number`, …."""
        kind = self._value("TYPE", pieces.token("TYPE"))
        return ast.AttributeType(span=pieces.span, kind=cast("ast.AttributeKind", kind))

    def build_one_of(self, pieces: Pieces) -> ast.AttributeType:
        """`one of ("north", "south")`."""
        choices = tuple(self._text_of(token) for token in pieces.tokens("STRING"))
        return ast.AttributeType(span=pieces.span, kind="one of", choices=choices)

    def build_event(self, pieces: Pieces) -> ast.EventDecl:
        """`event dinner: city text`."""
        return ast.EventDecl(
            span=pieces.span,
            name=self._name(pieces, "event_name"),
            attributes=self._attributes(pieces),
        )

    def build_tier(self, pieces: Pieces) -> ast.TierDecl:
        """`tier gold: 5000 spent in last 12 months`."""
        options = pieces.of("option")
        return ast.TierDecl(
            span=pieces.span,
            name=self._name(pieces, "name"),
            options=tuple(cast("tuple[ast.Spent, ...]", option.value) for option in options),
        )

    def build_option(self, pieces: Pieces) -> tuple[ast.Spent, ...]:
        """The items of a tier that are joined by `and`."""
        return tuple(cast("ast.Spent", piece.value) for piece in pieces.of("spent"))

    def build_spent(self, pieces: Pieces) -> ast.Spent:
        """`5000 spent in last 12 months`."""
        window = pieces.of("last", "this", "previous", "since", "ever")[0].value
        return ast.Spent(
            span=pieces.span, amount=self._amount(pieces), window=cast("ast.Window", window)
        )

    def build_trigger(self, pieces: Pieces) -> ast.EventTrigger:
        """`purchase or review`."""
        events = tuple(cast("ast.Name", piece.value) for piece in pieces.of("event_name"))
        return ast.EventTrigger(span=pieces.span, events=events)

    def build_where(self, pieces: Pieces) -> ast.Condition:
        """`where …`."""
        return self._conditions(pieces)[0]

    def build_rule(self, pieces: Pieces) -> ast.Rule:
        """`[rule "Gold double":] on … [where …] award … …`."""
        title = pieces.maybe_token("STRING")
        where = pieces.maybe("where")
        clauses = pieces.of("limit", "budget", "from", "through", "until", "because")
        return ast.Rule(
            span=pieces.span,
            name=self._text_of(title) if title else None,
            trigger=cast("ast.Trigger", pieces.of("trigger")[0].value),
            where=cast("ast.Condition", where.value) if where else None,
            rewards=tuple(cast("ast.Reward", piece.value) for piece in pieces.of("reward")),
            clauses=tuple(cast("ast.Clause", clause.value) for clause in clauses),
        )

    build_sentence = build_rule
