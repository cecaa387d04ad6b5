"""From the parser's nodes to the one tree, for what a program names."""

from __future__ import annotations

from typing import Literal, cast

from dsl.text import ast
from dsl.text.clauses import Clauses
from dsl.text.pieces import Piece, Pieces, place

_UNIT_OPTIONS = (
    *("expire_after", "expire_at_end", "pending", "worth", "redeem_at_least", "redeem_steps"),
    *("precision", "rounding", "never_below_zero"),
)
_TIER_OPTIONS = ("keep", "keep_until_end", "grace", "one_step", "perks")
_TIER_ITEMS = ("spent", "earned_item", "held_item", "events_item", "where_item")


CampaignClause = ast.From | ast.Through | ast.Until | ast.Limit | ast.Once | ast.Budget
RewardOption = ast.For | ast.Where | ast.Stock | ast.Limit | ast.Once


class Declarations(Clauses):
    """Makes the declarations of one text."""

    # --- the program and its events ------------------------------------------------------------

    def build_program(self, pieces: Pieces) -> ast.ProgramDecl:
        """`program "Coffee Club" timezone "Asia/Shanghai" currency CNY limit …`."""
        timezone, currency = self._once(pieces, "timezone"), self._once(pieces, "currency")
        clauses = [piece.value for piece in pieces.of("limit", "budget")]
        return ast.ProgramDecl(
            span=pieces.span,
            name=self._quoted(pieces),
            timezone=cast("ast.Text", timezone.value) if timezone else None,
            currency=cast("ast.Name", currency.value) if currency else None,
            clauses=tuple(cast("list[ast.Limit | ast.Budget]", clauses)),
        )

    def build_timezone(self, pieces: Pieces) -> ast.Text:
        """`timezone "Asia/Shanghai"`."""
        token = pieces.token("STRING")
        return ast.Text(span=place(token), value=self._text_of(token))

    def build_currency(self, pieces: Pieces) -> ast.Name:
        """`currency CNY`."""
        token = pieces.token("CURRENCY", "NAME")
        return ast.Name(span=place(token), parts=(token.text,))

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

    # --- units ---------------------------------------------------------------------------------

    def build_unit_decl(self, pieces: Pieces) -> ast.UnitDecl:
        """`unit points: expire 12 months after earned, pending 14 days`."""
        options = (cast("ast.UnitOption", piece.value) for piece in pieces.of(*_UNIT_OPTIONS))
        return ast.UnitDecl(
            span=pieces.span, name=self._name(pieces, "unit"), options=tuple(options)
        )

    def build_expire_after(self, pieces: Pieces) -> ast.ExpireAfter:
        """`expire 12 months after earned`."""
        return ast.ExpireAfter(span=pieces.span, duration=self._length(pieces))

    @staticmethod
    def _which(pieces: Pieces) -> Literal["this", "next"]:
        return "this" if pieces.maybe_token("THIS") else "next"

    def build_expire_at_end(self, pieces: Pieces) -> ast.ExpireAtEnd:
        """`expire at end of next year`."""
        period = cast("ast.Period", self._period(pieces))
        return ast.ExpireAtEnd(span=pieces.span, which=self._which(pieces), period=period)

    def build_worth(self, pieces: Pieces) -> ast.Worth:
        """`worth 0.01 CNY`."""
        return ast.Worth(span=pieces.span, money=self._money(pieces))

    def build_redeem_at_least(self, pieces: Pieces) -> ast.RedeemAtLeast:
        """`redeem at least 500`."""
        return ast.RedeemAtLeast(span=pieces.span, amount=self._amount(pieces))

    def build_redeem_steps(self, pieces: Pieces) -> ast.RedeemSteps:
        """`redeem in steps of 100`."""
        return ast.RedeemSteps(span=pieces.span, amount=self._amount(pieces))

    def build_precision(self, pieces: Pieces) -> ast.Precision:
        """`precision 2`."""
        return ast.Precision(span=pieces.span, decimals=self._whole(pieces.token("NUMBER")))

    def build_rounding(self, pieces: Pieces) -> ast.Rounding:
        """`round half up`."""
        mode: Literal["down", "up", "half up", "half even"]
        if pieces.maybe_token("HALF"):
            mode = "half even" if pieces.maybe_token("EVEN") else "half up"
        else:
            mode = "up" if pieces.maybe_token("UP") else "down"
        return ast.Rounding(span=pieces.span, mode=mode)

    def build_never_below_zero(self, pieces: Pieces) -> ast.NeverBelowZero:
        """`never below zero`."""
        return ast.NeverBelowZero(span=pieces.span)

    # --- tiers, segments, lists, parameters ----------------------------------------------------

    def build_tier(self, pieces: Pieces) -> ast.TierDecl:
        """`tier gold: 5000 spent in last 12 months or 300 points held, keep 12 months`."""
        items = pieces.maybe("alternatives")
        options: list[ast.TierOption] = []
        for piece in pieces.of(*_TIER_OPTIONS, "perk_name"):
            if piece.kind != "perk_name":
                options.append(cast("ast.TierOption", piece.value))
            elif options and isinstance(last := options[-1], ast.Perks):
                span = last.span.to(piece.span)
                names = (*last.names, cast("str", piece.value))
                options[-1] = ast.Perks(span=span, names=names)
            else:
                self._wrong(piece.span, "`perks`")
        return ast.TierDecl(
            span=pieces.span,
            name=self._name(pieces, "name"),
            items=cast("tuple[tuple[ast.TierItem, ...], ...]", items.value) if items else (),
            options=tuple(options),
        )

    def build_alternatives(self, pieces: Pieces) -> tuple[tuple[ast.TierItem, ...], ...]:
        """What a tier is held by, joined by `or`."""
        together = pieces.of("together")
        return tuple(cast("tuple[ast.TierItem, ...]", items.value) for items in together)

    def build_together(self, pieces: Pieces) -> tuple[ast.TierItem, ...]:
        """The items of a tier that are joined by `and`."""
        return tuple(cast("ast.TierItem", piece.value) for piece in pieces.of(*_TIER_ITEMS))

    def build_by_award(self, pieces: Pieces) -> bool:
        """`by award`."""
        return pieces.maybe_token("AWARD") is not None

    def build_spent(self, pieces: Pieces) -> ast.Spent:
        """`5000 spent in last 12 months`."""
        window = self._window(pieces)
        return ast.Spent(span=pieces.span, amount=self._amount(pieces), window=window)

    def build_earned_item(self, pieces: Pieces) -> ast.EarnedItem:
        """`500 points earned in this year`."""
        return ast.EarnedItem(
            span=pieces.span,
            amount=self._amount(pieces),
            unit=self._name(pieces, "unit"),
            window=self._window(pieces),
        )

    def build_held_item(self, pieces: Pieces) -> ast.HeldItem:
        """`300 points held`."""
        amount, unit = self._amount(pieces), self._name(pieces, "unit")
        return ast.HeldItem(span=pieces.span, amount=amount, unit=unit)

    def build_events_item(self, pieces: Pieces) -> ast.EventsItem:
        """`10 purchases in last 12 months`."""
        past = self._past(pieces)
        return ast.EventsItem(span=pieces.span, count=self._amount(pieces), past=past)

    def build_where_item(self, pieces: Pieces) -> ast.WhereItem:
        """`where (…)`."""
        where = cast("ast.Condition", self._restriction(pieces))
        return ast.WhereItem(span=pieces.span, where=where)

    def build_keep(self, pieces: Pieces) -> ast.Keep:
        """`keep 12 months`."""
        return ast.Keep(span=pieces.span, duration=self._length(pieces))

    def build_keep_until_end(self, pieces: Pieces) -> ast.KeepUntilEnd:
        """`keep until end of next year`."""
        period = cast("ast.Period", self._period(pieces))
        return ast.KeepUntilEnd(span=pieces.span, which=self._which(pieces), period=period)

    def build_grace(self, pieces: Pieces) -> ast.Grace:
        """`grace 3 months`."""
        return ast.Grace(span=pieces.span, duration=self._length(pieces))

    def build_one_step(self, pieces: Pieces) -> ast.OneStep:
        """`one step at a time`."""
        return ast.OneStep(span=pieces.span)

    def build_perks(self, pieces: Pieces) -> ast.Perks:
        """`perks "Adviser"`; more of them are options of their own to the grammar."""
        return ast.Perks(span=pieces.span, names=(self._quoted(pieces),))

    def build_perk_name(self, pieces: Pieces) -> str:
        """`"Lounge"` after `perks "Adviser",`."""
        return self._quoted(pieces)

    def build_segment(self, pieces: Pieces) -> ast.SegmentDecl:
        """`segment lapsed: …`."""
        where = self._conditions(pieces)[0]
        return ast.SegmentDecl(span=pieces.span, name=self._name(pieces, "name"), where=where)

    def _constants(self, pieces: Pieces) -> tuple[ast.Constant, ...]:
        return cast("tuple[ast.Constant, ...]", tuple(self._operands(pieces)))

    def build_list(self, pieces: Pieces) -> ast.ListDecl:
        """`list promo_skus: "A-1", "A-2"`."""
        name, values = self._name(pieces, "name"), self._constants(pieces)
        return ast.ListDecl(span=pieces.span, name=name, values=values)

    def build_parameter(self, pieces: Pieces) -> ast.ParameterDecl:
        """`parameter least: 200 "Least purchase that counts"`."""
        description = pieces.maybe_token("STRING")
        return ast.ParameterDecl(
            span=pieces.span,
            name=self._name(pieces, "name"),
            value=self._constants(pieces)[0],
            description=self._text_of(description) if description else None,
        )

    # --- campaigns, things, redemption ---------------------------------------------------------

    def build_campaign(self, pieces: Pieces) -> ast.CampaignDecl:
        """`campaign "Spring": from 2026-03-01 through 2026-03-31 budget 50000 points`."""
        clauses = self._clauses(pieces)
        return ast.CampaignDecl(
            span=pieces.span,
            name=self._quoted(pieces),
            clauses=cast("tuple[CampaignClause, ...]", clauses),
        )

    def build_thing_decl(self, pieces: Pieces) -> ast.ThingDecl:
        """`gift "Mug": worth 30 CNY, cost 12 CNY, stock 100`."""
        options = [piece.value for piece in pieces.of("worth", "cost", "stock")]
        return ast.ThingDecl(
            span=pieces.span,
            kind=self._thing_kind(pieces),
            name=self._quoted(pieces),
            options=tuple(cast("list[ast.Worth | ast.Cost | ast.Stock]", options)),
        )

    def build_cost(self, pieces: Pieces) -> ast.Cost:
        """`cost 12 CNY`."""
        return ast.Cost(span=pieces.span, money=self._money(pieces))

    def build_stock(self, pieces: Pieces) -> ast.Stock:
        """`stock 100`."""
        return ast.Stock(span=pieces.span, count=self._whole(pieces.token("NUMBER")))

    def build_reward_decl(self, pieces: Pieces) -> ast.RewardDecl:
        """`reward "Free coffee": 150 points or 80 points + 5 CNY, to silver and above`."""
        options = [
            piece.value for piece in pieces.of("open_to", "open_where", "stock", "limit", "once")
        ]
        return ast.RewardDecl(
            span=pieces.span,
            name=self._quoted(pieces),
            prices=tuple(cast("ast.Price", price.value) for price in pieces.of("price")),
            options=tuple(cast("list[RewardOption]", options)),
        )

    def build_price(self, pieces: Pieces) -> ast.Price:
        """`80 points + 5 CNY`."""
        money = pieces.maybe("money")
        return ast.Price(
            span=pieces.span,
            amount=self._amount(pieces),
            unit=self._name(pieces, "unit"),
            money=cast("ast.Money", money.value) if money else None,
        )

    def build_open_to(self, pieces: Pieces) -> ast.For:
        """`to silver and above`."""
        target = cast("Piece", self._target(pieces))
        return ast.For(span=pieces.span, target=cast("ast.Target", target.value))

    def build_open_where(self, pieces: Pieces) -> ast.Where:
        """`where (channel = "store")`."""
        where = cast("ast.Condition", self._restriction(pieces))
        return ast.Where(span=pieces.span, where=where)
